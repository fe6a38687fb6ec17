import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareUsage, type OwnCall, stretchesOf } from './compare-usage.ts'

const MINUTE_MS = 60_000
const start = Date.UTC(2026, 10, 20, 12)
const later = start + 2 * 60 * MINUTE_MS

let made = 0
const call = (standing: OwnCall['standing'], changes: Partial<OwnCall> = {}): OwnCall => {
  made += 1
  const fromMs = changes.fromMs ?? start
  return { id: `att-${made}`, model: 'gpt-image-2', source: 'image.generation', fromMs, toMs: fromMs + 40_000, standing, ...changes }
}
const counted = (requests: number, changes: object = {}) => ({
  fromMs: start,
  model: 'gpt-image-2',
  size: '1024x1024',
  source: 'image.generation',
  requests,
  images: requests,
  ...changes,
})
const compare = (calls: OwnCall[], counts: Parameters<typeof compareUsage>[1], nowMs = later) =>
  stretchesOf(calls).flatMap((stretch) => compareUsage(stretch, counts, nowMs))

describe('a count of the account', () => {
  it.each([
    { charged: 2, open: 1, counts: [counted(3)], outcome: 'charged' },
    { charged: 2, open: 1, counts: [counted(2)], outcome: 'not_charged' },
    { charged: 0, open: 3, counts: [counted(1), counted(2, { size: '1536x1024' })], outcome: 'charged' },
    { charged: 0, open: 3, counts: [counted(2)], outcome: 'undecided', reason: '2 of 3 were charged, and nobody can say which' },
    { charged: 1, open: 1, counts: [counted(3)], outcome: 'undecided', reason: /more calls/ },
    { charged: 2, open: 1, counts: [counted(1)], outcome: 'undecided', reason: /fewer calls/ },
    { charged: 0, open: 1, counts: [], outcome: 'not_charged' },
    { charged: 0, open: 1, counts: [counted(1, { model: 'gpt-image-2-2026-04-21' })], outcome: 'charged' },
    { charged: 0, open: 1, counts: [counted(1, { model: 'gpt-image-2-mini' })], outcome: 'undecided', reason: /not of this route/ },
    { charged: 0, open: 1, counts: [counted(1, { model: null })], outcome: 'undecided', reason: /not of this route/ },
    { charged: 0, open: 1, counts: [counted(1, { source: 'image.edit' })], outcome: 'undecided', reason: /not of this route/ },
  ])('with $charged charged and $open unknown calls is $outcome ($reason)', ({ charged, open, counts, outcome, reason }) => {
    const calls = [...Array.from({ length: charged }, () => call('charged')), ...Array.from({ length: open }, () => call('open'))]
    const [comparison] = compare(calls, counts)
    expect(comparison).toMatchObject({ outcome, explained: charged, unknown: open })
    if (reason === undefined) expect(comparison!.reason).toBeNull()
    else expect(comparison!.reason).toMatch(reason)
    expect(comparison!.open).toHaveLength(open)
  })

  it('tells generations and edits apart, and models', () => {
    const calls = [call('open'), call('open', { source: 'image.edit' }), call('open', { model: 'gpt-image-2.5-flare' })]
    const outcomes = compare(calls, [counted(1), counted(1, { model: 'gpt-image-2.5-flare' })]).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['charged', 'not_charged', 'charged'])
  })

  it.each([
    { beside: call('running'), reason: /still running/ },
    { beside: call('charged', { source: null }), reason: /assistant calls/ },
    { beside: call('charged', { toMs: start + 25 * 60 * MINUTE_MS }), reason: /no pause/ },
  ])('decides nothing beside a call that it cannot count ($reason)', ({ beside, reason }) => {
    expect(compare([call('open'), beside], [counted(1)])[0]).toMatchObject({ outcome: 'undecided', reason: expect.stringMatching(reason) })
  })

  it('counts a presumed call among those that nobody knows', () => {
    const calls = [call('presumed'), call('open')]
    expect(compare(calls, [counted(1)])[0]).toMatchObject({ outcome: 'undecided', unknown: 2 })
    expect(compare(calls, [counted(2)])[0]).toMatchObject({ outcome: 'charged', open: [calls[1]!.id] })
  })

  it('is believed soon when it is full, and only after a while when calls are missing', () => {
    const toMs = stretchesOf([call('open')])[0]!.toMs
    const outcome = (counts: Parameters<typeof compareUsage>[1], afterMs: number) =>
      compare([call('open')], counts, toMs + afterMs)[0]!.outcome
    expect(outcome([counted(1)], 4 * MINUTE_MS)).toBe('undecided')
    expect(outcome([counted(1)], 5 * MINUTE_MS)).toBe('charged')
    expect(outcome([], 44 * MINUTE_MS)).toBe('undecided')
    expect(outcome([], 45 * MINUTE_MS)).toBe('not_charged')
  })

  it('is asked for stretches that no call of ours lies across the edge of', () => {
    const spans = fc.array(fc.record({ at: fc.integer({ min: 0, max: 200 }), lasts: fc.integer({ min: 0, max: 9 }), open: fc.boolean() }))
    fc.assert(
      fc.property(spans, (made) => {
        const calls = made.map(({ at, lasts, open }) =>
          call(open ? 'open' : 'charged', { fromMs: start + at * 30_000, toMs: start + (at + lasts) * 30_000 }),
        )
        const stretches = stretchesOf(calls)
        for (const { fromMs, toMs, calls: own } of stretches)
          for (const one of calls) {
            const isInside = one.fromMs > fromMs && one.toMs < toMs
            expect(isInside || one.toMs < fromMs || one.fromMs > toMs).toBe(true)
            expect(own.includes(one)).toBe(isInside)
          }
        const asked = stretches.flatMap(({ calls: own }) => own.filter(({ standing }) => standing === 'open'))
        expect(asked).toHaveLength(calls.filter(({ standing }) => standing === 'open').length)
      }),
    )
  })
})
