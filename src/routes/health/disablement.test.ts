import { describe, expect, it } from 'vitest'
import { ended, WALL_MS, watch } from './health-test-kit.ts'

describe('a route whose account cannot be used', () => {
  it.each(['auth', 'quota'] as const)('is disabled by the first %s answer and says that waiting does not help', (reason) => {
    const { call, refusal, card, story } = watch()
    call(reason)
    expect(refusal()).toEqual({ reason, retryAfterMs: null })
    expect(card()).toMatchObject({ state: 'disabled', reason, since_ms: WALL_MS, retry_at_ms: WALL_MS + 60_000 })
    expect(story()).toEqual([`closed → disabled: ${reason}`])
  })

  it('is tried with one call a minute', () => {
    const { call, begin, refusal, move } = watch()
    call('auth')
    move(59_999)
    expect(refusal().reason).toBe('auth')
    move(1)
    const trial = begin()
    expect(refusal().reason).toBe('auth')
    trial.end(ended('auth'))
    move(59_999)
    expect(refusal().reason).toBe('auth')
    move(1)
    begin()
  })

  it.each(['healthy', 'refused'] as const)('comes back with a %s trial', (verdict) => {
    const { call, begin, card, move, story } = watch()
    call('quota')
    move(60_000)
    call(verdict)
    expect(card()).toMatchObject({ state: 'closed', reason: null, since_ms: WALL_MS + 60_000 })
    expect(story()).toEqual(['closed → disabled: quota', 'disabled → closed'])
    begin()
  })

  it.each(['unhealthy', 'rate_limited', 'abandoned', 'quota'] as const)('stays disabled after a trial that ends %s', (verdict) => {
    const { call, card, move, story } = watch()
    call('quota')
    move(60_000)
    call(verdict)
    expect(card()).toMatchObject({ state: 'disabled', reason: 'quota' })
    expect(story()).toHaveLength(1)
  })

  it('tells when something else turns out to be wrong', () => {
    const { call, card, move, story } = watch()
    call('auth')
    move(60_000)
    call('quota')
    expect(card()).toMatchObject({ reason: 'quota', since_ms: WALL_MS })
    expect(story()).toEqual(['closed → disabled: auth', 'disabled → disabled: quota'])
  })

  it('is not brought back by a call that began before', () => {
    const { call, begin, card } = watch()
    const before = begin()
    call('auth')
    before.end(ended('healthy'))
    expect(card().state).toBe('disabled')
  })

  it('comes back when somebody switches it on, once', () => {
    const { call, begin, health, story } = watch()
    const before = begin()
    expect(health.enable('acme')).toBe(false)
    call('auth')
    expect(health.enable('acme')).toBe(true)
    expect(health.enable('acme')).toBe(false)
    expect(health.enable('unheard-of')).toBe(false)
    before.end(ended('auth'))
    begin()
    expect(story()).toEqual(['closed → disabled: auth', 'disabled → closed'])
  })

  it('goes back to an open breaker, and needs no second call for both', () => {
    const { call, calls, begin, refusal, health, move, story, card } = watch()
    const before = begin()
    calls(5, 'unhealthy')
    move(10_000)
    call('auth')
    before.end(ended('healthy'))
    move(60_000)
    call('unhealthy')
    expect(card()).toMatchObject({ state: 'disabled', reason: 'auth' })
    health.enable('acme')
    expect(refusal()).toEqual({ reason: 'breaker_open', retryAfterMs: 20_000 })
    expect(story().slice(2)).toEqual(['half_open → disabled: auth', 'disabled → open: breaker_open'])
  })
})
