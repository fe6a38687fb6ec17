import { describe, expect, it } from 'vitest'
import { ended, onePicture, routeWith, watch } from './health-test-kit.ts'

describe('the breaker of a route', () => {
  it('opens with the fifth unhealthy end of ten seconds, not with the fourth', () => {
    const { calls, card, refusal } = watch()
    calls(4, 'unhealthy')
    expect(card()).toMatchObject({ state: 'closed', failures_in_window: 4 })
    calls(1, 'unhealthy')
    expect(card()).toMatchObject({ state: 'open', reason: 'breaker_open', failures_in_window: 5 })
    expect(refusal()).toEqual({ reason: 'breaker_open', retryAfterMs: 10_000 })
  })

  it('forgets an unhealthy end after ten seconds', () => {
    const { calls, card, move } = watch()
    calls(1, 'unhealthy')
    move(10_001)
    calls(4, 'unhealthy')
    expect(card()).toMatchObject({ state: 'closed', failures_in_window: 4 })
    calls(1, 'unhealthy')
    expect(card().state).toBe('open')
  })

  it('stays closed while more than half of the calls are healthy', () => {
    const { calls, card } = watch()
    calls(8, 'healthy')
    calls(7, 'unhealthy')
    expect(card().state).toBe('closed')
    calls(1, 'unhealthy')
    expect(card().state).toBe('open')
  })

  it('judges the newest calls when more end than it remembers', () => {
    const { calls, card } = watch()
    calls(5_000, 'healthy')
    calls(255, 'unhealthy')
    expect(card().state).toBe('closed')
    calls(1, 'unhealthy')
    expect(card().state).toBe('open')
  })

  it.each(['refused', 'abandoned'] as const)('counts %s ends as neither', (verdict) => {
    const { calls, card } = watch()
    calls(20, verdict)
    calls(4, 'unhealthy')
    expect(card()).toMatchObject({ state: 'closed', failures_in_window: 4 })
    calls(20, verdict)
    calls(1, 'unhealthy')
    expect(card().state).toBe('open')
  })

  it('closes after three healthy probes, one at a time', () => {
    const { calls, call, begin, refusal, card, move, story } = watch()
    calls(5, 'unhealthy')
    move(10_000)
    const probe = begin()
    expect(refusal()).toEqual({ reason: 'breaker_open', retryAfterMs: 1_000 })
    probe.end(ended('healthy'))
    call('healthy')
    expect(card().state).toBe('half_open')
    call('healthy')
    expect(card()).toMatchObject({ state: 'closed', reason: null, failures_in_window: 0 })
    expect(story()).toEqual(['closed → open: breaker_open', 'open → half_open: breaker_open', 'half_open → closed'])
  })

  it('takes a refused probe for an answer, and an abandoned one for nothing', () => {
    const { calls, card, move } = watch()
    calls(5, 'unhealthy')
    move(10_000)
    calls(2, 'refused')
    calls(10, 'abandoned')
    expect(card().state).toBe('half_open')
    calls(1, 'refused')
    expect(card().state).toBe('closed')
  })

  it('opens again with one unhealthy probe, each time twice as long, never longer than a minute', () => {
    const { calls, call, refusal, move } = watch()
    calls(5, 'unhealthy')
    for (const openMs of [10_000, 20_000, 40_000, 60_000, 60_000]) {
      expect(refusal().retryAfterMs).toBe(openMs)
      move(openMs - 1)
      expect(refusal().retryAfterMs).toBe(1)
      move(1)
      call('healthy')
      call('healthy')
      call('unhealthy')
    }
  })

  it('begins with ten seconds again once it was closed', () => {
    const { calls, call, refusal, move } = watch()
    calls(5, 'unhealthy')
    move(10_000)
    call('unhealthy')
    move(20_000)
    calls(3, 'healthy')
    calls(5, 'unhealthy')
    expect(refusal().retryAfterMs).toBe(10_000)
  })

  it('adds up to a tenth by chance and takes nothing away', () => {
    for (const [chance, openMs] of [
      [0, 10_000],
      [0.5, 10_500],
      [0.999, 10_999],
    ] as const) {
      const { calls, refusal } = watch(routeWith(), () => chance)
      calls(5, 'unhealthy')
      expect(refusal().retryAfterMs).toBe(openMs)
    }
  })

  it('hears nothing from calls that began before its last change', () => {
    const { calls, begin, card, move } = watch()
    const before = Array.from({ length: 10 }, () => begin())
    calls(5, 'unhealthy')
    before[0]!.end(ended('unhealthy'))
    move(10_000)
    const probe = begin()
    before[1]!.end(ended('unhealthy'))
    before[2]!.end(ended('abandoned'))
    expect(card()).toMatchObject({ state: 'half_open', in_flight: 8 })
    probe.end(ended('healthy'))
    calls(2, 'healthy')
    for (const call of before) call.end(ended('unhealthy'))
    expect(card()).toMatchObject({ state: 'closed', in_flight: 0, failures_in_window: 0 })
  })

  it('is half open as soon as its time is over, and says so once a call finds it', () => {
    const { calls, call, card, move, story, health, time } = watch()
    calls(5, 'unhealthy')
    move(12_000)
    expect(health.check(routeWith(), onePicture)).toBeNull()
    expect(card()).toMatchObject({ state: 'half_open', since_ms: time.wallMs - 2_000, retry_at_ms: null })
    expect(story()).toHaveLength(1)
    call('healthy')
    expect(story()).toEqual(['closed → open: breaker_open', 'open → half_open: breaker_open'])
  })

  it('is not there for the sandbox', () => {
    const { calls, call, card, changes } = watch(routeWith({}, 'sandbox'))
    calls(50, 'unhealthy')
    call('auth')
    call('quota')
    call('rate_limited', { retryAfterMs: 5_000, rateLimits: { 'x-ratelimit-limit-images': '1', 'x-ratelimit-remaining-images': '0' } })
    calls(1, 'healthy')
    expect(card()).toMatchObject({ state: 'closed', reason: null, failures_in_window: 0, limits: { images_per_minute: null } })
    expect(changes).toEqual([])
  })
})
