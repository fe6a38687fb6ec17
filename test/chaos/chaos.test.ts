import { expect, it } from 'vitest'
import { runChaos } from './run-chaos.ts'

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_129)

it(`chaos (seed ${SEED}): no acknowledged answer, no received picture and no nano-dollar is lost, nothing is called twice`, async () => {
  const points = [
    'sidecar_after_complete',
    'put_after_rename',
    'recovery_after_settle',
    'turn_left_open',
    'job_after_start',
    'job_after_put_back',
    'set_after_item',
  ] as const
  const figures = await runChaos({ seed: SEED, points, randomKills: 3, say: () => undefined })
  expect({ ...figures, books: null }).toEqual({
    seed: SEED,
    cycles: expect.any(Number),
    notReached: [],
    acknowledged: expect.any(Number),
    acknowledgedLost: [],
    receivedLost: [],
    books: null,
  })
  const { books } = figures
  expect(books).toMatchObject({ rowsWithoutBytes: [], running: [], madeTwice: [], differing: [] })
  expect(books.bulks.amiss).toEqual([])
  expect(books.bulks.recorded.size).toBeGreaterThan(0)
  expect(books.booked).toBe(books.invoiced - books.declaredUnknown - books.estimated.invoiced)
  expect(books.estimated.booked).toBeGreaterThanOrEqual(books.estimated.invoiced)
  expect(books.adopted).toBeGreaterThan(0)
  expect(figures.acknowledged).toBeGreaterThan(0)
}, 240_000)
