import { expect, it } from 'vitest'
import { runJobStorm } from './run-job-storm.ts'

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_129)

it(`F76 jobs in a storm of kills (seed ${SEED}): none that was accepted is lost, none is called or charged twice`, async () => {
  const { accepted, lost, doubled, books } = await runJobStorm({ seed: SEED, jobs: 60, kills: 4, say: () => undefined })
  expect({ accepted, lost, doubled }).toEqual({ accepted: 60, lost: [], doubled: [] })
  expect(books).toMatchObject({ rowsWithoutBytes: [], running: [], madeTwice: [], differing: [], generations: 60 })
  expect(books.booked).toBe(books.invoiced - books.declaredUnknown)
}, 120_000)
