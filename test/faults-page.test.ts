import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/faults.md'), 'utf8')

/** Rows of the page: the id, and the files that hold it. */
const rows = [...page.matchAll(/^\| (F\d\d) \|.*\| ([^|]+) \|$/gm)].map(([, id, files]) => ({
  id: id!,
  files: [...files!.matchAll(/`([^`]+)`/g)].map(([, file]) => file!),
}))

/** Files of tests and of their tables, with the ids at the beginning of a title or of a line of a table. */
const titles = new Map(
  ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.test\.ts$|-table\.ts$/.test(path))
      .map((path) => {
        const text = readFileSync(join(root, folder, path), 'utf8')
        return [join(folder, path), new Set([...text.matchAll(/(?:^|['"`])(F\d\d)\b/gm)].map(([, id]) => id!))] as const
      }),
  ),
)

describe('docs/faults.md', () => {
  it('has one row for every id that a title begins with, and none for any other', () => {
    const held = new Set([...titles.values()].flatMap((ids) => [...ids]))
    expect(rows.map(({ id }) => id).sort()).toEqual([...held].sort())
  })

  it.each(rows)('$id is held by the files it names, and by no other', ({ id, files }) => {
    const holding = [...titles].filter(([, ids]) => ids.has(id)).map(([path]) => path)
    expect([...files].sort()).toEqual(holding.sort())
  })
})
