import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

/** Opens a database, begins a write, closes at once and says how both ended. Nothing else keeps this program running. */
const program = (door: string, path: string) => `
  const { openSqliteDatabase } = await import(${JSON.stringify(door)})
  const database = await openSqliteDatabase({ path: ${JSON.stringify(path)}, clock: { nowMs: () => 0, monotonicMs: () => 0 } })
  const project = { id: 'prj_1', name: 'one', auto_quality: null, created_at_ms: 0 }
  const write = database.transact([{ query: database.sql.insertInto('projects').values(project) }])
  await database.close()
  console.log('written', (await write).length)
`

it('a database that is closed during a write lets its process end in order, with the write done', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'darkroom-close-'))
  const door = new URL('./index.ts', import.meta.url).href
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program(door, join(folder, 'test.db'))])
  expect(stdout).toBe('written 1\n')
  await rm(folder, { recursive: true })
})
