import { formatUsd } from '../../src/primitives/money.ts'
import { batchPoints, runBatchStorm } from './run-batch-storm.ts'

/** Runs a storm over batches, says what came of it, and whether all of it holds. */
export async function tellBatchStorm(options: {
  seed: number
  items: number
  randomKills: number
  requests: number
  say(line: string): void
}): Promise<boolean> {
  const startedMs = performance.now()
  const figures = await runBatchStorm({ ...options, points: batchPoints })
  const { accepted, lost, doubled, notReached, starts, ends, batches, lines, books } = figures
  const difference = books.booked - (books.invoiced - books.declaredUnknown)
  const rows: [string, string][] = [
    ['seed', String(options.seed)],
    ['starts', String(starts)],
    ['places', `${batchPoints.length - notReached.length} of ${batchPoints.length} reached ${notReached.join(' ')}`],
    ['jobs accepted', `${accepted} of ${options.items}, lost ${lost.length}, made twice ${doubled.length + books.madeTwice.length}`],
    [
      'they ended',
      Object.entries(ends)
        .map(([end, count]) => `${end} ${count}`)
        .join(', '),
    ],
    ['batches upstream', String(batches)],
    ['lines made', `${lines.made}: $${formatUsd(lines.booked)}, at once $${formatUsd(lines.standardPrice)}`],
    ['rows without their bytes', String(books.rowsWithoutBytes.length)],
    ['open still', String(books.running.length)],
    ['invoice', `$${formatUsd(books.invoiced)}, of it declared unknown $${formatUsd(books.declaredUnknown)}`],
    ['ledger', `$${formatUsd(books.booked)}, of it losses $${formatUsd(books.lost)}; held $${formatUsd(books.held)}`],
    ['ledger − (invoice − unknowns)', `${difference} nano-dollars; attempts that differ: ${books.differing.length}`],
    ['seconds', String(Math.round((performance.now() - startedMs) / 1000))],
  ]
  options.say('')
  for (const [name, value] of rows) options.say(`${name.padEnd(30)} ${value}`)
  for (const attempt of books.differing) options.say(`  ${attempt}`)
  const faults = [lost, doubled, notReached, books.rowsWithoutBytes, books.running, books.madeTwice, books.differing]
  return difference === 0n && lines.booked * 2n === lines.standardPrice && faults.every((list) => list.length === 0)
}
