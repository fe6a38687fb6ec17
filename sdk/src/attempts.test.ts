import { describe, expect, it } from 'vitest'
import { defaultRetries, delayBefore, mayRepeat } from './attempts.ts'
import { AbortError, ConnectionError, type DarkroomError, type ErrorFacts, TimeoutError } from './darkroom-error.ts'
import { errorOfResponse } from './error-of-response.ts'

const lost: ErrorFacts = { message: 'lost', status: null, outcome: 'unknown', nextAction: 'retry' }

/** An answer of the gateway itself. */
function told(status: number, outcome: string, shouldRetry?: boolean): DarkroomError {
  const error = {
    message: 'm',
    type: 't',
    code: null,
    param: null,
    outcome,
    next_action: 'retry',
    docs: '/docs/errors#x',
    generation_id: null,
    request_id: 'r',
  }
  const headers = new Headers(shouldRetry === undefined ? {} : { 'x-should-retry': String(shouldRetry) })
  return errorOfResponse({ status, headers, text: JSON.stringify({ error }), baseUrl: 'http://d', idempotencyKey: 'k' })
}

/** An answer of something else. */
function page(status: number, headers: Record<string, string> = {}, idempotencyKey: string | null = 'k'): DarkroomError {
  return errorOfResponse({ status, headers: new Headers(headers), text: '<html>', baseUrl: 'http://d', idempotencyKey })
}

describe('mayRepeat', () => {
  it.each([
    ['a connection that broke', new ConnectionError(lost), true, false],
    ['a refusal for now', told(503, 'not_charged', true), true, true],
    ['a rate limit that says nothing', told(429, 'not_charged'), true, true],
    ['an answer that says no', told(429, 'not_charged', false), false, false],
    ['an unknown outcome', told(502, 'unknown'), false, false],
    ['an unknown outcome that says yes by mistake', told(502, 'unknown', true), false, false],
    ['a call that was charged', told(500, 'charged', true), false, false],
    ['a failure inside', told(500, 'not_charged'), false, false],
    ['a bad request', told(400, 'not_charged'), false, false],
    ['a gateway timeout of a proxy', page(504), true, false],
    ['a proxy without room', page(429), true, true],
    ['a proxy that does not know the host', page(404), false, false],
    ['the end of patience', new TimeoutError(lost), false, false],
    ['a caller that left', new AbortError(lost), false, false],
    ['a fault of the program', new RangeError('x'), false, false],
  ])('%s', (_, error, always, unlessTaken) => {
    expect([mayRepeat(error, 'always'), mayRepeat(error, 'unless-taken')]).toEqual([always, unlessTaken])
  })
})

describe('delayBefore', () => {
  const none = new ConnectionError(lost)

  it('doubles up to a bound, half of it by chance', () => {
    const delays = (chance: number) => [2, 3, 4, 5, 6, 7, 20].map((attempt) => delayBefore(attempt, none, defaultRetries, chance))
    expect(delays(1)).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000])
    expect(delays(0)).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000])
  })

  it('never comes before the answer said', () => {
    expect(delayBefore(2, page(429, { 'retry-after': '3' }), defaultRetries, 1)).toBe(3000)
    expect(delayBefore(2, page(429, { 'retry-after': '3', 'retry-after-ms': '1200' }), defaultRetries, 1)).toBe(1200)
    const inAMinute = new Date(Date.now() + 60_000).toUTCString()
    expect(delayBefore(2, page(503, { 'retry-after': inAMinute }), defaultRetries, 1)).toBeGreaterThan(50_000)
    expect(delayBefore(2, page(503, { 'retry-after': 'soon' }), defaultRetries, 1)).toBe(500)
  })
})

describe('errorOfResponse', () => {
  it('calls the answer of something in front unknown only where the call may cost money and the answer may hide it', () => {
    expect([page(504).outcome, page(404).outcome, page(504, {}, null).outcome]).toEqual(['unknown', 'not_charged', 'not_charged'])
  })
})
