import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ended, routeWith, standingClock, watch } from './health-test-kit.ts'
import type { RouteCall, RouteCallEnd, RouteVerdict } from './route-call.ts'
import { RouteHealth, type RouteHealthChange } from './route-health.ts'

const verdict = fc.constantFrom<RouteVerdict>('healthy', 'refused', 'unhealthy', 'rate_limited', 'auth', 'quota', 'abandoned')
const headerName = fc
  .tuple(fc.constantFrom('limit', 'remaining', 'reset'), fc.constantFrom('requests', 'tokens', 'input-images', 'images'))
  .map(([member, of]) => `x-ratelimit-${member}-${of}`)
const headerValue = fc.oneof(fc.nat(20).map(String), fc.string(), fc.constantFrom('12s', '1m', '99999h', '999999999999'))
const end: fc.Arbitrary<RouteCallEnd> = fc.record({
  verdict,
  rateLimits: fc.dictionary(headerName, headerValue, { maxKeys: 4 }),
  retryAfterMs: fc.oneof(fc.constant(null), fc.nat(120_000), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1)),
})

type Step =
  | { do: 'begin'; need: { images: number; tokens: number } }
  | { do: 'end'; which: number; how: RouteCallEnd }
  | { do: 'end again'; which: number; how: RouteCallEnd }
  | { do: 'move'; ms: number }
  | { do: 'enable' }

const begins = fc.record({
  do: fc.constant('begin' as const),
  need: fc.record({ images: fc.integer({ min: 1, max: 10 }), tokens: fc.nat(9_000) }),
})
const ends = fc.record({ do: fc.constant('end' as const), which: fc.nat(20), how: end })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: begins },
    { weight: 4, arbitrary: ends },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('end again' as const), which: fc.nat(20), how: end }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), ms: fc.oneof(fc.nat(100), fc.nat(15_000), fc.nat(70_000)) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'enable' as const }) },
  ),
  { maxLength: 120, size: 'max' },
)
const limits = fc.record({
  concurrency: fc.option(fc.integer({ min: 1, max: 6 })),
  imagesPerMinute: fc.option(fc.integer({ min: 1, max: 30 })),
  tokensPerMinute: fc.option(fc.integer({ min: 1, max: 20_000 })),
})

