import fc from 'fast-check'
import { sql } from 'kysely'
import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../primitives/clock.ts'
import { rawQuery, type Statement, StatementError } from './index.ts'
import { openPostgresDatabase, type PostgresDatabase, type PostgresOptions } from './postgres-database.ts'
import { makeTestDatabase, type OwnDatabase } from './test-postgres-databases.ts'
import { testRows } from './test-rows.ts'

let own: OwnDatabase
let db: PostgresDatabase

beforeEach(async () => {
  own = await makeTestDatabase()
  db = await open()
})

afterEach(async () => {
  await db.close()
  await own[Symbol.asyncDispose]()
})

const open = (options: Partial<PostgresOptions> = {}) =>
  openPostgresDatabase({ url: own.url, clock: systemClock, durabilityVouched: true, ...options })
const insert = (...ids: string[]): Statement[] =>
  ids.map((id) => ({ query: db.sql.insertInto('projects').values(testRows.project({ id })) }))
const projects = async () => (await db.read(db.sql.selectFrom('projects').select('id').orderBy('id'))).map(({ id }) => id)

describe('transactions', () => {
  it('stand in nothing when an expectation fails, and reject with its own error', async () => {
    const unmet: Statement = {
      query: db.sql.updateTable('projects').set({ name: 'x' }).where('id', '=', 'nobody'),
      expect: { rows: 1, otherwise: () => new Error('nobody to rename') },
    }
    await expect(db.transact([...insert('mine'), unmet, ...insert('never')])).rejects.toThrow('nobody to rename')
    expect(await projects()).toEqual([])
  })

  it('stand in nothing when the engine refuses a statement, and name the constraint but no value', async () => {
    const error = await db.transact(insert('one', 'secret-value', 'secret-value')).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(StatementError)
    expect(error).toMatchObject({ constraint: true, message: expect.stringContaining('UNIQUE constraint failed: projects.') })
    expect(`${(error as StatementError).message} ${(error as StatementError).statement}`).not.toContain('secret-value')
    expect(await projects()).toEqual([])
  })

  it('say what each statement changed or returned', async () => {
    const results = await db.transact([
      ...insert('a', 'b'),
      { query: db.sql.updateTable('projects').set({ created_at_ms: 2 }) },
      { query: db.sql.deleteFrom('projects').where('id', '=', 'a').returning(['id', 'created_at_ms']) },
      {
        query: db.sql
          .insertInto('projects')
          .values(testRows.project({ id: 'b' }))
          .onConflict((conflict) => conflict.column('id').doNothing()),
      },
      { query: db.sql.selectFrom('projects').select('id'), expect: { rows: 1, otherwise: () => new Error('not one') } },
    ])
    expect(results.map(({ changes }) => changes)).toEqual([1, 1, 2, 1, 0, 1])
    expect(results[3]!.rows).toEqual([{ id: 'a', created_at_ms: 2 }])
  })

  it('act as if one ran after the other: a limit checked by a sum holds, however many processes come at once', async () => {
    const other = await open()
    const limit = 10
    const enter = (through: PostgresDatabase, id: string) =>
      through.transact([
        {
          query: rawQuery(
            `insert into projects (id, name, created_at_ms) select $1, $1, 1 where (select count(*) from projects) < ${limit}`,
            [id],
          ),
          expect: { rows: 1, otherwise: () => new Error('full') },
        },
      ])
    const tries = await Promise.allSettled(Array.from({ length: 60 }, (_, at) => enter(at % 2 ? db : other, `p${at}`)))
    const refused = tries.filter((outcome) => outcome.status === 'rejected')
    expect(new Set(refused.map(({ reason }) => reason.message))).toEqual(new Set(['full']))
    expect([tries.length - refused.length, (await projects()).length]).toEqual([limit, limit])
    await other.close()
  })

  it('end with database_unavailable when a statement runs longer than it may', async () => {
    const hasty = await open({ statementTimeoutMs: 50 })
    await expect(hasty.read(rawQuery('select pg_sleep(20)'))).rejects.toMatchObject({ code: 'database_unavailable' })
    await expect(hasty.transact([{ query: rawQuery('select pg_sleep(20)') }])).rejects.toMatchObject({ code: 'database_unavailable' })
    await hasty.transact(insert('after'))
    await hasty.close()
    expect(await projects()).toEqual(['after'])
  })

  it('wait for a lock that somebody else holds, and give up when patience ends', async () => {
    await db.transact(insert('a'))
    const holder = new Client({ connectionString: own.url })
    await holder.connect()
    await holder.query('begin')
    await holder.query(`update projects set name = 'held' where id = 'a'`)
    const hasty = await open({ patienceMs: 100, statementTimeoutMs: 100 })
    const rename = { query: db.sql.updateTable('projects').set({ name: 'new' }).where('id', '=', 'a') }
    await expect(hasty.transact([rename])).rejects.toMatchObject({ code: 'database_unavailable', outcome: 'not_charged' })
    const patient = db.transact([rename])
    await holder.query('rollback')
    await patient
    await holder.end()
    await hasty.close()
  })

  it('finish before the database closes, and later ones are refused', async () => {
    const asked = Promise.all(Array.from({ length: 30 }, (_, at) => db.transact(insert(`p${at}`))))
    const closing = db.close()
    await expect(db.transact(insert('late'))).rejects.toMatchObject({ code: 'database_unavailable' })
    await asked
    await closing
    db = await open()
    expect(await projects()).toHaveLength(30)
  })
})

