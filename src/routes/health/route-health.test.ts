import { describe, expect, it } from 'vitest'
import { ended, onePicture, routeWith, WALL_MS, watch } from './health-test-kit.ts'

describe('RouteHealth', () => {
  it('takes calls on a route it never heard of and knows nothing of it', () => {
    const { card, begin } = watch()
    expect(card()).toEqual({
      state: 'closed',
      reason: null,
      since_ms: null,
      retry_at_ms: null,
      in_flight: 0,
      failures_in_window: 0,
      limits: { concurrency: null, requests_per_minute: null, images_per_minute: null, tokens_per_minute: null },
    })
    begin()
    expect(card().in_flight).toBe(1)
  })

  it('names the first reason in its order, and the next one once that is gone', () => {
    const limits = { concurrency: 7, imagesPerMinute: 7, tokensPerMinute: 1_400 }
    const { begin, refusal, move, health } = watch(routeWith(limits))
    const [auth, limited, ...rest] = Array.from({ length: 7 }, () => begin())
    expect(refusal().reason).toBe('concurrency')
    auth!.end(ended('auth'))
    limited!.end(ended('rate_limited', { retryAfterMs: 30_000 }))
    for (const call of rest) call.end(ended('unhealthy'))
    expect(refusal().reason).toBe('auth')
    health.enable('acme')
    expect(refusal().reason).toBe('breaker_open')
    move(10_000)
    expect(refusal().reason).toBe('rate_limited')
    move(20_000)
    expect(refusal({ images: 7, tokens: 1_400 }).reason).toBe('images_per_minute')
  })

  it('names images before tokens', () => {
    const { begin, refusal, move } = watch(routeWith({ imagesPerMinute: 60, tokensPerMinute: 60 }))
    begin({ images: 60, tokens: 60 })
    expect(refusal({ images: 1, tokens: 2 })).toEqual({ reason: 'images_per_minute', retryAfterMs: 1_000 })
    move(1_000)
    expect(refusal({ images: 1, tokens: 2 })).toEqual({ reason: 'tokens_per_minute', retryAfterMs: 1_000 })
  })

  it('says the same when asked as when a call is begun, and takes nothing for the question', () => {
    const route = routeWith({ concurrency: 1, imagesPerMinute: 1 })
    const { health, begin, refusal } = watch(route)
    for (let each = 0; each < 10; each += 1) expect(health.check(route, onePicture)).toBeNull()
    begin()
    expect(health.check(route, onePicture)).toEqual(refusal())
  })

  it('measures by the monotonic clock: a wall clock that jumps moves only what is shown', () => {
    const { calls, refusal, card, time } = watch()
    calls(5, 'unhealthy')
    time.wallMs += 86_400_000
    expect(refusal().retryAfterMs).toBe(10_000)
    expect(card()).toMatchObject({ state: 'open', since_ms: WALL_MS, retry_at_ms: WALL_MS + 86_400_000 + 10_000 })
  })

  it('keeps routes apart', () => {
    const { calls, health, changes } = watch()
    calls(5, 'unhealthy')
    const other = { ...routeWith(), id: 'other' }
    expect(health.check(other, onePicture)).toBeNull()
    expect(health.stateOf(other)).toMatchObject({ state: 'closed', failures_in_window: 0 })
    expect(changes.map(({ routeId }) => routeId)).toEqual(['acme'])
  })

  it('follows a limit that is configured anew', () => {
    const { health, begin } = watch(routeWith({ imagesPerMinute: 5, concurrency: 1 }))
    begin()
    const lower = routeWith({ imagesPerMinute: 2, concurrency: 2 })
    expect(health.stateOf(lower).limits).toMatchObject({ concurrency: 2, images_per_minute: { limit: 2, used: 0 } })
    expect(health.stateOf({ ...lower, limits: null }).limits).toMatchObject({ concurrency: null, images_per_minute: null })
    expect(health.stateOf(lower).limits.images_per_minute).toEqual({ limit: 2, used: 1, source: 'configured' })
  })
})