describe('whatever happens on a route', () => {
  it('nothing throws, the card stays plain JSON, no limit of calls is broken, no two probes are out, each change follows from the last', () => {
    fc.assert(
      fc.property(limits, fc.constantFrom('provider', 'sandbox'), steps, (configured, kind, story) => {
        const { clock, move } = standingClock()
        const changes: RouteHealthChange[] = []
        const health = new RouteHealth({ clock, chance: () => 0.5, onChange: (change) => changes.push(change) })
        const route = routeWith(configured, kind as 'provider' | 'sandbox')
        const out: RouteCall[] = []
        const over: RouteCall[] = []
        const probes = new Set<RouteCall>()
        for (const step of story) {
          if (step.do === 'move') move(step.ms)
          if (step.do === 'enable') {
            const wasDisabled = changes.at(-1)?.to === 'disabled'
            expect(health.enable(route.id)).toBe(wasDisabled)
          }
          if (step.do === 'end' && out.length > 0) {
            const [call] = out.splice(step.which % out.length, 1)
            call!.end(step.how)
            probes.delete(call!)
            over.push(call!)
          }
          if (step.do === 'end again' && over.length > 0) {
            const before = JSON.stringify(health.stateOf(route))
            over[step.which % over.length]!.end(step.how)
            expect(JSON.stringify(health.stateOf(route))).toBe(before)
          }
          if (step.do === 'begin') {
            const asked = health.check(route, step.need)
            const begun = health.begin(route, step.need)
            expect(begun.reason).toBe(asked === null ? null : asked.reason)
            if (begun.reason === null) {
              out.push(begun)
              if (health.stateOf(route).state === 'half_open') probes.add(begun)
            } else {
              const waits = begun.retryAfterMs
              expect(waits === null ? ['auth', 'quota'].includes(begun.reason) : Number.isSafeInteger(waits) && waits > 0).toBe(true)
            }
          }
          const card = health.stateOf(route)
          expect(JSON.parse(JSON.stringify(card))).toStrictEqual(card)
          expect(card.in_flight).toBe(out.length)
          expect(out.length).toBeLessThanOrEqual(configured.concurrency ?? Number.POSITIVE_INFINITY)
          expect(probes.size).toBeLessThanOrEqual(1)
          if (kind === 'sandbox') expect(card).toMatchObject({ state: 'closed', reason: null })
        }
        changes.forEach((change, index) => {
          expect(change.from).toBe(index === 0 ? 'closed' : changes[index - 1]!.to)
          if (change.from === change.to) expect(change.reason).not.toBe(changes[index - 1]!.reason)
        })
      }),
      { numRuns: 300 },
    )
  })

  it('no window of time sees more images than the limit and what came back in it', () => {
    const pace = fc.array(fc.record({ waitMs: fc.nat(20_000), images: fc.integer({ min: 1, max: 10 }), how: end }), {
      maxLength: 60,
      size: 'max',
    })
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 40 }), pace, (limit, calls) => {
        const { clock, move, time } = standingClock()
        const route = routeWith({ imagesPerMinute: limit })
        const health = new RouteHealth({ clock })
        const taken: { atMs: number; images: number }[] = []
        for (const { waitMs, images, how } of calls) {
          move(waitMs)
          const begun = health.begin(route, { images, tokens: 0 })
          if (begun.reason !== null) continue
          taken.push({ atMs: time.ms, images })
          begun.end(how)
        }
        taken.forEach((first, from) => {
          let images = 0
          for (const last of taken.slice(from)) {
            images += last.images
            expect(images).toBeLessThanOrEqual(limit + ((last.atMs - first.atMs) / 60_000) * limit + 1e-3)
          }
        })
      }),
    )
  })

  it('a call that waits as long as it was told is taken', () => {
    const need = fc.record({ images: fc.integer({ min: 1, max: 20 }), tokens: fc.nat(50_000) })
    fc.assert(
      fc.property(limits, fc.array(fc.tuple(need, fc.nat(9_000)), { minLength: 1, maxLength: 20 }), need, (configured, calls, last) => {
        const { clock, move } = standingClock()
        const route = routeWith({ ...configured, concurrency: null })
        const health = new RouteHealth({ clock })
        for (const [each, waitMs] of calls) {
          move(waitMs)
          health.begin(route, each)
        }
        // Each of the two limits names its own wait.
        for (let asked = 0; asked < 2; asked += 1) move(health.check(route, last)?.retryAfterMs ?? 0)
        expect(health.check(route, last)).toBeNull()
      }),
    )
  })

  it('five unhealthy calls in a row open it, from any past that is ten seconds away', () => {
    const past = fc.array(fc.constantFrom<RouteVerdict>('healthy', 'refused', 'unhealthy', 'abandoned'), { maxLength: 30 })
    fc.assert(
      fc.property(past, fc.array(fc.nat(2_500), { minLength: 4, maxLength: 4 }), (before, gapsMs) => {
        const { health, move, call, card } = watch()
        for (const each of before) {
          const begun = health.begin(routeWith(), { images: 1, tokens: 1 })
          if (begun.reason === null) begun.end(ended(each))
        }
        move(10_001)
        call('unhealthy')
        for (const gapMs of gapsMs) {
          if (card().state === 'open') break
          move(gapMs)
          call('unhealthy')
        }
        expect(card().state).toBe('open')
      }),
    )
  })

  it('F34 it opens no more than six times a minute', () => {
    const pace = fc.array(
      fc.record({ waitMs: fc.constantFrom(0, 1, 100, 9_999, 10_000), verdict: fc.constantFrom<RouteVerdict>('healthy', 'unhealthy') }),
      {
        maxLength: 400,
        size: 'max',
      },
    )
    fc.assert(
      fc.property(pace, fc.double({ min: 0, max: 0.999, noNaN: true }), (calls, chance) => {
        const { clock, move, time } = standingClock()
        const openedAtMs: number[] = []
        const onChange = ({ to }: RouteHealthChange) => to === 'open' && openedAtMs.push(time.ms)
        const health = new RouteHealth({ clock, chance: () => chance, onChange })
        for (const { waitMs, verdict } of calls) {
          move(waitMs)
          const begun = health.begin(routeWith(), { images: 1, tokens: 1 })
          if (begun.reason === null) begun.end(ended(verdict))
        }
        openedAtMs.forEach((atMs, index) => {
          const sixth = openedAtMs[index + 6]
          if (sixth !== undefined) expect(sixth - atMs).toBeGreaterThanOrEqual(60_000)
        })
      }),
    )
  })
})
