import type { RouteContract } from '../route-contract.ts'
import { Breaker, type BreakerState } from './breaker.ts'
import { Disablement } from './disablement.ts'
import { MinuteBucket, type ShownLimit } from './minute-bucket.ts'
import { type LimitName, readStatedLimits } from './read-stated-limits.ts'
import type { RouteCallEnd, RouteNeed, Unavailable, UnavailableReason } from './route-call.ts'

/** What of a route's contract its health depends on. */
export type WatchedRoute = Pick<RouteContract, 'id' | 'kind' | 'limits'>

export type RouteHealthState = BreakerState | 'disabled'

/** The state of a route and what put it there. */
export interface Standing {
  state: RouteHealthState
  reason: UnavailableReason | null
}

/** What a call holds on its route until it ends. */
export interface RoutePlace {
  amounts: Record<LimitName, number>
  breakerPass: number
  disablementPass: number
}

const LONGEST_PAUSE_MS = 60_000
const UNSTATED_PAUSE_MS = 1_000
/** Nobody knows when a call will end; a guess of when to ask again. */
const ASK_FOR_SLOT_MS = 1_000
const limitNames: readonly LimitName[] = ['requests', 'images', 'tokens']

/** What is known of one route. Times are of the monotonic clock; limits from configuration come with each question. */
export class RouteState {
  readonly #breaker: Breaker
  readonly #disablement = new Disablement()
  readonly #buckets = { requests: new MinuteBucket(), images: new MinuteBucket(), tokens: new MinuteBucket() }
  #concurrency: number | null = null
  #inFlight = 0
  #pausedUntilMs = 0

  /** @param chance a number from 0 to below 1 */
  constructor(chance: () => number) {
    this.#breaker = new Breaker(chance)
  }

  configure(limits: RouteContract['limits'], nowMs: number): void {
    this.#concurrency = limits?.concurrency ?? null
    this.#buckets.images.configure(limits?.imagesPerMinute ?? null, nowMs)
    this.#buckets.tokens.configure(limits?.tokensPerMinute ?? null, nowMs)
  }

  /** Why a call would not be taken now; null when it would. */
  unavailable(need: RouteNeed, nowMs: number): Unavailable | null {
    if (!this.#disablement.allows(nowMs)) return { reason: this.#disablement.reason!, retryAfterMs: null }
    const { requests, images, tokens } = this.#buckets
    return (
      waiting('breaker_open', this.#breaker.waitMs(nowMs)) ??
      waiting('rate_limited', Math.max(this.#pausedUntilMs - nowMs, requests.waitMs(1, nowMs))) ??
      waiting('concurrency', this.#concurrency !== null && this.#inFlight >= this.#concurrency ? ASK_FOR_SLOT_MS : 0) ??
      waiting('images_per_minute', images.waitMs(need.images, nowMs)) ??
      waiting('tokens_per_minute', tokens.waitMs(need.tokens, nowMs))
    )
  }

  /** Takes the place of a call that is not `unavailable`. */
  begin(need: RouteNeed, nowMs: number): RoutePlace {
    const amounts = { requests: 1, images: need.images, tokens: need.tokens }
    this.#inFlight += 1
    for (const name of limitNames) this.#buckets[name].begin(amounts[name], nowMs)
    return { amounts, breakerPass: this.#breaker.begin(), disablementPass: this.#disablement.begin(nowMs) }
  }

  end(place: RoutePlace, end: RouteCallEnd, nowMs: number): void {
    this.#inFlight -= 1
    const stated = readStatedLimits(end.rateLimits)
    for (const name of limitNames) this.#buckets[name].end(place.amounts[name], stated[name], nowMs)
    if (end.verdict === 'rate_limited') this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs(end.retryAfterMs))
    this.#breaker.end(place.breakerPass, end.verdict, nowMs)
    this.#disablement.end(place.disablementPass, end.verdict, nowMs)
  }

  /** @returns false when it was not disabled */
  enable(): boolean {
    return this.#disablement.enable()
  }

  /** Where calls and operators have left the route. That time has passed since shows with the next call. */
  get standing(): Standing {
    if (this.#disablement.reason !== null) return { state: 'disabled', reason: this.#disablement.reason }
    const { state } = this.#breaker
    return { state, reason: state === 'closed' ? null : 'breaker_open' }
  }

  /** Where the route stands at this moment, the monotonic times at which that began (null: with the last change) and may end. */
  standingAt(nowMs: number): Standing & { sinceMs: number | null; retryAtMs: number | null } {
    const { state, reason } = this.standing
    if (state === 'disabled') return { state, reason, sinceMs: null, retryAtMs: this.#disablement.nextTrialMs }
    if (state === 'open') {
      const { openUntilMs } = this.#breaker
      if (nowMs < openUntilMs) return { state, reason, sinceMs: null, retryAtMs: openUntilMs }
      return { state: 'half_open', reason, sinceMs: openUntilMs, retryAtMs: null }
    }
    const isPaused = nowMs < this.#pausedUntilMs
    return {
      state,
      reason: reason ?? (isPaused ? 'rate_limited' : null),
      sinceMs: null,
      retryAtMs: isPaused ? this.#pausedUntilMs : null,
    }
  }

  /** Figures as they are shown. */
  figures(nowMs: number): { inFlight: number; unhealthyEnds: number; concurrency: number | null } & Record<LimitName, ShownLimit | null> {
    const { requests, images, tokens } = this.#buckets
    return {
      inFlight: this.#inFlight,
      unhealthyEnds: this.#breaker.unhealthyEnds(nowMs),
      concurrency: this.#concurrency,
      requests: requests.shown(nowMs),
      images: images.shown(nowMs),
      tokens: tokens.shown(nowMs),
    }
  }
}

function waiting(reason: UnavailableReason, waitMs: number): Unavailable | null {
  return waitMs > 0 ? { reason, retryAfterMs: Math.ceil(waitMs) } : null
}

/** What upstream asks for; what it does not say, or says in a figure that is none, is a second. */
function pauseMs(retryAfterMs: number | null): number {
  return retryAfterMs !== null && retryAfterMs >= 0 ? Math.min(retryAfterMs, LONGEST_PAUSE_MS) : UNSTATED_PAUSE_MS
}
