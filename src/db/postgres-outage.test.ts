import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../primitives/clock.ts'
import type { Statement } from './index.ts'
import { openPostgresDatabase, type PostgresDatabase } from './postgres-database.ts'
import { startPostgres, type TestPostgres } from './test-postgres.ts'
import { testRows } from './test-rows.ts'

let server: TestPostgres
let db: PostgresDatabase

beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(async () => {
  db = await openPostgresDatabase({ url: server.url, clock: systemClock, patienceMs: 50_000 })
})
afterEach(async () => {
  await db.transact([{ query: db.sql.deleteFrom('projects') }])
  await db.close()
})

const insert = (id: string): Statement => ({ query: db.sql.insertInto('projects').values(testRows.project({ id })) })
const projects = async (through = db) =>
  (await through.read(through.sql.selectFrom('projects').select('id').orderBy('id'))).map(({ id }) => id)

describe('a server that goes away', () => {
  it.each(['crash', 'restart'] as const)(
    'by a %s again and again loses nothing that was confirmed, and nothing is done twice',
    async (how) => {
      const confirmed: string[] = []
      const failed: unknown[] = []
      let going = true
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let n = 0; going; n++) {
          const id = `w${writer}-${String(n).padStart(6, '0')}`
          await db.transact([insert(id)]).then(
            () => confirmed.push(id),
            (error) => failed.push(error),
          )
        }
      })
      for (let round = 0; round < 3; round++) {
        await wait(60)
        await server[how](30)
      }
      going = false
      await Promise.all(writers)
      expect(failed).toEqual([])
      expect(await projects()).toEqual(confirmed.toSorted())
      const { repeated, resolved } = db.figures()
      expect(repeated.away + resolved).toBeGreaterThan(0)
    },
  )

  it('for longer than patience lasts is said to be unavailable, with nothing done', async () => {
    const hasty = await openPostgresDatabase({ url: server.url, clock: systemClock, patienceMs: 50 })
    const back = server.crash(800)
    await wait(100)
    await expect(hasty.transact([insert('late')])).rejects.toMatchObject({ code: 'database_unavailable', outcome: 'not_charged' })
    await expect(projects(hasty)).rejects.toMatchObject({ code: 'database_unavailable' })
    await back
    expect(await projects(hasty)).toEqual([])
    await hasty.close()
  })
})

describe('a commit whose answer is lost', () => {
  it.each([
    ['reached the server', [lostCommit]],
    ['did not reach it', [undeliveredCommit]],
    ['reached it, with the question after it', [lostCommit, lostQuestion]],
    ['did not reach it, while the question after it did and was not answered', [undeliveredCommit, lostQuestion, lostQuestion]],
  ])('and that %s is found out about, and stands once', async (_what, cuts) => {
    await using proxy = await startCutter(server.url)
    const through = await openPostgresDatabase({ url: proxy.url, clock: systemClock })
    proxy.arm(cuts)
    const [result] = await through.transact([
      {
        query: through.sql
          .insertInto('projects')
          .values(testRows.project({ id: 'mine' }))
          .returning('id'),
      },
    ])
    expect(result).toEqual({ rows: [{ id: 'mine' }], changes: 1 })
    expect(proxy.cuts()).toBe(cuts.length)
    expect(through.figures()).toMatchObject({ resolved: 1, transactions: 1 })
    expect(await projects()).toEqual(['mine'])
    await through.close()
  })

  it('is unknown when the server stays away, and says so', async () => {
    await using proxy = await startCutter(server.url)
    const through = await openPostgresDatabase({ url: proxy.url, clock: systemClock, patienceMs: 100 })
    proxy.arm([{ ...lostCommit, forGood: true }])
    await expect(through.transact([insert('mine')])).rejects.toMatchObject({ code: 'database_unavailable', outcome: 'unknown' })
    await through.close()
    await expect.poll(() => projects()).toEqual(['mine'])
  })
})

/** Where a connection is to break without an answer. */
interface Cut {
  /** Words of the message that it breaks at. */
  at: string
  /** Whether the server gets the message all the same. */
  isDelivered: boolean
  /** Nobody gets through any more. */
  forGood?: boolean
}

const lostCommit: Cut = { at: 'commit', isDelivered: true }
const undeliveredCommit: Cut = { at: 'commit', isDelivered: false }
/** What whoever is in doubt asks: the only statement on marks that knows of a conflict. */
const lostQuestion: Cut = { at: 'on conflict', isDelivered: true }

/** Passes everything on, except where it is armed: the connections then break at the cuts, one after the other. */
async function startCutter(target: string) {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const ahead: Cut[] = []
  let cuts = 0
  let closed = false
  const listener = createServer((client) => {
    if (closed) return void client.destroy()
    const upstream = connect(Number(port), hostname)
    let isCut = false
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy()).on('close', () => sockets.delete(from) && !isCut && to.destroy())
    }
    upstream.on('data', (piece) => isCut || client.write(piece))
    client.on('data', (piece) => {
      const next = ahead[0]
      if (!next || !piece.includes(next.at)) return void upstream.write(piece)
      ahead.shift()
      closed = next.forGood ?? false
      cuts++
      isCut = true
      if (next.isDelivered) upstream.end(piece)
      else upstream.destroy()
      client.destroy()
    })
  })
  await once(listener.listen(0, '127.0.0.1'), 'listening')
  const url = new URL(target)
  url.port = String((listener.address() as AddressInfo).port)
  return {
    url: url.href,
    cuts: () => cuts,
    arm: (cutsAhead: readonly Cut[]) => void ahead.push(...cutsAhead),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}
