import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../primitives/clock.ts'
import { ownMigrations, readMigrations } from './migration-history.ts'
import { openPostgresDatabase, type PostgresOptions } from './postgres-database.ts'
import { startPostgres } from './test-postgres.ts'
import { makeTestDatabase, type OwnDatabase } from './test-postgres-databases.ts'
import { testRows } from './test-rows.ts'

let own: OwnDatabase
let admin: Client

beforeEach(async () => {
  own = await makeTestDatabase({ empty: true })
  admin = new Client({ connectionString: own.url })
  await admin.connect()
})

afterEach(async () => {
  await admin.end()
  await own[Symbol.asyncDispose]()
})

const open = (options: Partial<PostgresOptions> = {}) =>
  openPostgresDatabase({ url: own.url, clock: systemClock, patienceMs: 500, durabilityVouched: true, ...options })
const history = async () => (await admin.query<{ id: string }>('select id from schema_migrations order by id')).rows.map(({ id }) => id)
const shipped = readMigrations(ownMigrations, 'postgres').map(({ id }) => id)

describe('the schema', () => {
  it('is made once, however many processes start at the same time', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => open()))
    expect(await history()).toEqual(shipped)
    for (const [at, db] of opened.entries())
      await db.transact([{ query: db.sql.insertInto('projects').values(testRows.project({ id: `p${at}` })) }])
    expect(await opened[0]!.read(opened[0]!.sql.selectFrom('projects').select('id'))).toHaveLength(5)
    await Promise.all(opened.map((db) => db.close()))
  })

  it('of a newer, breaking release is left alone, and so is one with another history', async () => {
    await (await open()).close()
    await admin.query(`insert into schema_migrations values ('999999-later', 1, 'abc', 1)`)
    await expect(open()).rejects.toThrow('taken over by a newer Darkroom (999999-later, breaking)')
    await admin.query(`update schema_migrations set breaking = 0 where id = '999999-later'`)
    await (await open()).close()
    await admin.query(`update schema_migrations set sha256 = 'other' where id = '000001-foundation'`)
    await expect(open()).rejects.toThrow('Migration 000001-foundation is not the one that was applied')
  })

  it('that a step fails to change stands as it was before the step', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'darkroom-migrations-'))
    await cp(ownMigrations, folder, { recursive: true })
    await writeFile(join(folder, '900000-bad.sql'), '-- compatible\ncreate table half (id text not null);\ncreate nonsense;\n')
    await expect(open({ migrationsFolder: folder })).rejects.toThrow('syntax error')
    expect(await history()).toEqual(shipped)
    expect((await admin.query(`select to_regclass('half') as half`)).rows).toEqual([{ half: null }])
    await rm(folder, { recursive: true })
  })

  it('may be kept from the role that the program runs as: it starts when nothing is to be changed, and says what to do when something is', async () => {
    const role = `app_${process.pid}_${Date.now()}`
    await admin.query(`create role ${role} login`)
    const asApp = new URL(own.url)
    asApp.username = role
    await expect(open({ url: asApp.href })).rejects.toThrow(/this role may not change it[\s\S]*darkroom database migrate/)
    await (await open()).close()
    await admin.query(`grant select, insert, update, delete on all tables in schema public to ${role}`)
    await admin.query(`revoke update, delete on ledger_entries, unknown_evidence from ${role}`)
    await admin.query(`grant usage on all sequences in schema public to ${role}`)
    const db = await open({ url: asApp.href })
    await db.transact([{ query: db.sql.insertInto('projects').values(testRows.project()) }])
    await expect(db.transact([{ query: db.sql.deleteFrom('ledger_entries') }])).rejects.toThrow('permission denied')
    await db.close()
    await admin.query(`drop owned by ${role}`)
    await admin.query(`drop role ${role}`)
  })
})

describe('a server', () => {
  it.each([
    ['fsync', 'off'],
    ['full_page_writes', 'off'],
    ['synchronous_commit', 'off'],
  ])('with %s = %s is refused, unless its provider vouches for it', async (setting, value) => {
    await using server = await startPostgres({ [setting]: value })
    await expect(open({ url: server.url, durabilityVouched: false })).rejects.toThrow(
      `${setting} is ${value}, so a call that was paid for could be forgotten`,
    )
    await (await open({ url: server.url })).close()
  })

  it('with a database of another encoding is refused', async () => {
    const name = `${new URL(own.url).pathname.slice(1)}_ascii`
    await admin.query(`create database ${name} template template0 encoding 'SQL_ASCII' locale 'C'`)
    const url = new URL(own.url)
    url.pathname = `/${name}`
    await expect(open({ url: url.href })).rejects.toThrow("the database's encoding is SQL_ASCII")
    await admin.query(`drop database ${name} with (force)`)
  })

  it.each([
    ['that does not answer', (url: URL) => Object.assign(url, { port: '1' }), 'database_unavailable'],
    ['without the database', (url: URL) => Object.assign(url, { pathname: '/nowhere' }), 'database_unavailable'],
    ['that knows no such user', (url: URL) => Object.assign(url, { username: 'nobody' }), 'database_unavailable'],
  ])('%s is said to be unavailable, without the password', async (_what, change, code) => {
    const url = new URL(own.url)
    url.password = 'correct-horse'
    const error = await open({ url: change(url).href }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code })
    expect(`${(error as Error).stack} ${((error as Error).cause as Error).stack}`).not.toContain('correct-horse')
  })
})
