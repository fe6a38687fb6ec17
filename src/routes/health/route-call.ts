/** What a call takes from a route's limits. */
export interface RouteNeed {
  images: number
  /** Estimated tokens, in and out together. */
  tokens: number
}

/** Why no call may be placed now. Of several that hold, the first in this order is named. */
export type UnavailableReason =
  | 'auth'
  | 'quota'
  | 'breaker_open'
  | 'rate_limited'
  | 'concurrency'
  | 'images_per_minute'
  | 'tokens_per_minute'

/** A route that takes no call now. */
export interface Unavailable {
  reason: UnavailableReason
  /** Whole milliseconds until it is worth asking again; null where only an operator can help. */
  retryAfterMs: number | null
}

/**
 * What the end of a call says about its route. `refused`: a 4xx about the request, which says nothing but that the route answers.
 * `unhealthy`: not sent, a 5xx, an answer from the edge, lost, partial or unreadable. `abandoned`: nothing is known, e.g. at a shutdown.
 */
export type RouteVerdict = 'healthy' | 'refused' | 'unhealthy' | 'rate_limited' | 'auth' | 'quota' | 'abandoned'

/** How a call ended, as far as the route's health is concerned. */
export interface RouteCallEnd {
  verdict: RouteVerdict
  /** `x-ratelimit-*` of the answer, names in lower case; other names are passed by. Values are upstream's and may be anything. */
  rateLimits: Readonly<Record<string, string>>
  /** How long upstream asks to wait; null when it does not say. */
  retryAfterMs: number | null
}

/** The place of a call on a route. Told apart from `Unavailable` by `reason`, which is null here. */
export interface RouteCall {
  readonly reason: null
  /** Gives the place back and learns from the end. To be called once whatever happens; only the first end counts. */
  end(end: RouteCallEnd): void
}
