/**
 * What generations cost the database, how many a second it takes, and how long pages and a start take with 100,000 of them on record:
 * `npm run bench:database`, `-- --quick` for a short run, `-- --engine sqlite` or `postgres` for one of them, `-- --only cost`, `throughput` or
 * `pages` for one chapter. PostgreSQL is a server of the bench's own with fsync on.
 */
import { parseArgs } from 'node:util'
import { reportCostOfRecords } from './database/cost-of-records.ts'
import { type EngineUnderTest, postgresUnderTest, sqliteUnderTest } from './database/engine-under-test.ts'
import { GatewayOnEngine } from './database/gateway-on-engine.ts'
import { reportPages } from './database/pages.ts'
import { reportServerAlone } from './database/server-alone.ts'
import { reportThroughput } from './database/throughput.ts'
import type { SandboxOrders } from './sandbox-process.ts'
import { BenchProcess } from './support/bench-process.ts'
import { describeMachine } from './support/machine.ts'
import { enterPrivateNetwork } from './support/private-network.ts'

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, engine: { type: 'string' }, only: { type: 'string' } },
})
const plan = options.quick
  ? { records: 60, calls: [40, 160, 320], aloneMs: 2000, generations: 100_000, looks: 40 }
  : { records: 300, calls: [200, 800, 1600], aloneMs: 10_000, generations: 100_000, looks: 200 }
const AT_ONCE = [1, 16, 64]
const HELPERS_CORE = 1
/** Generations that are copied until there are enough. */
const ORIGINALS = 50
/** The one that costs several times as much. */
const DEAR = 4

const wanted = (chapter: string) => options.only === undefined || options.only === chapter

async function main(): Promise<void> {
  console.log(describeMachine(enterPrivateNetwork()))
  await using sandbox = new BenchProcess<SandboxOrders>('sandbox-process.ts', { core: HELPERS_CORE })
  const { url } = await sandbox.ask('listen')
  if (options.engine !== 'postgres') await report(async () => sqliteUnderTest(), url)
  if (options.engine !== 'sqlite') await report(postgresUnderTest, url)
}

/** Reading has a database of its own, so that what writing left there does not matter. */
async function report(open: () => Promise<EngineUnderTest>, sandboxUrl: string): Promise<void> {
  if (wanted('cost') || wanted('throughput')) {
    await using engine = await open()
    await reportWriting(engine, sandboxUrl)
  }
  if (wanted('pages')) {
    await using engine = await open()
    await reportReading(engine, sandboxUrl)
  }
}

async function reportWriting(engine: EngineUnderTest, sandboxUrl: string): Promise<void> {
  await using gateway = await GatewayOnEngine.start(engine, sandboxUrl)
  if (wanted('cost')) await reportCostOfRecords(engine, gateway, plan.records)
  const steps = AT_ONCE.map((atOnce, index) => ({ atOnce, calls: plan.calls[index]! }))
  if (wanted('throughput')) {
    await reportThroughput(engine, gateway, steps)
    await gateway.end()
    await reportServerAlone(engine, gateway.dataFolder, plan.aloneMs)
  }
}

/** Seven of ten are waited for, three are jobs; each has a label of its own, and one is dear. */
async function reportReading(engine: EngineUnderTest, sandboxUrl: string): Promise<void> {
  await using gateway = await GatewayOnEngine.start(engine, sandboxUrl)
  for (let number = 0; number < ORIGINALS; number++) {
    const change = { darkroom: { metadata: { campaign: `spring ${number}` } }, ...(number === DEAR && { quality: 'medium' }) }
    if (number % 10 < 7) await gateway.makePicture(`original ${number}`, change)
    else await gateway.submitJob(`original ${number}`, change)
  }
  await gateway.untilIdle()
  await reportPages(engine, gateway, plan)
  // Small tables are read whole, and whoever reads a whole table collides with whoever writes to it: large ones are kinder.
  await reportThroughput(engine, gateway, [{ atOnce: 16, calls: plan.calls[1]! }])
}

await main()
