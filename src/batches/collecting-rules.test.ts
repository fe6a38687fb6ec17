import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { COMPLETION_WINDOW_MS, dueAtMs, pollPauseMs, retryPauseMs } from './index.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const rules = { requests: 100, collectMs: 15 * MINUTE_MS }
const at = Date.UTC(2026, 10, 29, 12)
const group = (change: object = {}) => ({ jobs: 3, oldestAtMs: at, earliestDeadlineMs: at + 48 * HOUR_MS, ...change })

describe('jobs that wait to be collected', () => {
  it('wait for company as long as they are to, where there is time', () => {
    expect(dueAtMs(group(), rules)).toBe(at + rules.collectMs)
  })

  it('wait a minute where the time that upstream may take reaches to their deadline', () => {
    expect(dueAtMs(group({ earliestDeadlineMs: at + 24 * HOUR_MS }), rules)).toBe(at + MINUTE_MS)
    expect(dueAtMs(group({ earliestDeadlineMs: at + 24 * HOUR_MS + 5 * MINUTE_MS }), rules)).toBe(at + 5 * MINUTE_MS)
  })

  it('are due at once where they fill a batch', () => {
    expect(dueAtMs(group({ jobs: 100 }), rules)).toBe(at)
  })

  it('are never due before the first came, nor later than its patience; where that is cut short, it is for a deadline', () => {
    const groups = fc.record({
      jobs: fc.integer({ min: 1, max: 300 }),
      oldestAtMs: fc.integer({ min: 0, max: 2 ** 42 }),
      earliestDeadlineMs: fc.integer({ min: 0, max: 2 ** 43 }),
    })
    const any = fc.record({ requests: fc.integer({ min: 1, max: 300 }), collectMs: fc.integer({ min: 1, max: 24 * HOUR_MS }) })
    fc.assert(
      fc.property(groups, any, (waiting, set) => {
        const due = dueAtMs(waiting, set)
        const patient = waiting.oldestAtMs + set.collectMs
        expect(due).toBeGreaterThanOrEqual(waiting.oldestAtMs)
        expect(due).toBeLessThanOrEqual(patient)
        if (due < patient && waiting.jobs < set.requests) {
          expect(patient + COMPLETION_WINDOW_MS).toBeGreaterThan(waiting.earliestDeadlineMs)
          expect(due).toBeGreaterThanOrEqual(waiting.oldestAtMs + Math.min(set.collectMs, MINUTE_MS))
        }
      }),
    )
  })
})

describe('pauses', () => {
  it('between questions grow with the age of a batch, from the shortest to five minutes', () => {
    expect([0, 10 * MINUTE_MS, 3 * HOUR_MS].map((age) => pollPauseMs(age, 30_000))).toEqual([30_000, MINUTE_MS, 5 * MINUTE_MS])
    expect(pollPauseMs(0, HOUR_MS)).toBe(HOUR_MS)
  })

  it('between tries double, up to ten minutes', () => {
    expect([1, 2, 3, 10, 1000].map((tries) => retryPauseMs(tries, 30_000))).toEqual([30_000, 60_000, 120_000, 600_000, 600_000])
    expect(retryPauseMs(5, HOUR_MS)).toBe(HOUR_MS)
  })
})
