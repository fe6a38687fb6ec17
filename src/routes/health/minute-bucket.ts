import { MinuteMeter } from './minute-meter.ts'
import type { StatedLimit } from './read-stated-limits.ts'

/** A limit per minute as it is shown. */
export interface ShownLimit {
  limit: number
  /** What is not there now, of what would be there if nobody had called. */
  used: number
  /** Who set the figure that holds. */
  source: 'configured' | 'headers'
}

/**
 * What a route may take per minute: what is configured and what upstream states, each metered by itself, so that nothing upstream says
 * loosens what is configured. Without a limit it holds anything. Times are of the monotonic clock.
 */
export class MinuteBucket {
  #configured: MinuteMeter | null = null
  #stated: MinuteMeter | null = null
  #inFlight = 0

  /** Sets the limit from configuration; the same one again changes nothing. */
  configure(limit: number | null, nowMs: number): void {
    if (limit === (this.#configured?.limit ?? null)) return
    this.#configured = limit === null ? null : this.#resized(this.#configured, limit, nowMs)
  }

  /** Milliseconds until the amount is there; 0 when it is. More than the whole limit waits for a full bucket. */
  waitMs(amount: number, nowMs: number): number {
    return Math.max(0, ...this.#meters().map((meter) => meter.waitMs(amount, nowMs)))
  }

  /** Takes the amount of a call for which `waitMs` was 0. */
  begin(amount: number, nowMs: number): void {
    this.#inFlight += amount
    for (const meter of this.#meters()) meter.take(amount, nowMs)
  }

  /** The amount of a call that ended is no longer in flight, and its answer corrects what is left: downwards only. */
  end(amount: number, stated: StatedLimit, nowMs: number): void {
    this.#inFlight -= amount
    if (stated.limit !== null) this.#stated = this.#resized(this.#stated, stated.limit, nowMs)
    const { remaining, resetMs } = stated
    if (remaining === null) return
    // Upstream may not have seen yet what is in flight.
    const left = remaining - this.#inFlight
    this.#configured?.lower(left, null, nowMs)
    const comesBack = this.#stated && resetMs !== null ? { amount: this.#stated.limit - remaining, withinMs: resetMs } : null
    this.#stated?.lower(left, comesBack, nowMs)
  }

  /** The limit that holds and what of it is used; null without a limit. */
  shown(nowMs: number): ShownLimit | null {
    const meters = this.#meters()
    if (meters.length === 0) return null
    const limit = Math.min(...meters.map((meter) => meter.limit))
    const left = Math.min(...meters.map((meter) => meter.leftAt(nowMs)))
    // What lacks a thousandth is rounding, not a picture.
    const used = Math.max(0, Math.ceil(limit - left - 0.001))
    return { limit, used, source: limit === this.#configured?.limit ? 'configured' : 'headers' }
  }

  #meters(): MinuteMeter[] {
    return [this.#configured, this.#stated].filter((meter) => meter !== null)
  }

  #resized(meter: MinuteMeter | null, limit: number, nowMs: number): MinuteMeter {
    if (meter === null) return new MinuteMeter(limit, limit - this.#inFlight, nowMs)
    if (meter.limit !== limit) meter.resize(limit, nowMs)
    return meter
  }
}
