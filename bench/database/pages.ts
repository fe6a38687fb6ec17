import { loadavg } from 'node:os'
import { statementContext } from '../../src/db/index.ts'
import { closeNextSpan } from '../../src/ledger/index.ts'
import { systemClock } from '../../src/primitives/clock.ts'
import { newId } from '../../src/primitives/ids.ts'
import { quantile } from '../support/quantile.ts'
import { timed } from '../support/timed.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import type { GatewayOnEngine } from './gateway-on-engine.ts'
import { multiplyRecords } from './multiply-records.ts'

const DAY_MS = 86_400_000
const STARTS = 3
/** A page that is slow is looked at less often. */
const LONGEST_MS = 10_000

/** How long pages take, and a start, when there are so many generations on record. */
export async function reportPages(engine: EngineUnderTest, gateway: GatewayOnEngine, { generations, looks }: PagesPlan): Promise<void> {
  await gateway.end()
  const db = await engine.open(gateway.dataFolder)
  const { result: made, ms } = await timed(async () => multiplyRecords(db, Math.ceil(generations / (await countGenerations(db)))))
  const { result: spans, ms: closingMs } = await timed(() => closeLedger(db))
  await db.close()
  console.log(
    `\n${made} generations on ${engine.name} (filled in ${(ms / 1000).toFixed(0)} s${await sizeOf(engine)}; ${spans} hours and days of the ledger added up in ${(closingMs / 1000).toFixed(0)} s)`,
  )
  const starts: number[] = []
  for (let start = 0; start < STARTS; start++) {
    await gateway.end()
    starts.push(await gateway.begin())
  }
  console.log(
    `  restart to ready: ${starts.map((start) => `${(start / 1000).toFixed(2)} s`).join(', ')}   load ${loadavg()[0]!.toFixed(1)}`,
  )
  for (const [name, path] of Object.entries(await pagesOf(gateway))) await reportPage(gateway, name, path, looks)
}

/** How many generations there are to be, and how often each page is looked at. */
export interface PagesPlan {
  generations: number
  looks: number
}

async function reportPage(gateway: GatewayOnEngine, name: string, path: string, looks: number): Promise<void> {
  const times: number[] = []
  const giveUpMs = performance.now() + LONGEST_MS
  for (let look = 0; look < looks && performance.now() < giveUpMs; look++)
    times.push((await timed(() => gateway.request('GET', path, undefined, 'admin'))).ms)
  const [p50, p99] = [0.5, 0.99].map((q) => quantile(times, q).toFixed(1).padStart(7))
  console.log(`  ${name.padEnd(46)} p50 ${p50} ms   p99 ${p99} ms   (${times.length})   load ${loadavg()[0]!.toFixed(1)}`)
}

/** By what they show. */
async function pagesOf(gateway: GatewayOnEngine): Promise<Record<string, string>> {
  const day = (before: number) => new Date(Date.now() - before * DAY_MS).toISOString().slice(0, 10)
  const deepJob = await cursorBehind(gateway, '/v2/jobs?limit=100', 10)
  const deepEntry = await cursorBehind(gateway, '/v2/ledger/entries?limit=1000', 20)
  const { jobs } = (await gateway.request('GET', '/v2/jobs?limit=1', undefined, 'admin')) as { jobs: { id: string }[] }
  const id = jobs[0]!.id
  return {
    'jobs, newest 50': '/v2/jobs?limit=50',
    'jobs, 50 behind 1000 others': `/v2/jobs?limit=50&cursor=${deepJob}`,
    'jobs that wait (none)': '/v2/jobs?limit=50&status=QUEUED',
    'jobs that failed (none)': '/v2/jobs?limit=50&status=FAILED',
    'a job': `/v2/jobs/${id}`,
    'a generation': `/v2/generations/${id}`,
    'ledger, all': '/v2/ledger',
    'ledger, all by day and model': '/v2/ledger?group=day,model',
    'ledger, 30 days by day': `/v2/ledger?group=day&from=${day(30)}`,
    'ledger, 7 days by day': `/v2/ledger?group=day&from=${day(7)}`,
    'ledger, today': `/v2/ledger?from=${day(0)}`,
    'ledger entries, first 100': '/v2/ledger/entries',
    'ledger entries, 100 behind 20000': `/v2/ledger/entries?cursor=${encodeURIComponent(deepEntry)}&limit=100`,
    'ledger entries of a generation': `/v2/ledger/entries?generation_id=${id}`,
    ...(await searchesOf(gateway)),
    'unknown outcomes': '/v2/unknowns',
    batches: '/v2/batches',
    budgets: '/v2/budgets',
  }
}

/** Words stand in every prompt (`original 7`), in one of fifty, and in none; so do labels and costs. */
async function searchesOf(gateway: GatewayOnEngine): Promise<Record<string, string>> {
  const { projects } = (await gateway.request('GET', '/v2/projects', undefined, 'admin')) as { projects: { id: string }[] }
  const { images } = (await gateway.request('GET', '/v2/images?limit=1', undefined, 'admin')) as { images: { sha256: string }[] }
  const project = `project=${projects[0]!.id}`
  const deep = await cursorBehind(gateway, `/v2/images?limit=100&${project}`, 100)
  return {
    'pictures, newest 50': `/v2/images?${project}`,
    'pictures, 50 behind 10000 others': `/v2/images?limit=100&${project}&cursor=${encodeURIComponent(deep)}`,
    'pictures by a word of every prompt': `/v2/images?${project}&q=original`,
    'pictures by words of one in fifty': `/v2/images?${project}&q=original+7`,
    'pictures by a word of none': `/v2/images?${project}&q=nowhere`,
    'pictures by a hash': `/v2/images?${project}&hash=${images[0]!.sha256.slice(0, 12)}`,
    'pictures by an owner that has none': `/v2/images?${project}&owner=nobody`,
    'pictures by a cost that none had': `/v2/images?${project}&cost_min=100`,
    'pictures by a cost of one in fifty': `/v2/images?${project}&cost_min=0.02`,
    'pictures by a cost that all had': `/v2/images?${project}&cost_max=1`,
    'pictures of any project by a cost of 1 in 50': '/v2/images?cost_min=0.02',
    'pictures by a label that none has': `/v2/images?metadata=campaign:none`,
    'pictures by a label of one in fifty': `/v2/images?${project}&metadata=campaign:spring+7`,
    'pictures of any project by a label of 1 in 50': '/v2/images?metadata=campaign:spring+7',
  }
}

async function cursorBehind(gateway: GatewayOnEngine, path: string, pages: number): Promise<string> {
  let cursor = ''
  for (let page = 0; page < pages; page++) {
    const from = cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`
    cursor = ((await gateway.request('GET', from, undefined, 'admin')) as { next_cursor: string | null }).next_cursor ?? cursor
  }
  return cursor
}

/** As the gateway does every ten minutes. */
async function closeLedger(db: Awaited<ReturnType<EngineUnderTest['open']>>): Promise<number> {
  for (let spans = 0; ; spans++) if (!(await closeNextSpan(db, statementContext(db, systemClock, newId)))) return spans
}

async function countGenerations(db: Awaited<ReturnType<EngineUnderTest['open']>>): Promise<number> {
  const [row] = await db.read(db.sql.selectFrom('generations').select(({ fn }) => fn.countAll<number>().as('made')))
  return row!.made
}

async function sizeOf({ server }: EngineUnderTest): Promise<string> {
  if (!server) return ''
  const [row] = await server.query('select pg_database_size(current_database()) as bytes')
  return `, ${(Number(row!['bytes']) / 1e6).toFixed(0)} MB`
}
