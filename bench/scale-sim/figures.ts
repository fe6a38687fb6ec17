import { readFileSync } from 'node:fs'

/** One measured figure, and how it came about. */
interface Figure {
  value: number
  unit: string
  /** What printed it. */
  command: string
  date: string
  machine: string
  /** Load average of the machine meanwhile. */
  load: number
  note?: string
}

const names = [
  'cpuMsOfPicture',
  'cpuMsOfMebibyte',
  'writeTransactionsOfPicture',
  'writeTransactionsOfJob',
  'serverCpuMsOfPicture',
  'serverCpuMsOfJob',
  'walKibOfPicture',
  'walKibOfJob',
  'notifiesOfPicture',
  'notifiesOfJob',
  'databaseKibOfGeneration',
  'durableTransactionsPerSecond',
  'durableTransactionMs',
  'notifiesPerSecond',
  'picturesPerSecondOfBudget',
  'jobsPerSecondOfWorker',
] as const

/** The figures that a simulation is made from, by name. */
export type MeasuredFigures = Record<(typeof names)[number], number>

/** Reads `figures.json`. @throws Error naming a figure that is missing or no number */
export function readFigures(): MeasuredFigures {
  const found = JSON.parse(readFileSync(new URL('figures.json', import.meta.url), 'utf8')) as Record<string, Figure>
  const read = (name: string) => {
    const value = found[name]?.value
    if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`figures.json has no figure ${name}`)
    return value
  }
  return Object.fromEntries(names.map((name) => [name, read(name)])) as MeasuredFigures
}
