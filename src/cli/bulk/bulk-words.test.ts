import { describe, expect, it } from 'vitest'
import { bulkStanding } from '../../../test/support/bulk-standing.ts'
import { aboutUsd, countsInWords, isOver, timeLeft, troubleInWords } from './bulk-words.ts'

describe('aboutUsd', () => {
  it.each([
    [0n, '0'],
    [5n, '0.000000005'],
    [3_255_000n, '0.0033'],
    [9_990_000n, '0.01'],
    [10_000_000n, '0.01'],
    [731_200_000n, '0.73'],
    [1_000_000_000n, '1.00'],
    [1_234_567_000_000n, '1234.57'],
  ])('%d nano-dollars are %s', (nanos, text) => {
    expect(Number(aboutUsd(nanos))).toBeCloseTo(Number(text), 9)
    if (nanos >= 10_000_000n || nanos === 0n) expect(aboutUsd(nanos)).toBe(text)
  })
})

describe('timeLeft', () => {
  it.each([
    [-5, '0 s'],
    [40, '40 s'],
    [95, '2 min'],
    [3599, '1 h 0 min'],
    [12_000, '3 h 20 min'],
    [86_400 * 2 + 3600 * 3 + 59, '2 d 3 h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(timeLeft(1_000_000 + seconds * 1000, 1_000_000)).toBe(text)
  })
})

describe('the counts of a bulk', () => {
  const bulk = bulkStanding({ counts: { refused: 2, outcome_unknown: 1 } })

  it('are told in the order of their lives, without those that are none', () => {
    expect(countsInWords(bulk)).toBe('186 waiting, 64 running, 247 completed, 3 failed, 2 refused, 1 unknown')
    expect(troubleInWords(bulk)).toBe('3 failed, 2 refused, 1 unknown')
  })

  it('say whether anything more can come', () => {
    const over = { waiting: 0, running: 0, completed: 497 }
    expect(isOver(bulkStanding())).toBe(false)
    expect(isOver(bulkStanding({ state: 'ended', counts: over }))).toBe(true)
    expect(isOver(bulkStanding({ state: 'cancelled' }))).toBe(false)
    expect(isOver(bulkStanding({ state: 'cancelled', counts: { ...over, completed: 247, cancelled: 250 } }))).toBe(true)
  })
})