describe('values', () => {
  it('keep every whole amount of 64 bits exact, whatever it is next to', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), async (nanos) => {
        const [row] = await db.read(
          rawQuery<{ nanos: bigint; total_nanos: bigint }>('select $1::bigint as nanos, sum($2::bigint) as total_nanos', [nanos, nanos]),
        )
        expect(row).toEqual({ nanos, total_nanos: nanos })
      }),
      { numRuns: 50 },
    )
  })

  it('are what they are on SQLite: numbers, sums and counts as numbers, truth as 1 and 0', async () => {
    const query = rawQuery(
      `select 7::int as a, 7::bigint as b, count(*) as c, sum(2::int) as d, 1.5::float8 as e, true as f, avg(3) as g, null as h`,
    )
    expect(await db.read(query)).toEqual([{ a: 7, b: 7, c: 1, d: 2, e: 1.5, f: 1, g: 3, h: null }])
    await expect(db.read(rawQuery('select 9007199254740992::bigint as count'))).rejects.toThrow('column count holds 9007199254740992')
  })

  it.each([[2 ** 53], [Number.NaN], [undefined], [true]])('refuse to be %s instead of something near it', async (value) => {
    await expect(db.read(rawQuery('select $1 as stored', [value]))).rejects.toThrow('cannot store')
  })

  it('keep text as it is, but for characters that no text can hold', async () => {
    const kept = fc.string({ unit: 'grapheme' })
    await fc.assert(
      fc.asyncProperty(kept, async (text) => {
        const [row] = await db.read(rawQuery<{ text: string }>('select $1::text as text', [text]))
        expect(row!.text).toBe(text.replaceAll('\0', '\uFFFD').toWellFormed())
      }),
      { numRuns: 50 },
    )
    expect(await db.read(rawQuery('select $1::text as text', ['a\0b']))).toEqual([{ text: 'a\uFFFDb' }])
  })

  it('sort by their bytes whatever the collation of the database is', async () => {
    const url = new URL(own.url)
    const name = `${url.pathname.slice(1)}_de`
    const admin = new Client({ connectionString: own.url })
    await admin.connect()
    await admin.query(`create database ${name} template template0 locale_provider icu icu_locale 'de-DE' locale 'C'`)
    url.pathname = `/${name}`
    const german = await openPostgresDatabase({ url: url.href, clock: systemClock, durabilityVouched: true })
    await german.transact(
      ['b', 'a', 'B', 'ä', '_'].map((id) => ({ query: german.sql.insertInto('projects').values(testRows.project({ id })) })),
    )
    const sorted = await german.read(german.sql.selectFrom('projects').select('id').orderBy('id'))
    expect(sorted.map(({ id }) => id)).toEqual(['B', '_', 'a', 'b', 'ä'])
    const [plain] = await german.read(rawQuery<{ first: string }>(`select min(x) as first from (values ('a'), ('B')) v (x)`))
    expect(plain!.first).toBe('a')
    await german.close()
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  })
})

describe('reads', () => {
  it('answer several queries from one snapshot, whatever is written meanwhile', async () => {
    const count = db.sql.selectFrom('projects').select((e) => e.fn.countAll<number>().as('found'))
    const writing = (async () => {
      for (let index = 0; index < 40; index += 1) await db.transact(insert(`p${index}`))
    })()
    for (let round = 0; round < 20; round += 1) {
      const [[before], rows, [after]] = await db.readAll<[{ found: number }, { id: string }, { found: number }]>([
        count,
        db.sql.selectFrom('projects').select('id'),
        count,
      ])
      expect([before!.found, after!.found]).toEqual([rows.length, rows.length])
    }
    await writing
  })

  it('bind the same text on every connection, prepared or not', async () => {
    const bare = await open({ prepare: false })
    const ask = { compile: () => sql<{ n: number }>`select ${7}::int as n`.compile(db.sql) }
    for (const through of [db, bare])
      expect(await Promise.all(Array.from({ length: 30 }, () => through.read(ask)))).toEqual(Array(30).fill([{ n: 7 }]))
    const [found] = await db.read(rawQuery<{ n: number }>('select count(*) as n from pg_prepared_statements'))
    expect(found!.n).toBeGreaterThan(0)
    expect(await bare.read(rawQuery('select count(*) as n from pg_prepared_statements'))).toEqual([{ n: 0 }])
    await bare.close()
  })
})

describe('events', () => {
  it('are numbered in the order of their commits, so a listener that goes on after the last one misses none', async () => {
    await db.transact(insert('prj', 'other'))
    const event = (id: string, project = 'prj') => ({
      query: db.sql
        .insertInto('events')
        .values({ id, project_id: project, subject_id: 's', type: 'job.queued', at_ms: 1, data_json: '{}', handed_out_at_ms: null }),
    })
    const seen: string[] = []
    let last = 0
    const listen = async () => {
      const query = db.sql.selectFrom('events').select(['seq', 'id']).where('project_id', '=', 'prj').where('seq', '>', last).orderBy('seq')
      for (const { seq, id } of await db.read(query)) {
        seen.push(id)
        last = seq
      }
    }
    // Numbers are taken early and kept back for a while: without the lock a later one would be seen first.
    const slow = { query: rawQuery('select pg_sleep(0.005)') }
    let done = false
    const happening = Promise.all(
      Array.from({ length: 40 }, (_, at) => db.transact([event(`e${at}`), event(`o${at}`, 'other'), ...(at % 3 ? [] : [slow])])),
    ).then(() => {
      done = true
    })
    while (!done) await listen()
    await happening
    await listen()
    expect(seen.toSorted()).toEqual(Array.from({ length: 40 }, (_, at) => `e${at}`).toSorted())
  })
})
