import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../primitives/clock.ts'
import { openSqliteDatabase, rawQuery, type SqliteDatabase, type Statement, StatementError } from './index.ts'

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}.ts`, import.meta.url))

let folder: string
let path: string
let db: SqliteDatabase

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-sqlite-'))
  path = join(folder, 'darkroom.db')
  db = await openSqliteDatabase({ path, clock: systemClock, busyTimeoutMs: 30_000 })
})

afterEach(async () => {
  await db.close()
  await rm(folder, { recursive: true, force: true })
})

const project = (id: string) => ({ id, name: id, auto_quality: null, created_at_ms: 1 })
const insert = (...ids: string[]): Statement[] => ids.map((id) => ({ query: db.sql.insertInto('projects').values(project(id)) }))
const projects = async () => (await db.read(db.sql.selectFrom('projects').select('id').orderBy('id'))).map(({ id }) => id)

/** Another process takes the write lock; the answer makes it let go and waits until it is gone. */
async function holdLock(): Promise<() => Promise<void>> {
  const other = spawn(process.execPath, [fixture('hold-lock'), path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(other, 'exit')
  await once(other.stdout, 'data')
  return async () => {
    other.stdin.end()
    await gone
  }
}

describe('transactions', () => {
  it('shares one commit among callers that gather while the writer is busy', async () => {
    const letGo = await holdLock()
    const waiting = Array.from({ length: 200 }, (_, index) => db.transact(insert(`p${index}`)))
    await letGo()
    await Promise.all(waiting)
    const { commits, transactions } = db.figures()
    expect(transactions).toBe(200)
    expect(commits).toBeLessThanOrEqual(2)
    expect(await projects()).toHaveLength(200)
  })

  it('is seen by a read that is issued after it resolved', async () => {
    for (let round = 0; round < 50; round += 1) {
      await db.transact(insert(`p${round}`))
      expect(await projects()).toHaveLength(round + 1)
    }
  })

  it('rolls back only the caller whose expectation fails, and rejects it with its own error', async () => {
    const unmet: Statement = {
      query: db.sql.updateTable('projects').set({ name: 'x' }).where('id', '=', 'nobody'),
      expect: { rows: 1, otherwise: () => new Error('nobody to rename') },
    }
    const results = await Promise.allSettled([
      db.transact(insert('before')),
      db.transact([...insert('mine'), unmet, ...insert('never')]),
      db.transact(insert('after')),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { message: 'nobody to rename' } })
    expect(await projects()).toEqual(['after', 'before'])
  })

  it('rolls back only the caller whose statement the engine refuses, and names the constraint but no value', async () => {
    const results = await Promise.allSettled([db.transact(insert('one')), db.transact(insert('two', 'two')), db.transact(insert('three'))])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const { reason } = results[1] as PromiseRejectedResult
    expect(reason).toBeInstanceOf(StatementError)
    expect(reason).toMatchObject({ constraint: true, message: expect.stringContaining('UNIQUE constraint failed: projects.') })
    expect(`${reason.message} ${reason.statement}`).not.toContain('two')
    expect(await projects()).toEqual(['one', 'three'])
  })

  it('says what each statement changed or returned', async () => {
    const results = await db.transact([
      ...insert('a', 'b'),
      { query: db.sql.updateTable('projects').set({ created_at_ms: 2 }) },
      { query: db.sql.deleteFrom('projects').where('id', '=', 'a').returning(['id', 'created_at_ms']) },
      {
        query: db.sql
          .insertInto('projects')
          .values(project('b'))
          .onConflict((conflict) => conflict.column('id').doNothing()),
      },
      { query: db.sql.selectFrom('projects').select('id'), expect: { rows: 1, otherwise: () => new Error('not one') } },
    ])
    expect(results.map(({ changes }) => changes)).toEqual([1, 1, 2, 1, 0, 1])
    expect(results[3]!.rows).toEqual([{ id: 'a', created_at_ms: 2 }])
  })

  it('keeps every confirmed transaction through kill -9 in the middle of 200 parallel ones', async () => {
    const child = spawn(process.execPath, [fixture('write-until-killed'), join(folder, 'killed.db')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const confirmed: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      confirmed.push(line)
      if (confirmed.length === 700) child.kill('SIGKILL')
    }
    const reopened = await openSqliteDatabase({ path: join(folder, 'killed.db'), clock: systemClock })
    const kept = new Set((await reopened.read(reopened.sql.selectFrom('projects').select('id'))).map(({ id }) => id))
    await reopened.close()
    expect(confirmed.length).toBeGreaterThanOrEqual(700)
    expect(confirmed.filter((id) => !kept.has(id))).toEqual([])
  })
})

describe('values', () => {
  it('keeps every whole amount of 64 bits exact, whatever it is next to', async () => {
    const amount = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    await fc.assert(
      fc.asyncProperty(amount, async (nanos) => {
        const [row] = await db.read(rawQuery<{ nanos: bigint; total_nanos: bigint }>('select ? as nanos, ? as total_nanos', [nanos, nanos]))
        expect(row).toEqual({ nanos, total_nanos: nanos })
      }),
      { numRuns: 50 },
    )
  })

  it('gives other whole numbers as numbers and refuses one that a number cannot hold', async () => {
    expect(await db.read(rawQuery('select ? as count', [Number.MAX_SAFE_INTEGER]))).toEqual([{ count: Number.MAX_SAFE_INTEGER }])
    await expect(db.read(rawQuery('select ? as count', [2n ** 53n]))).rejects.toThrow('column count holds 9007199254740992')
  })

  it.each([[2 ** 53], [Number.NaN], [Number.POSITIVE_INFINITY], [undefined], [true]])(
    'refuses to store %s instead of storing something near it',
    async (value) => {
      await expect(db.read(rawQuery('select ? as stored', [value]))).rejects.toThrow('cannot store')
    },
  )

  it('binds whole numbers as integers, so that a text column never holds "1.0"', async () => {
    expect(await db.read({ compile: () => sql<{ kind: string }>`select typeof(${1}) as kind`.compile(db.sql) })).toEqual([
      { kind: 'integer' },
    ])
  })
})

describe('reads', () => {
  it('answers several queries from one snapshot, whatever is written meanwhile', async () => {
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

  it('cannot write', async () => {
    await expect(db.read(db.sql.insertInto('projects').values(project('sneaky')))).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(await projects()).toEqual([])
  })
})

describe('trouble of the machine', () => {
  it('F58 leaves the event loop free while another process holds the lock, and commits once it lets go', async () => {
    const letGo = await holdLock()
    let committed = false
    const waiting = db.transact(insert('patient')).then(() => {
      committed = true
    })
    for (let turn = 0; turn < 1_000; turn += 1) await nextTurn()
    expect(committed).toBe(false)
    expect(await projects()).toEqual([])
    await letGo()
    await waiting
    expect(await projects()).toEqual(['patient'])
  })

  it('F59 gives up with database_unavailable when the lock is held longer than the busy timeout', async () => {
    const impatient = await openSqliteDatabase({ path, clock: systemClock, busyTimeoutMs: 20 })
    const letGo = await holdLock()
    await expect(impatient.transact(insert('late'))).rejects.toMatchObject({ code: 'database_unavailable', outcome: 'not_charged' })
    await letGo()
    await impatient.transact(insert('in-time'))
    await impatient.close()
    expect(await projects()).toEqual(['in-time'])
  })

  it('F51 says storage_full when no page is left, loses nothing that was confirmed, and goes on when there is room again', async () => {
    const limit = (pages: number) => db.transact([{ query: rawQuery(`pragma max_page_count = ${pages}`) }])
    await limit(60)
    const insertLarge = (id: string) =>
      db.transact([{ query: db.sql.insertInto('projects').values({ ...project(id), name: id.padEnd(30_000, '.') }) }])
    const results = await Promise.allSettled(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(insertLarge))
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'storage_full', status: 507 })
    expect(await projects()).toHaveLength(results.length - refused.length)
    await limit(1_000)
    await insertLarge('room')
    expect(await projects()).toContain('room')
  })

  it.skipIf(process.platform === 'win32')('F52 stops writing for good when the disk fails, and still reads', async () => {
    const limited = spawn(
      'sh',
      ['-c', `ulimit -f 4000; exec "$0" "$@"`, process.execPath, fixture('write-on-small-disk'), join(folder, 'small.db')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const [line] = (await once(createInterface({ input: limited.stdout }), 'line')) as [string]
    const { confirmed, first, second, found, readOnly } = JSON.parse(line)
    expect({ first, second, readOnly }).toEqual({ first: 'storage_unavailable', second: 'storage_unavailable', readOnly: true })
    expect(confirmed).toBeGreaterThan(0)
    expect(found).toBe(confirmed)
  })
})

describe('open and close', () => {
  it('keeps the file and its log to the owner, syncs fully and writes ahead', async () => {
    await db.transact(insert('a'))
    for (const name of await readdir(folder)) expect([name, (await stat(join(folder, name))).mode & 0o077]).toEqual([name, 0])
    const [mode] = await db.transact([{ query: rawQuery('pragma journal_mode') }, { query: rawQuery('pragma foreign_keys') }])
    expect(mode!.rows).toEqual([{ journal_mode: 'wal' }])
    const [synchronous] = await db.transact([{ query: rawQuery('pragma synchronous') }])
    expect(synchronous!.rows).toEqual([{ synchronous: 2 }])
  })

  it('finishes what was asked for before it closes, and refuses what comes after', async () => {
    const asked = Promise.all(Array.from({ length: 50 }, (_, index) => db.transact(insert(`p${index}`))))
    const closing = db.close()
    await expect(db.transact(insert('late'))).rejects.toMatchObject({ code: 'database_unavailable' })
    await expect(projects()).rejects.toMatchObject({ code: 'database_unavailable' })
    await asked
    await closing
    expect(await readdir(folder)).toEqual(['darkroom.db'])
    db = await openSqliteDatabase({ path, clock: systemClock })
    expect(await projects()).toHaveLength(50)
  })

  it('lets the process end by itself while it is open and idle', async () => {
    const script = `
      const { openSqliteDatabase } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
      const db = await openSqliteDatabase({ path: ${JSON.stringify(join(folder, 'idle.db'))}, clock: { nowMs: () => 1, monotonicMs: () => 1 } })
      await db.read(db.sql.selectFrom('projects').selectAll())
    `
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'inherit', 'inherit'] })
    expect((await once(child, 'exit'))[0]).toBe(0)
  })

  it('refuses a file that is no database', async () => {
    await writeFile(join(folder, 'letter.db'), 'Dear database, '.repeat(1_000))
    await expect(openSqliteDatabase({ path: join(folder, 'letter.db'), clock: systemClock })).rejects.toMatchObject({
      code: 'database_unavailable',
    })
  })
})
