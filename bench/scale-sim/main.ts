/**
 * What an installation of many processes comes to at a rate of pictures, from figures that were measured on one machine (`figures.json`) and
 * assumptions that are named (`scenario.ts`): `npm run bench:scale-sim`, `-- --only 10k` for one scenario, `-- --seed 2` for other chance. Every
 * lock, limit and processor is a line in front of some places, run event by event; docs/scale.md reads the result.
 */
import { parseArgs } from 'node:util'
import { billOf } from './bill.ts'
import { cellOf } from './cell.ts'
import { readFigures } from './figures.ts'
import { type NetworkResult, runNetwork } from './queueing-network.ts'
import { type Scenario, scenarios } from './scenario.ts'

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, seed: { type: 'string', default: '1' }, arrivals: { type: 'string', default: '40000' } },
})
const figures = readFigures()

function report(name: string, scenario: Scenario): void {
  const cell = cellOf(scenario, figures)
  const result = runNetwork(cell, { arrivals: Number(options.arrivals), seed: Number(options.seed) })
  const { imagesPerMinute, cells, apiNodes, workerNodes, routes } = scenario
  console.log(`\n${name}: ${imagesPerMinute} images a minute, ${cells} cells of ${apiNodes} api, ${workerNodes} workers, ${routes} routes`)
  reportStations(result, cells)
  reportBill(scenario)
}

/** The fullest first. Where a line grows without end no wait is said: it would be that of this run's length. */
function reportStations({ stations, waitP50S, waitP99S }: NetworkResult, cells: number): void {
  const sorted = stations.toSorted((one, other) => other.load - one.load)
  for (const { name, load, fullAtPerS, waitP50S: p50, waitP99S: p99 } of sorted) {
    const waits = load >= 1 ? 'grows without end' : `waits p50 ${inMs(p50)}   p99 ${inMs(p99)}`
    const full = Math.round(fullAtPerS * 60 * cells).toLocaleString('en')
    console.log(`  ${name.padEnd(42)} ${(load * 100).toFixed(0).padStart(5)} %   full at ${full.padStart(11)} a minute   ${waits}`)
  }
  const [first] = sorted
  console.log(first!.load >= 1 ? `  breaks first: ${first!.name}` : `  in lines, all told: p50 ${inMs(waitP50S)}   p99 ${inMs(waitP99S)}`)
}

function reportBill(scenario: Scenario): void {
  const bill = billOf(scenario, figures)
  const dollars = (usd: number) => `$${Math.round(usd).toLocaleString('en')}`
  console.log(
    `  upstream ${dollars(bill.perHourUsd)} an hour (${dollars(bill.perHourBatchUsd)} as batches), ${Math.round(bill.callsAtOnce).toLocaleString('en')} calls at once, ` +
      `${bill.upstreamGigabitsPerS.toFixed(2)} Gbit/s in`,
  )
  console.log(`  a day: ${bill.pictureTerabytesPerDay.toFixed(1)} TB of pictures, ${bill.databaseGigabytesPerDay.toFixed(0)} GB of records`)
}

const inMs = (seconds: number) => `${(seconds * 1000).toFixed(1)} ms`

for (const [name, scenario] of Object.entries(scenarios)) if (options.only === undefined || options.only === name) report(name, scenario)
