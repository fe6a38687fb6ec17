import { describe, expect, it } from 'vitest'
import { ended, routeWith, watch } from './health-test-kit.ts'

const images = (limit: number | null, remaining: number | null, reset?: string) => ({
  rateLimits: {
    ...(limit !== null && { 'x-ratelimit-limit-input-images': String(limit) }),
    ...(remaining !== null && { 'x-ratelimit-remaining-input-images': String(remaining) }),
    ...(reset !== undefined && { 'x-ratelimit-reset-input-images': reset }),
  },
})

describe('a limit per minute', () => {
  it('gives back evenly: of five a minute one every twelve seconds', () => {
    const { calls, refusal, begin, move } = watch(routeWith({ imagesPerMinute: 5 }))
    calls(5, 'healthy')
    expect(refusal()).toEqual({ reason: 'images_per_minute', retryAfterMs: 12_000 })
    move(11_999)
    expect(refusal().retryAfterMs).toBe(1)
    move(1)
    begin()
    expect(refusal().retryAfterMs).toBe(12_000)
  })

  it('holds tokens as it holds images', () => {
    const { begin, refusal } = watch(routeWith({ tokensPerMinute: 1_000 }))
    begin({ images: 1, tokens: 900 })
    expect(refusal({ images: 1, tokens: 200 })).toEqual({ reason: 'tokens_per_minute', retryAfterMs: 6_000 })
  })

  it('takes nothing from any limit when one of them refuses', () => {
    const { begin, refusal, card } = watch(routeWith({ imagesPerMinute: 5, tokensPerMinute: 100 }))
    begin({ images: 1, tokens: 100 })
    expect(refusal().reason).toBe('tokens_per_minute')
    expect(card()).toMatchObject({ in_flight: 1, limits: { images_per_minute: { used: 1 }, tokens_per_minute: { used: 100 } } })
  })

  it('takes a call that is larger than the limit when nothing is used, and waits until it is paid off', () => {
    const { begin, refusal, move } = watch(routeWith({ imagesPerMinute: 5 }))
    begin({ images: 8, tokens: 0 })
    expect(refusal({ images: 8, tokens: 0 }).retryAfterMs).toBe(96_000)
    move(96_000)
    begin({ images: 8, tokens: 0 })
    expect(refusal().retryAfterMs).toBe(48_000)
  })

  it('is not closed for longer than two minutes by an absurd estimate', () => {
    const { begin, refusal } = watch(routeWith({ tokensPerMinute: 1_000 }))
    begin({ images: 1, tokens: 1e15 })
    expect(refusal({ images: 1, tokens: 1e15 }).retryAfterMs).toBe(120_000)
  })

  it('learns its limit from answers where none is configured', () => {
    const { call, calls, card, refusal } = watch()
    expect(card().limits.images_per_minute).toBeNull()
    call('healthy', images(5, 4, '12s'))
    expect(card().limits.images_per_minute).toEqual({ limit: 5, used: 1, source: 'headers' })
    calls(4, 'healthy')
    expect(refusal()).toEqual({ reason: 'images_per_minute', retryAfterMs: 12_000 })
    expect(card().limits.images_per_minute).toMatchObject({ used: 5 })
  })

  it('follows the limit that upstream states, up and down, where none is configured', () => {
    const { call, card } = watch()
    call('healthy', images(250, 249))
    call('healthy', images(5, 4))
    expect(card().limits.images_per_minute).toEqual({ limit: 5, used: 1, source: 'headers' })
    call('healthy', images(250, 248))
    expect(card().limits.images_per_minute).toMatchObject({ limit: 250 })
  })

  it('is never raised above its configuration by an answer, and is lowered by one', () => {
    const { call, card } = watch(routeWith({ imagesPerMinute: 10 }))
    call('healthy', images(250, 249))
    expect(card().limits.images_per_minute).toEqual({ limit: 10, used: 1, source: 'configured' })
    call('healthy', images(5, 4))
    expect(card().limits.images_per_minute).toEqual({ limit: 5, used: 1, source: 'headers' })
  })

  it('is not loosened by an answer that makes a large call larger than the limit', () => {
    const { begin, call, refusal } = watch(routeWith({ imagesPerMinute: 10 }))
    call('healthy')
    call('healthy', images(1, null))
    expect(refusal({ images: 9, tokens: 0 })).toEqual({ reason: 'images_per_minute', retryAfterMs: 6_000 })
    begin({ images: 8, tokens: 0 })
  })

  it('believes upstream when less is left, minus what is in flight', () => {
    const { begin, card } = watch(routeWith({ imagesPerMinute: 100 }))
    const [first] = [begin(), begin(), begin()]
    first.end(ended('healthy', images(100, 40)))
    expect(card().limits.images_per_minute).toMatchObject({ used: 62 })
  })

  it('does not believe upstream when more is left', () => {
    const { begin, card } = watch(routeWith({ imagesPerMinute: 100 }))
    const [first] = [begin(), begin(), begin()]
    first.end(ended('healthy', images(100, 100)))
    expect(card().limits.images_per_minute).toMatchObject({ used: 3 })
  })

  it('refills no sooner than upstream says', () => {
    const { call, refusal, begin, move } = watch()
    // One window of a minute, of which 50 s are left: nothing comes back before its end.
    call('healthy', images(5, 4, '50s'))
    for (let each = 0; each < 4; each += 1) begin()
    expect(refusal().retryAfterMs).toBe(50_000)
    move(50_000)
    begin()
    expect(refusal().retryAfterMs).toBe(12_000)
  })

  it('does not wait longer than a minute for a reset', () => {
    const { call, refusal, begin } = watch()
    call('healthy', images(5, 4, '99999h'))
    for (let each = 0; each < 4; each += 1) begin()
    expect(refusal().retryAfterMs).toBe(60_000)
  })

  it('pauses the route when upstream counts requests and none is left', () => {
    const { call, refusal, card } = watch()
    call('healthy', { rateLimits: { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '0' } })
    expect(refusal()).toEqual({ reason: 'rate_limited', retryAfterMs: 1_000 })
    expect(card().limits.requests_per_minute).toEqual({ limit: 60, used: 60, source: 'headers' })
  })
})

