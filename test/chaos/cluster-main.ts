import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { formatUsd } from '../../src/primitives/money.ts'
import { runClusterStorm } from './run-cluster-storm.ts'

/*
 * `npm run chaos:cluster -- [--seed N] [--restarts N] [--kills N] [--database N] [--bucket SECONDS] [--seconds N]`: three processes that answer and two that work, on one
 * PostgreSQL and one bucket, while processes are restarted or killed, the database ends every 5 to 20 seconds, and the bucket is away for a while. Ends with 1 where something acknowledged
 * is lost, doubled, called twice or booked wrongly, and, where nothing is killed, where a caller's answer was cut or an outcome is unknown.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    callers: { type: 'string', default: '6' },
    restarts: { type: 'string', default: '0' },
    kills: { type: 'string', default: '0' },
    database: { type: 'string', default: '0' },
    bucket: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '10' },
  },
})
const say = (line: string) => void process.stdout.write(`${line}\n`)
const startedMs = performance.now()
const kills = Number(values.kills)
const { books, ...figures } = await runClusterStorm({
  seed: Number(values.seed),
  callers: Number(values.callers),
  rollingRestarts: Number(values.restarts),
  kills,
  databaseRestarts: Number(values.database),
  databasePauseMs: [5_000, 20_000],
  bucketDownMs: Number(values.bucket) * 1000,
  atLeastMs: Number(values.seconds) * 1000,
  say,
})
const difference = books.booked - (books.invoiced - books.declaredUnknown)
const list = (found: readonly string[]) => `${found.length} ${found.slice(0, 5).join('; ')}`
const rows: [string, string][] = [
  ['seed', values.seed],
  ['restarts of processes, kills', `${values.restarts}, ${values.kills}`],
  ['restarts of the database', values.database],
  ['seconds without the bucket', values.bucket],
  ['calls, jobs', `${figures.calls}, ${figures.jobs}`],
  ['answers that were cut', list(figures.cut)],
  ['resets before any answer', String(figures.resets)],
  ['outcomes unknown to callers', String(figures.unknownToCallers)],
  ['jobs lost', list(figures.lostJobs)],
  ['one name, two generations', list(figures.doubled)],
  ['ends that nobody was told of', String(figures.untold)],
  ['messages that came twice', String(figures.repeatedMessages)],
  ['open still', list(books.running)],
  ['called twice', list(books.madeTwice)],
  ['rows without their bytes', list(books.rowsWithoutBytes)],
  ['unknown, adopted', `${books.unknown}, ${books.adopted}`],
  ['invoice', `$${formatUsd(books.invoiced)}, of it declared unknown $${formatUsd(books.declaredUnknown)}`],
  ['ledger', `$${formatUsd(books.booked)}, held $${formatUsd(books.held)}`],
  ['ledger − (invoice − unknowns)', `${difference} nano-dollars; attempts that differ: ${list(books.differing)}`],
  ['seconds', String(Math.round((performance.now() - startedMs) / 1000))],
  [
    'load of the machine',
    loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
  ],
]
say('')
for (const [name, value] of rows) say(`${name.padEnd(30)} ${value}`)
const faults: readonly (readonly string[])[] = [
  figures.lostJobs,
  figures.doubled,
  books.running,
  books.madeTwice,
  books.rowsWithoutBytes,
  books.differing,
]
const isCalm = kills === 0 && values.database === '0'
const isCut = isCalm && (figures.cut.length > 0 || figures.unknownToCallers > 0 || books.unknown > 0)
process.exitCode = difference !== 0n || figures.untold > 0 || isCut || faults.some((found) => found.length > 0) ? 1 : 0
