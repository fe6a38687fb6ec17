import type { Clock } from '../../primitives/clock.ts'
import type { RouteKind, RouteLimits } from '../route-contract.ts'
import type { RouteCall, RouteCallEnd, RouteNeed, RouteVerdict, Unavailable } from './route-call.ts'
import { RouteHealth, type RouteHealthChange } from './route-health.ts'
import type { WatchedRoute } from './route-state.ts'

export const WALL_MS = Date.parse('2026-11-21T12:00:00Z')
export const onePicture: RouteNeed = { images: 1, tokens: 200 }

/** A clock that stands until it is moved; its wall time can be set apart. */
export function standingClock() {
  const time = { ms: 0, wallMs: WALL_MS }
  const clock: Clock = { nowMs: () => time.wallMs, monotonicMs: () => time.ms }
  const move = (ms: number) => {
    time.ms += ms
    time.wallMs += ms
  }
  return { time, clock, move }
}

export function routeWith(limits: Partial<RouteLimits> = {}, kind: RouteKind = 'provider'): WatchedRoute {
  return { id: 'acme', kind, limits: { concurrency: null, imagesPerMinute: null, tokensPerMinute: null, ...limits } }
}

export function ended(verdict: RouteVerdict, more: Partial<RouteCallEnd> = {}): RouteCallEnd {
  return { verdict, rateLimits: {}, retryAfterMs: null, ...more }
}

/** The health of one route with what is asked of it in short words. */
export function watch(route: WatchedRoute = routeWith(), chance: () => number = () => 0) {
  const { time, clock, move } = standingClock()
  const changes: RouteHealthChange[] = []
  const health = new RouteHealth({ clock, chance, onChange: (change) => changes.push(change) })
  const begin = (need: RouteNeed = onePicture): RouteCall => {
    const begun = health.begin(route, need)
    if (begun.reason === null) return begun
    throw new Error(`expected a place, found ${begun.reason}`)
  }
  const refusal = (need: RouteNeed = onePicture): Unavailable => {
    const begun = health.begin(route, need)
    if (begun.reason !== null) return begun
    throw new Error('expected a refusal, found a place')
  }
  const call = (verdict: RouteVerdict, more: Partial<RouteCallEnd> = {}) => begin().end(ended(verdict, more))
  const calls = (count: number, verdict: RouteVerdict) => {
    for (let each = 0; each < count; each += 1) call(verdict)
  }
  const card = () => health.stateOf(route)
  const story = () => changes.map(({ from, to, reason }) => `${from} → ${to}${reason === null ? '' : `: ${reason}`}`)
  return { time, move, health, changes, begin, refusal, call, calls, card, story }
}
