import type { Clock } from '../../primitives/clock.ts'
import type { ShownLimit } from './minute-bucket.ts'
import type { RouteCall, RouteCallEnd, RouteNeed, Unavailable, UnavailableReason } from './route-call.ts'
import { type RouteHealthState, type RoutePlace, RouteState, type Standing, type WatchedRoute } from './route-state.ts'

/** A route went from one state to another. A disabled route of which another thing turns out to be wrong stays disabled and is told again. */
export interface RouteHealthChange {
  routeId: string
  from: RouteHealthState
  to: RouteHealthState
  /** What put it there; null when it is closed. */
  reason: UnavailableReason | null
}

/** The health of a route as cards and metrics show it; times in milliseconds since 1970. */
export interface RouteHealthCard {
  state: RouteHealthState
  reason: UnavailableReason | null
  /** Since when it is in this state; null = since the start. */
  since_ms: number | null
  /** When the next call may go: the next trial, the next probe, the end of a pause. Null when none of them is waited for. */
  retry_at_ms: number | null
  in_flight: number
  /** Unhealthy ends of the last ten seconds. */
  failures_in_window: number
  /** What is known of its limits; null = no limit is known. */
  limits: {
    concurrency: number | null
    requests_per_minute: ShownLimit | null
    images_per_minute: ShownLimit | null
    tokens_per_minute: ShownLimit | null
  }
}

interface Parts {
  clock: Clock
  /** A number from 0 to below 1, for the jitter of breakers; `Math.random` when left out. */
  chance?: () => number
  /** Told of each change of state, once, when it has happened. That an open breaker's time is over is told when the next call finds it so. */
  onChange?: (change: RouteHealthChange) => void
  /** Told of what the health of routes in other processes depends on. */
  onNews?: (news: RouteNews) => void
}

/** What one process tells others of a route: a call takes its place, one that took it ends, an operator switched the route on. */
export type RouteNews =
  | { kind: 'begun'; routeId: string; call: string; need: RouteNeed }
  | { kind: 'ended'; routeId: string; call: string; end: RouteCallEnd }
  | { kind: 'enabled'; routeId: string }

interface Watched {
  state: RouteState
  told: Standing
  /** Wall time of the last change. */
  sinceMs: number | null
}

/** Nothing that is learned from. */
const unknownEnd: RouteCallEnd = { verdict: 'abandoned', rateLimits: {}, retryAfterMs: null }

/**
 * Whether a call may be placed on a route right now, from how its calls ended and from its limits: breaker, concurrency, images and tokens
 * per minute, pauses that upstream asks for, accounts that cannot be used. In memory of this process; a restart begins anew. Processes that
 * tell one another of their calls count as one, but for what is on its way between them.
 */
export class RouteHealth {
  readonly #parts: Parts
  readonly #watched = new Map<string, Watched>()
  readonly #elsewhere = new Map<string, { route: WatchedRoute; place: RoutePlace }>()
  #calls = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Why a call would not be taken now; null when it would. Takes and changes nothing. */
  check(route: WatchedRoute, need: RouteNeed): Unavailable | null {
    const nowMs = this.#parts.clock.monotonicMs()
    return this.#of(route, nowMs).state.unavailable(need, nowMs)
  }

