import { setTimeout as wait } from 'node:timers/promises'
import type { EngineUnderTest, ServerWork } from './engine-under-test.ts'
import type { GatewayOnEngine } from './gateway-on-engine.ts'

const IDLE_MS = 5000
/** Counters reach the server's statistics within a second of their transaction. */
const STATISTICS_MS = 1200

/** What one generation costs the database, one call at a time: what an idle gateway does in the same time is taken off. */
export async function reportCostOfRecords(engine: EngineUnderTest, gateway: GatewayOnEngine, count: number): Promise<void> {
  await repeat(20, (n) => gateway.makePicture(`warm-up ${n}`))
  await wait(STATISTICS_MS)
  const idle = await measure(engine, gateway, () => wait(IDLE_MS))
  console.log(`\nOne generation on ${engine.name}`)
  if (idle.work) console.log(`  idle gateway, a second        ${inWords(idle.work, idle.ms / 1000)}`)
  await report('waited for', () => repeat(count, (n) => gateway.makePicture(`picture ${n}`)))
  await report('as a job  ', async () => {
    await repeat(count, (n) => gateway.submitJob(`job ${n}`))
    await gateway.untilIdle()
  })

  async function report(name: string, work: () => Promise<void>): Promise<void> {
    const found = await measure(engine, gateway, work)
    const { transactions, commits } = found.database
    const shared = commits === null ? '' : `, ${(commits / count).toFixed(2)} flushes`
    console.log(
      `  ${name}  the gateway: ${(transactions / count).toFixed(2)} transactions${shared}, ${(found.cpuMs / count).toFixed(1)} ms CPU`,
    )
    if (found.work && idle.work)
      console.log(`              the server:  ${inWords(without(found.work, idle.work, found.ms / idle.ms), count)}`)
  }
}

async function measure(engine: EngineUnderTest, gateway: GatewayOnEngine, work: () => Promise<unknown>) {
  const look = async () => ({ cpuMs: await gateway.cpuMs(), database: await gateway.databaseFigures(), work: await engine.server?.work() })
  const before = await look()
  const startMs = performance.now()
  await work()
  if (engine.server) await wait(STATISTICS_MS)
  const ms = performance.now() - startMs
  const after = await look()
  const commits = after.database.commits === null ? null : after.database.commits - before.database.commits!
  return {
    ms,
    cpuMs: after.cpuMs - before.cpuMs,
    database: { transactions: after.database.transactions - before.database.transactions, commits },
    work: after.work && before.work ? without(after.work, before.work, 1) : null,
  }
}

function without(work: ServerWork, other: ServerWork, times: number): ServerWork {
  const entries = Object.entries(work) as [keyof ServerWork, number][]
  return Object.fromEntries(entries.map(([name, value]) => [name, value - other[name] * times])) as unknown as ServerWork
}

function inWords(work: ServerWork, count: number): string {
  const of = (name: keyof ServerWork, digits = 1) => (work[name] / count).toFixed(digits)
  const wal = `${(work.walBytes / count / 1024).toFixed(1)} KiB of WAL (${of('walPages')} whole pages)`
  return `${of('transactions')} transactions, ${of('statements')} statements, ${of('rows')} rows, ${of('notifications', 2)} NOTIFY, ${of('cpuMs')} ms CPU, ${wal}`
}

async function repeat(count: number, work: (number: number) => Promise<void>): Promise<void> {
  for (let number = 0; number < count; number++) await work(number)
}
