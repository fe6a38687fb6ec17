import { parseArgs } from 'node:util'
import { formatUsd } from '../../src/primitives/money.ts'
import { runJobStorm } from './run-job-storm.ts'

/*
 * `npm run chaos:jobs -- [--seed N] [--jobs N] [--kills N]`: jobs, each with a key, submitted to gateways that are killed at any time. Ends with
 * 1 where one is lost, doubled, called twice or booked wrongly.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    jobs: { type: 'string', default: '500' },
    kills: { type: 'string', default: '50' },
  },
})
const say = (line: string) => void process.stdout.write(`${line}\n`)
const startedMs = performance.now()
const seed = Number(values.seed)
const { accepted, lost, doubled, books } = await runJobStorm({ seed, jobs: Number(values.jobs), kills: Number(values.kills), say })
const difference = books.booked - (books.invoiced - books.declaredUnknown)
const rows: [string, string][] = [
  ['seed', String(seed)],
  ['jobs accepted', `${accepted} in ${values.kills} kills`],
  ['lost', `${lost.length} ${lost.join(' ')}`],
  ['one key, two jobs', `${doubled.length} ${doubled.join(' ')}`],
  ['open still', `${books.running.length} ${books.running.join(' ')}`],
  ['called twice', `${books.madeTwice.length} ${books.madeTwice.join(' ')}`],
  ['rows without their bytes', `${books.rowsWithoutBytes.length} ${books.rowsWithoutBytes.join(' ')}`],
  ['unknown, adopted', `${books.unknown}, ${books.adopted}`],
  ['invoice', `$${formatUsd(books.invoiced)}, of it declared unknown $${formatUsd(books.declaredUnknown)}`],
  ['ledger', `$${formatUsd(books.booked)}, held $${formatUsd(books.held)}`],
  ['ledger − (invoice − unknowns)', `${difference} nano-dollars; attempts that differ: ${books.differing.length}`],
  ['seconds', String(Math.round((performance.now() - startedMs) / 1000))],
]
say('')
for (const [name, value] of rows) say(`${name.padEnd(30)} ${value}`)
const faults = [lost, doubled, books.running, books.madeTwice, books.rowsWithoutBytes, books.differing]
process.exitCode = difference !== 0n || faults.some((list) => list.length > 0) ? 1 : 0