  /** Takes the place of a call, or says why there is none: `begun.reason` tells which. */
  begin(route: WatchedRoute, need: RouteNeed): RouteCall | Unavailable {
    const nowMs = this.#parts.clock.monotonicMs()
    const watched = this.#of(route, nowMs)
    const unavailable = watched.state.unavailable(need, nowMs)
    if (unavailable) return unavailable
    const place = watched.state.begin(need, nowMs)
    this.#tell(route.id, watched)
    const call = String(this.#calls++)
    this.#parts.onNews?.({ kind: 'begun', routeId: route.id, call, need })
    let hasEnded = false
    const end = (how: RouteCallEnd) => {
      if (hasEnded) return
      hasEnded = true
      // Faults of the sandbox are asked for by whoever calls it: they say nothing to the next caller.
      const learned = route.kind === 'sandbox' ? unknownEnd : how
      watched.state.end(place, learned, this.#parts.clock.monotonicMs())
      this.#tell(route.id, watched)
      this.#parts.onNews?.({ kind: 'ended', routeId: route.id, call, end: learned })
    }
    return { reason: null, end }
  }

  /** Another process tells of a route: its calls count like those of this one. @param from names the process */
  heard(from: string, route: WatchedRoute, news: RouteNews): void {
    const nowMs = this.#parts.clock.monotonicMs()
    const watched = this.#of(route, nowMs)
    if (news.kind === 'enabled') watched.state.enable()
    else {
      const name = `${from} ${news.call}`
      const known = this.#elsewhere.get(name)
      if (news.kind === 'begun' && !known) this.#elsewhere.set(name, { route, place: watched.state.begin(news.need, nowMs) })
      if (news.kind === 'ended' && known) {
        this.#elsewhere.delete(name)
        watched.state.end(known.place, news.end, nowMs)
      }
    }
    this.#tell(route.id, watched)
  }

  /** What other processes have under way is not known any more: one of them died, or news may have been missed. */
  forgetElsewhere(isForgotten: (from: string) => boolean = () => true): void {
    const nowMs = this.#parts.clock.monotonicMs()
    for (const [name, { route, place }] of this.#elsewhere) {
      if (!isForgotten(name.split(' ')[0]!)) continue
      this.#elsewhere.delete(name)
      this.#of(route, nowMs).state.end(place, unknownEnd, nowMs)
    }
  }

  /**
   * Switches a route on again that its key or its account's quota disabled.
   * @returns false when it was not disabled
   */
  enable(routeId: string): boolean {
    const watched = this.#watched.get(routeId)
    if (!watched?.state.enable()) return false
    this.#parts.onNews?.({ kind: 'enabled', routeId })
    this.#tell(routeId, watched)
    return true
  }

  /** The route as it stands, in plain JSON. */
  stateOf(route: WatchedRoute): RouteHealthCard {
    const nowMs = this.#parts.clock.monotonicMs()
    const watched = this.#of(route, nowMs)
    const { state, reason, sinceMs, retryAtMs } = watched.state.standingAt(nowMs)
    const { inFlight, unhealthyEnds, concurrency, requests, images, tokens } = watched.state.figures(nowMs)
    const wallMs = this.#parts.clock.nowMs()
    const onTheWall = (monotonicMs: number) => Math.round(wallMs + monotonicMs - nowMs)
    return {
      state,
      reason,
      since_ms: sinceMs === null ? watched.sinceMs : onTheWall(sinceMs),
      retry_at_ms: retryAtMs === null ? null : onTheWall(retryAtMs),
      in_flight: inFlight,
      failures_in_window: unhealthyEnds,
      limits: { concurrency, requests_per_minute: requests, images_per_minute: images, tokens_per_minute: tokens },
    }
  }

  #of(route: WatchedRoute, nowMs: number): Watched {
    const known = this.#watched.get(route.id)
    const watched = known ?? this.#watch(route.id)
    watched.state.configure(route.limits, nowMs)
    return watched
  }

  #watch(routeId: string): Watched {
    const state = new RouteState(this.#parts.chance ?? Math.random)
    const watched = { state, told: state.standing, sinceMs: null }
    this.#watched.set(routeId, watched)
    return watched
  }

  #tell(routeId: string, watched: Watched): void {
    const from = watched.told
    const to = watched.state.standing
    if (from.state === to.state && from.reason === to.reason) return
    watched.told = to
    if (from.state !== to.state) watched.sinceMs = this.#parts.clock.nowMs()
    this.#parts.onChange?.({ routeId, from: from.state, to: to.state, reason: to.reason })
  }
}