describe('calls at one time', () => {
  it('are as many as configured; an end frees one place, twice the same end frees one', () => {
    const { begin, refusal, card } = watch(routeWith({ concurrency: 2 }))
    const [first] = [begin(), begin()]
    expect(refusal()).toEqual({ reason: 'concurrency', retryAfterMs: 1_000 })
    first.end(ended('healthy'))
    first.end(ended('unhealthy'))
    expect(card()).toMatchObject({ in_flight: 1, failures_in_window: 0 })
    begin()
    expect(refusal().reason).toBe('concurrency')
  })

  it('hold for the sandbox too, as do its images a minute', () => {
    const { begin, refusal } = watch(routeWith({ concurrency: 1, imagesPerMinute: 1 }, 'sandbox'))
    const call = begin()
    expect(refusal().reason).toBe('concurrency')
    call.end(ended('unhealthy'))
    expect(refusal().reason).toBe('images_per_minute')
  })
})

describe('a route that upstream limits', () => {
  it.each([
    [null, 1_000],
    [7_500, 7_500],
    [3_600_000, 60_000],
    [Number.NaN, 1_000],
    [-5, 1_000],
    [Number.POSITIVE_INFINITY, 60_000],
  ])('pauses for a retry-after of %s ms as long as %s ms', (retryAfterMs, pauseMs) => {
    const { call, refusal, begin, move, changes } = watch()
    call('rate_limited', { retryAfterMs })
    expect(refusal()).toEqual({ reason: 'rate_limited', retryAfterMs: pauseMs })
    move(pauseMs)
    begin()
    expect(changes).toEqual([])
  })

  it('is paused until the latest of the times it was told', () => {
    const { begin, refusal } = watch()
    const [first, second] = [begin(), begin()]
    first.end(ended('rate_limited', { retryAfterMs: 20_000 }))
    second.end(ended('rate_limited', { retryAfterMs: 2_000 }))
    expect(refusal().retryAfterMs).toBe(20_000)
  })

  it('has not failed: no number of limits opens the breaker', () => {
    const { begin, card } = watch()
    const all = Array.from({ length: 50 }, () => begin())
    for (const call of all) call.end(ended('rate_limited', { retryAfterMs: 1 }))
    expect(card()).toMatchObject({ state: 'closed', reason: 'rate_limited', failures_in_window: 0 })
  })
})
