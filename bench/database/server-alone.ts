import { loadavg } from 'node:os'
import { Client } from 'pg'
import { type Database, rawQuery } from '../../src/db/index.ts'
import type { EngineUnderTest } from './engine-under-test.ts'

const CHANNEL = 'bench'

/** What the engine gives without a gateway: durable transactions of one insert, and notifications a second. */
export async function reportServerAlone(engine: EngineUnderTest, dataFolder: string, forMs: number): Promise<void> {
  const db = await engine.open(dataFolder)
  console.log(`\n${engine.name} alone, load ${loadavg()[0]!.toFixed(1)}`)
  try {
    await db.transact([{ query: rawQuery('create table if not exists bench_rows (id text primary key)') }])
    for (const atOnce of [1, 10, 64]) {
      const done = await loops(atOnce, forMs, (n) => insertOne(db, `${atOnce} ${n}`))
      console.log(`  transactions of one insert, ${atOnce} at once: ${done.toFixed(0)} a second`)
    }
    await db.transact([{ query: rawQuery('drop table bench_rows') }])
  } finally {
    await db.close()
  }
  if (engine.server)
    console.log(
      `  NOTIFY, 8 connections that tell and 8 that listen: ${(await notifications(engine.server.url, forMs)).toFixed(0)} a second`,
    )
}

async function insertOne(db: Database, id: string): Promise<void> {
  const text = db.dialect === 'postgres' ? 'insert into bench_rows (id) values ($1)' : 'insert into bench_rows (id) values (?)'
  await db.transact([{ query: rawQuery(text, [id]) }])
}

async function notifications(url: string, forMs: number): Promise<number> {
  await using open = new AsyncDisposableStack()
  const connect = async () => {
    const client = open.adopt(new Client({ connectionString: url }), (one) => one.end())
    await client.connect()
    return client
  }
  const tellers = await Promise.all(Array.from({ length: 8 }, connect))
  for (const listener of await Promise.all(Array.from({ length: 8 }, connect))) await listener.query(`listen ${CHANNEL}`)
  return await loops(tellers.length, forMs, (n, place) => tellers[place]!.query('select pg_notify($1, $2)', [CHANNEL, `job ${n}`]))
}

/** Keeps so many going at once. @returns how many ended a second */
async function loops(atOnce: number, forMs: number, work: (number: number, place: number) => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  let begun = 0
  const keepGoing = async (place: number) => {
    while (performance.now() - startMs < forMs) await work(begun++, place)
  }
  await Promise.all(Array.from({ length: atOnce }, (_, place) => keepGoing(place)))
  return (begun * 1000) / (performance.now() - startMs)
}
