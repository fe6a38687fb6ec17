import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../primitives/clock.ts'
import { readDatabaseConfig, type SharedDatabaseConfig } from '../config.ts'
import { openPostgresDatabase } from '../postgres-database.ts'
import { openSqliteDatabase, type SqliteDatabase } from '../sqlite-database.ts'
import { rawQuery } from '../statement-builder.ts'
import { makeTestDatabase, type OwnDatabase } from '../test-postgres-databases.ts'
import { testRows } from '../test-rows.ts'
import { openMove, type RecordsMove } from './index.ts'

let folder: string
let source: SqliteDatabase
let own: OwnDatabase
let admin: Client
let config: SharedDatabaseConfig
const silent = () => undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-move-'))
  source = await openSqliteDatabase({ path: join(folder, 'darkroom.db'), clock: systemClock })
  own = await makeTestDatabase()
  config = readDatabaseConfig({ DATABASE_URL: own.url, DATABASE_DURABILITY: 'provider', DATABASE_POOL: '3' })!
  admin = new Client({ connectionString: own.url })
  await admin.connect()
})

afterEach(async () => {
  await admin.end()
  await source.close()
  await own[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const open = () => openMove(folder, config, systemClock)
const put = (...statements: { compile(): unknown }[]) => source.transact(statements.map((query) => ({ query: query as never })))
const ledgerEntry = (id: string, nanos: bigint) => ({
  id,
  at_ms: 1,
  day: '2026-11-20',
  project_id: 'prj',
  key_id: null,
  generation_id: 'gen',
  attempt_id: id,
  route_id: 'openai',
  route_owner: 'openai',
  model: 'gpt-image-2',
  project_tag: null,
  book: 'provider' as const,
  kind: 'settle' as const,
  bucket: 'image',
  nanos,
  images: 1,
  price_card: 'card',
  actor: 'gateway',
})
const event = (id: string) => ({
  id,
  project_id: 'prj',
  subject_id: 'gen',
  type: 'job.created',
  at_ms: 1,
  data_json: '{}',
  handed_out_at_ms: null,
})

/** The whole of it, as the command does it. */
async function moveAll(move: RecordsMove) {
  await move.begin('folder_x', 1)
  await move.finishSync('folder_x', silent)
  const verified = await move.verify('folder_x', silent)
  await move.end()
  return verified
}

describe('moving records', () => {
  it('brings every amount over to the nano, keeps the numbers of events and goes on behind the last that was given', async () => {
    const { sql } = source
    const largest = 2n ** 63n - 1n
    await put(
      sql.insertInto('projects').values(testRows.project()),
      sql.insertInto('ledger_entries').values(ledgerEntry('a', largest - 2n)),
      sql.insertInto('ledger_entries').values(ledgerEntry('b', 1n)),
      ...['e1', 'e2', 'e3'].map((id) => sql.insertInto('events').values(event(id) as never)),
      rawQuery(`delete from events where id in ('e1', 'e3')`),
    )
    await using move = await open()
    const { ledger } = await moveAll(move)
    expect(ledger).toEqual([{ book: 'provider', route_owner: 'openai', kind: 'settle', entries: 2, nanos: `${largest - 1n}` }])
    await admin.query(`insert into events (id, project_id, subject_id, type, at_ms, data_json) values ('e4', 'prj', 'gen', 'x', 1, '{}')`)
    expect((await admin.query('select seq, id from events order by seq')).rows).toEqual([
      { seq: '2', id: 'e2' },
      { seq: '4', id: 'e4' },
    ])
    await expect(admin.query('delete from ledger_entries')).rejects.toThrow('append-only')
  })

  it('puts every reference back as it was, and finds a row that refers to nothing', async () => {
    const references = async () =>
      (await admin.query(`select conname, pg_get_constraintdef(oid) as def from pg_constraint where contype = 'f' order by 1, 2`)).rows
    const before = await references()
    expect(before.length).toBeGreaterThan(30)
    await source.close()
    const file = new DatabaseSync(join(folder, 'darkroom.db'), { enableForeignKeyConstraints: false })
    const key = (id: string, project: string) =>
      file.exec(
        `insert into api_keys (id, project_id, name, digest, last4, created_at_ms) values ('${id}', '${project}', 'k', '${id.repeat(64)}', 'abcd', 1)`,
      )
    key('k', 'nobody')
    await using move = await open()
    await expect(moveAll(move)).rejects.toThrow(/a row refers to one that is not there .*violates foreign key constraint/)
    file.exec(`delete from api_keys`)
    file.close()
    await move.finishSync('folder_x', silent)
    await move.end()
    expect(await references()).toEqual(before)
  })

  it('replaces NUL in texts, and says in how many; the name of the folder takes the place of the one that all have', async () => {
    const { sql } = source
    await put(
      sql.insertInto('projects').values(testRows.project({ settings_json: 'a\0b\0' })),
      sql.insertInto('nodes').values({ ...node, folder_id: 'own' }),
    )
    await using move = await open()
    expect(await moveAll(move)).toMatchObject({ nulTexts: 1 })
    expect((await admin.query('select settings_json from projects')).rows).toEqual([{ settings_json: 'a\uFFFDb\uFFFD' }])
    expect((await admin.query('select folder_id from nodes')).rows).toEqual([{ folder_id: 'folder_x' }])
  })

  it('finds what changed since: rows that are new, other ones, gone, in the place of others, and many between two', async () => {
    const { sql } = source
    const names = (from: number, to: number, at = (n: number) => `${n}`.padStart(5, '0')) =>
      Array.from({ length: to - from }, (_, n) => testRows.project({ id: at(from + n), name: `name ${from + n}` }))
    const objects = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, n) => testRows.object({ sha256: `${from + n}`.padStart(64, 'a') }))
    const insert = async (rows: readonly object[], table: 'projects' | 'objects') => {
      for (let at = 0; at < rows.length; at += 500) await put(sql.insertInto(table).values(rows.slice(at, at + 500) as never))
    }
    await insert(names(0, 600), 'projects')
    await insert([...objects(0, 1), ...objects(9999, 10_000)], 'objects')
    await using move = await open()
    await move.begin('folder_x', 1)
    expect(await move.sync('folder_x', silent)).toMatchObject({ read: 602, written: 602, isClean: true })
    expect(await move.sync('folder_x', silent)).toMatchObject({ read: 602, written: 0, removed: 0 })
    await put(
      // Two that take each other's names, across pieces; one gone, one other, one new before all.
      rawQuery(`update projects set name = 'aside' where id = '00001'`),
      rawQuery(`update projects set name = 'name 1' where id = '00599'`),
      rawQuery(`update projects set name = 'name 599' where id = '00001'`),
      rawQuery(`delete from projects where id = '00300'`),
      rawQuery(`update projects set auto_quality = 'low' where id = '00002'`),
      sql.insertInto('projects').values(testRows.project({ id: '!', name: 'first' })),
    )
    await insert(objects(1, 9000), 'objects')
    await move.finishSync('folder_x', silent)
    const { tables } = await move.verify('folder_x', silent)
    expect(tables.filter(({ rows }) => rows > 0).map(({ name, rows }) => [name, rows])).toEqual([
      ['objects', 9001],
      ['projects', 600],
    ])
  })

  it('refuses a database that holds anything, and is refused by everybody else until it has ended', async () => {
    await admin.query(`insert into projects (id, name, created_at_ms) values ('p', 'p', 1)`)
    {
      await using move = await open()
      await expect(move.begin('folder_x', 1)).rejects.toThrow(/holds rows already \(in projects\)/)
    }
    await admin.query('delete from projects')
    await using move = await open()
    await move.begin('folder_x', 1)
    const gateway = () => openPostgresDatabase({ url: own.url, clock: systemClock, durabilityVouched: true })
    await expect(gateway()).rejects.toThrow('are being moved into this database')
    await move.end()
    await (await gateway()).close()
  })

  it('finds a row that differs', async () => {
    await put(source.sql.insertInto('projects').values(testRows.project()))
    await using move = await open()
    await move.begin('folder_x', 1)
    await move.finishSync('folder_x', silent)
    await admin.query(`update projects set created_at_ms = 2`)
    await expect(move.verify('folder_x', silent)).rejects.toThrow(
      'projects has 1 rows in the data folder and 1 in DATABASE_URL, or other contents',
    )
  })

  it.each([
    [`insert into schema_migrations values ('999999-later', 1, 'x', 0)`, 'brought up to date by a newer Darkroom (999999-later)'],
    ['delete from schema_migrations where id = (select max(id) from schema_migrations)', 'is of an older release (it lacks '],
  ])('refuses a folder that another release made: %s', async (statement, said) => {
    await source.close()
    const file = new DatabaseSync(join(folder, 'darkroom.db'))
    file.exec(statement)
    file.close()
    await expect(open()).rejects.toThrow(said)
  })
})

const node = {
  id: 'boot',
  role: 'all',
  folder_id: 'own',
  version: '0.1.0',
  state: 'ended',
  beats: 0,
  started_at_ms: 1,
  seen_at_ms: 1,
  ended_at_ms: 2,
}
