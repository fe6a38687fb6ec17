import { expect, it } from 'vitest'
import { runBatchStorm } from './run-batch-storm.ts'

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_129)

/** One for each phase; every place is reached by `npm run chaos -- --batches`. */
const points = [
  'batch_after_claim',
  'batch_after_upload',
  'batch_before_create',
  'batch_after_create',
  'batch_after_over',
  'batch_after_line',
  'batch_before_requeue',
  'batch_before_clean',
] as const

it(`F88 batches in a storm of kills (seed ${SEED}): every line is booked once, at half the price that its tokens have`, async () => {
  const figures = await runBatchStorm({ seed: SEED, items: 30, points, randomKills: 0, requests: 6, say: () => undefined })
  const { accepted, lost, doubled, notReached, lines, books } = figures
  expect({ accepted, lost, doubled, notReached }).toEqual({ accepted: 30, lost: [], doubled: [], notReached: [] })
  expect(books).toMatchObject({ rowsWithoutBytes: [], running: [], madeTwice: [], differing: [], generations: 30 })
  // What the standard lane makes in their place may die with its gateway like any other call.
  expect(books.booked).toBe(books.invoiced - books.declaredUnknown)
  expect(lines.booked * 2n).toBe(lines.standardPrice)
  expect(lines.made).toBeGreaterThan(15)
}, 240_000)
