import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { unknowns } from './unknowns.ts'

const page = readFileSync(new URL('../../docs/contract.md', import.meta.url), 'utf8').split('## What is not known')[1] ?? ''

/** Rows of the page's table: | `id` | unknown | choice |. */
const documented = [...page.matchAll(/^\| `([a-z0-9.-]+)` \| (.+) \| (.+) \|$/gm)].map(([, id, unknown, choice]) => ({
  id,
  unknown,
  choice,
}))

it('docs/contract.md lists exactly the choices of the code, in its words and order', () => {
  expect(documented).toEqual(unknowns)
})

it('names no unknown twice', () => {
  expect(new Set(unknowns.map((row) => row.id)).size).toBe(unknowns.length)
})
