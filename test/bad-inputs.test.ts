import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { failureCatalogue } from '../src/contract/failure-catalogue.ts'

const root = join(import.meta.dirname, '..')
const table = readFileSync(join(root, 'docs/bad-inputs.md'), 'utf8')
const rows = [...table.matchAll(/^\| (B\d+) \| .+ \| (\d{3}) \| (?:`(\w+)` )?\|$/gm)].map(([, id, status, code]) => ({
  id: id!,
  status,
  code,
}))

/** Ids with which titles of tests begin, be they written out or the first column of a table of cases. */
function idsInTests(): Set<string> {
  const files = ['test', 'src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts') && name !== 'bad-inputs.test.ts')
      .map((name) => join(root, folder, name)),
  )
  return new Set(files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/['"`](B\d{2,3})(?=[ '"`])/g)].map(([, id]) => id!)))
}

describe('docs/bad-inputs.md', () => {
  it('lists each row once', () => {
    expect(rows.length).toBeGreaterThanOrEqual(80)
    expect(rows.length).toBe(table.match(/^\| B\d/gm)!.length)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  })

  it('has a test for every row, and a row for every such test', () => {
    expect([...idsInTests()].sort()).toEqual(rows.map(({ id }) => id).sort())
  })

  it('names codes that callers can get', () => {
    const catalogue = Object.entries(failureCatalogue as Record<string, { publicCode?: string | null }>)
    const codes = new Set(catalogue.flatMap(([name, { publicCode }]) => [name, publicCode]))
    expect(rows.filter(({ code }) => code !== undefined && !codes.has(code))).toEqual([])
    expect(rows.filter(({ code, status }) => (code === undefined) !== (status === '200'))).toEqual([])
  })
})
