import { parseArgs } from 'node:util'
import { formatUsd } from '../../src/primitives/money.ts'
import { traceDurability } from './durability-trace.ts'
import { pickPoints, runChaos } from './run-chaos.ts'
import { tellBatchStorm } from './tell-batch-storm.ts'

/*
 * `npm run chaos -- [--seed N] [--points N] [--kills N] [--batches N] [--no-trace]`: every fail point with a SIGKILL, then kills at any time over
 * a running load, each followed by a start on what is left; then so many jobs of the economy lane over gateways that die in each phase of a batch;
 * then the order of system calls. `--only-batches` leaves the rest out. Ends with 1 where a claim does not hold.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    points: { type: 'string' },
    kills: { type: 'string', default: '200' },
    'no-trace': { type: 'boolean', default: false },
    batches: { type: 'string', default: '1000' },
    'only-batches': { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const say = (line: string) => void process.stdout.write(`${line}\n`)
const startedMs = performance.now()

const batchStorm = () => tellBatchStorm({ seed, items: Number(values.batches), randomKills: 10, requests: 50, say })
if (values['only-batches']) process.exit((await batchStorm()) ? 0 : 1)

const points = pickPoints(seed, values.points === undefined ? undefined : Number(values.points))
const figures = await runChaos({ seed, points, randomKills: Number(values.kills), say })
const { books } = figures
const difference = books.booked - (books.invoiced - books.declaredUnknown - books.estimated.invoiced)
const rows: [string, string][] = [
  ['seed', String(seed)],
  ['starts', String(figures.cycles)],
  ['fail points', `${points.length - figures.notReached.length} of ${points.length} reached ${figures.notReached.join(' ')}`],
  ['generations', `${books.generations}, adopted from the spool ${books.adopted}, declared unknown ${books.unknown}`],
  ['acknowledged', `${figures.acknowledged}, lost ${figures.acknowledgedLost.length} ${figures.acknowledgedLost.join(' ')}`],
  ['bulks', `${books.bulks.recorded.size}, amiss ${books.bulks.amiss.length} ${books.bulks.amiss.join('; ')}`],
  ['received images lost', `${figures.receivedLost.length} ${figures.receivedLost.join(' ')}`],
  ['rows without their bytes', `${books.rowsWithoutBytes.length} ${books.rowsWithoutBytes.join(' ')}`],
  ['open still', `${books.running.length} ${books.running.join(' ')}`],
  ['called twice', `${books.madeTwice.length} ${books.madeTwice.join(' ')}`],
  ['invoice', `$${formatUsd(books.invoiced)}, of it declared unknown $${formatUsd(books.declaredUnknown)}`],
  ['ledger', `$${formatUsd(books.booked)}, of it losses $${formatUsd(books.lost)}; held $${formatUsd(books.held)}`],
  [
    'booked by estimate',
    `${books.estimated.calls} responses: $${formatUsd(books.estimated.booked)}, invoiced $${formatUsd(books.estimated.invoiced)}`,
  ],
  ['ledger − (invoice − unknowns)', `${difference} nano-dollars; attempts that differ: ${books.differing.length}`],
  ['seconds', String(Math.round((performance.now() - startedMs) / 1000))],
]
say('')
for (const [name, value] of rows) say(`${name.padEnd(30)} ${value}`)
for (const attempt of books.differing) say(`  ${attempt}`)

const faults = [
  figures.notReached,
  figures.acknowledgedLost,
  figures.receivedLost,
  books.bulks.amiss,
  books.rowsWithoutBytes,
  books.running,
  books.madeTwice,
  books.differing,
]
let failed = difference !== 0n || faults.some((list) => list.length > 0)
say('')
failed = !(await batchStorm()) || failed
if (!values['no-trace']) {
  const trace = await traceDurability()
  say('')
  say(`order of system calls: ${trace.found}`)
  failed ||= !trace.holds
}
process.exitCode = failed ? 1 : 0
