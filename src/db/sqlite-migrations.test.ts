import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../primitives/clock.ts'
import { openSqliteDatabase } from './index.ts'
import { readMigrations } from './migration-history.ts'

const ownMigrations = fileURLToPath(new URL('./migrations/', import.meta.url))
/** Ids of the steps this version ships, in order. The tests' own come after all of them. */
const shipped = readMigrations(ownMigrations, 'sqlite').map(({ id }) => id)

let folder: string
let path: string
let migrationsFolder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-migrations-'))
  path = join(folder, 'darkroom.db')
  migrationsFolder = join(folder, 'migrations')
  await cp(ownMigrations, migrationsFolder, { recursive: true })
})

afterEach(() => rm(folder, { recursive: true, force: true }))

const open = async () => {
  const db = await openSqliteDatabase({ path, clock: systemClock, migrationsFolder })
  await db.close()
}
const addMigration = (name: string, sql: string) => writeFile(join(migrationsFolder, name), sql)
const dropMigration = (name: string) => rm(join(migrationsFolder, name))
const inspect = <Row>(query: string): Row[] => {
  using database = new DatabaseSync(path, { readOnly: true })
  return database.prepare(query).all() as Row[]
}

describe('migrations', () => {
  it('make the schema that is committed in schema.sql', async () => {
    await open()
    const rows = inspect<{ sql: string }>(
      `select sql from sqlite_schema where sql is not null and name not like 'sqlite_%' order by tbl_name, type = 'table' desc, name`,
    )
    const dump = `-- The schema as the migrations make it in SQLite. Written by the test: npx vitest run src/db -u\n\n${rows.map(({ sql }) => `${sql};\n`).join('\n')}`
    await expect(dump).toMatchFileSnapshot('./schema.sql')
  })

  it('run once, in order, and keep the hash of what ran', async () => {
    await addMigration('900002-colours.sql', '-- compatible\ncreate table colours (id text primary key);\n')
    await open()
    await addMigration('900003-more-colours.sql', `-- compatible\ninsert into colours (id) values ('red');\n`)
    await open()
    await open()
    expect(inspect('select * from colours')).toHaveLength(1)
    const history = inspect<{ id: string; sha256: string; breaking: number }>(
      'select id, sha256, breaking from schema_migrations order by id',
    )
    expect(history.slice(0, -2).map(({ id }) => id)).toEqual(shipped)
    expect(history.slice(-2).map(({ id, breaking }) => [id, breaking])).toEqual([
      ['900002-colours', 0],
      ['900003-more-colours', 0],
    ])
    expect(history[0]!.sha256).toMatch(/^[0-9a-f]{64}$/)
  })

  it('refuse to start when an applied migration was changed afterwards', async () => {
    await open()
    const file = join(migrationsFolder, '000001-foundation.sql')
    await writeFile(file, `${await readFile(file, 'utf8')}\n-- a late idea\n`)
    await expect(open()).rejects.toThrow('Migration 000001-foundation is not the one that was applied')
  })

  it('do not take another line ending for a change', async () => {
    await open()
    const file = join(migrationsFolder, '000001-foundation.sql')
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'))
    await expect(open()).resolves.toBeUndefined()
  })

  it('refuse to start on a newer schema that is marked breaking, and work on a newer compatible one', async () => {
    await addMigration('900002-colours.sql', '-- compatible\ncreate table colours (id text primary key);\n')
    await open()
    await dropMigration('900002-colours.sql')
    await expect(open()).resolves.toBeUndefined()

    await addMigration('900002-colours.sql', '-- compatible\ncreate table colours (id text primary key);\n')
    await addMigration('900003-shapes.sql', '-- breaking\ncreate table shapes (id text primary key);\n')
    await open()
    await dropMigration('900003-shapes.sql')
    await expect(open()).rejects.toThrow('newer Darkroom (900003-shapes, breaking)')
  })

  it('refuse a step that was overtaken by a later one', async () => {
    await addMigration('900003-shapes.sql', '-- compatible\ncreate table shapes (id text primary key);\n')
    await open()
    await addMigration('900002-colours.sql', '-- compatible\ncreate table colours (id text primary key);\n')
    await expect(open()).rejects.toThrow('900002-colours is older than 900003-shapes')
  })

  it('leave nothing of a step that fails half way', async () => {
    await addMigration('900002-colours.sql', '-- compatible\ncreate table colours (id text primary key);\nselect nonsense;\n')
    await expect(open()).rejects.toThrow('nonsense')
    expect(inspect(`select name from sqlite_schema where name = 'colours'`)).toEqual([])
    expect(inspect('select id from schema_migrations')).toHaveLength(shipped.length)
  })

  it('F61 leave nothing of a step that is killed half way; the next start makes it whole, and without it an older version starts', async () => {
    await open()
    const rows = 600_000
    await addMigration(
      '900002-colours.sql',
      `-- compatible
create table colours (id integer primary key, name text not null);
insert into colours with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${rows})
  select n, hex(randomblob(40)) from numbers;
`,
    )
    const log = `${path}-wal`
    const sizeOfLog = () =>
      stat(log).then(
        ({ size }) => size,
        () => 0,
      )
    const before = await sizeOfLog()
    const program = fileURLToPath(new URL('./fixtures/open-database.ts', import.meta.url))
    const child = spawn(process.execPath, [program, path, migrationsFolder], { stdio: 'ignore' })
    const ended = once(child, 'close')
    // A step larger than the cache spills into the log before it is committed: then it is half way.
    while ((await sizeOfLog()) < before + 4 * 1024 * 1024 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2))
    child.kill('SIGKILL')
    expect((await ended)[1]).toBe('SIGKILL')
    expect(inspect(`select name from sqlite_schema where name = 'colours'`)).toEqual([])
    expect(inspect<{ id: string }>('select id from schema_migrations order by id').map(({ id }) => id)).toEqual(shipped)

    const older = join(folder, 'older.db')
    await copyFile(path, older)
    await copyFile(log, `${older}-wal`)
    await (await openSqliteDatabase({ path: older, clock: systemClock, migrationsFolder: ownMigrations })).close()
    await open()
    expect(inspect('select count(*) as count, min(length(name)) as shortest from colours')).toEqual([{ count: rows, shortest: 80 }])
    expect(inspect('select id from schema_migrations')).toHaveLength(shipped.length + 1)
  })

  it.each([
    ['2-colours.sql', '-- compatible\n', 'no name for a migration'],
    ['900002-colours.sql', 'create table colours (id text);\n', 'must say "-- compatible" or "-- breaking"'],
  ])('refuse the file %s', async (name, sql, message) => {
    await addMigration(name, sql)
    await expect(open()).rejects.toThrow(message)
  })

  it('run once when several processes start on a new database at the same moment', async () => {
    const start = () =>
      promisify(execFile)(process.execPath, [fileURLToPath(new URL('./fixtures/open-database.ts', import.meta.url)), path]).then(
        ({ stdout }) => JSON.parse(stdout) as string[],
      )
    const applied = await Promise.all([start(), start(), start(), start()])
    // Which process made which step is chance.
    expect(applied.flat().sort()).toEqual(shipped)
  })
})
