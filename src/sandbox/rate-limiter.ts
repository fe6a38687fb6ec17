import type { Clock } from '../primitives/clock.ts'
import { Refusal } from './refusal.ts'

/** Limits a minute; null = shown in headers at tier 5, never enforced. */
export interface RateLimits {
  requestsPerMinute?: number | null
  imagesPerMinute?: number | null
  tokensPerMinute?: number | null
}

/** What a call takes from the limits. */
export interface RateNeed {
  model: string
  images: number
  tokens: number
}

type LimitName = 'requests' | 'tokens' | 'input-images'

/** The highest published tier of the image family; its requests per minute are not published, the figure is ours. */
const SHOWN_WHEN_OFF: Record<LimitName, number> = { requests: 10_000, tokens: 8_000_000, 'input-images': 250 }
const MINUTE_MS = 60_000

/** Upstream's limits per minute: each refills evenly, so that a limit of 5 gives one back every 12 seconds. */
export class RateLimiter {
  readonly #clock: Clock
  readonly #meters: Record<LimitName, Meter>

  constructor(limits: RateLimits, clock: Clock) {
    this.#clock = clock
    const now = clock.monotonicMs()
    const meter = (name: LimitName, limit: number | null | undefined) => new Meter(limit ?? SHOWN_WHEN_OFF[name], limit != null, now)
    this.#meters = {
      requests: meter('requests', limits.requestsPerMinute),
      tokens: meter('tokens', limits.tokensPerMinute),
      'input-images': meter('input-images', limits.imagesPerMinute),
    }
  }

  /**
   * Takes a call from every limit, or from none.
   * @throws Refusal 429 `rate_limit_exceeded` with `retry-after` when a limit that is on does not hold it.
   */
  take(need: RateNeed): void {
    const now = this.#clock.monotonicMs()
    const amounts: Record<LimitName, number> = { requests: 1, tokens: need.tokens, 'input-images': need.images }
    const names = Object.keys(amounts) as LimitName[]
    for (const name of names) {
      const waitMs = this.#meters[name].waitMs(amounts[name], now)
      if (waitMs > 0) throw this.#refusal(need.model, name, amounts[name], waitMs, now)
    }
    for (const name of names) this.#meters[name].take(amounts[name], now)
  }

  /** `x-ratelimit-{limit,remaining,reset}-{requests,tokens,input-images}` as they stand now. */
  headers(): Record<string, string> {
    const now = this.#clock.monotonicMs()
    const headers: Record<string, string> = {}
    for (const [name, meter] of Object.entries(this.#meters)) {
      headers[`x-ratelimit-limit-${name}`] = String(meter.limit)
      headers[`x-ratelimit-remaining-${name}`] = String(Math.floor(meter.limit - meter.usedAt(now)))
      headers[`x-ratelimit-reset-${name}`] = shortDuration((meter.usedAt(now) / meter.limit) * MINUTE_MS)
    }
    return headers
  }

  #refusal(model: string, name: LimitName, amount: number, waitMs: number, now: number): Refusal {
    const { limit } = this.#meters[name]
    const used = Math.ceil(this.#meters[name].usedAt(now))
    const canNeverFit = amount > limit
    const figures = canNeverFit
      ? `Limit ${limit}, Requested ${amount}.`
      : `Limit ${limit}, Used ${used}, Requested ${amount}. Please try again in ${shortDuration(waitMs)}.`
    const message = `Rate limit reached for ${model} in organization sandbox on ${name} per min: ${figures}`
    const headers = canNeverFit
      ? undefined
      : { 'retry-after': String(Math.ceil(waitMs / 1000)), 'retry-after-ms': String(Math.ceil(waitMs)) }
    return new Refusal(429, { message, type: name, param: null, code: 'rate_limit_exceeded' }, headers)
  }
}

/** One limit: how much of it is used now, given that it refills evenly. */
class Meter {
  readonly limit: number
  readonly #enforced: boolean
  #used = 0
  #atMs: number

  constructor(limit: number, enforced: boolean, nowMs: number) {
    this.limit = limit
    this.#enforced = enforced
    this.#atMs = nowMs
  }

  usedAt(nowMs: number): number {
    return Math.max(0, this.#used - ((nowMs - this.#atMs) / MINUTE_MS) * this.limit)
  }

  /** Milliseconds until the amount fits; 0 when it does. */
  waitMs(amount: number, nowMs: number): number {
    const excess = this.usedAt(nowMs) + amount - this.limit
    return this.#enforced && excess > 0 ? (excess / this.limit) * MINUTE_MS : 0
  }

  take(amount: number, nowMs: number): void {
    this.#used = Math.min(this.usedAt(nowMs) + amount, this.limit)
    this.#atMs = nowMs
  }
}

/** A duration as upstream writes it: `120ms`, `58.891s`, `1m12s`. */
function shortDuration(ms: number): string {
  const whole = Math.ceil(ms)
  if (whole < 1000) return `${whole}ms`
  const seconds = (whole % MINUTE_MS) / 1000
  return whole < MINUTE_MS ? `${seconds}s` : `${Math.floor(whole / MINUTE_MS)}m${seconds}s`
}
