import { describe, expect, it } from 'vitest'
import { attemptDelaysMs, nextDelayMs, readRetryAfter } from './index.ts'

const HOUR_MS = 3_600_000
const NOW_MS = Date.UTC(2026, 10, 29, 12)

describe('the schedule', () => {
  it('has ten attempts over 75 h 35 min 5 s, the first at once', () => {
    expect(attemptDelaysMs).toHaveLength(10)
    expect(attemptDelaysMs[0]).toBe(0)
    expect(attemptDelaysMs.reduce((sum, delay) => sum + delay, 0)).toBe((75 * 60 + 35) * 60_000 + 5000)
  })

  it('varies each wait by a tenth at most, and ends behind the tenth attempt', () => {
    const delays = (chance: number) => attemptDelaysMs.map((_, step) => nextDelayMs({ step, retryAfterMs: null, chance }, attemptDelaysMs))
    expect(delays(0.5)).toEqual([...attemptDelaysMs.slice(1), null])
    expect(delays(0)[0]).toBe(4500)
    expect(delays(1 - 2 ** -53)[0]).toBe(5500)
  })

  it('waits for as long as the receiver asks where that is longer', () => {
    const wait = (retryAfterMs: number) => nextDelayMs({ step: 0, retryAfterMs, chance: 0.5 }, attemptDelaysMs)
    expect([wait(1000), wait(60_000)]).toEqual([5000, 60_000])
  })
})

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    [new Date(NOW_MS + 90_000).toUTCString(), 90_000],
    [new Date(NOW_MS - 90_000).toUTCString(), 0],
    ['86400', HOUR_MS],
    ['soon', null],
    ['-5', null],
    ['', null],
    [undefined, null],
    [['1', '2'], null],
  ] as const)('%j is read as %s', (header, waitMs) => {
    expect(readRetryAfter(header as string, NOW_MS)).toBe(waitMs)
  })
})
