import type { RouteVerdict } from './route-call.ts'

const TRIAL_EVERY_MS = 60_000

/** What an operator has to mend: the key, or the account's money. */
export type DisablingReason = 'auth' | 'quota'

/**
 * Takes a route out of service whose account cannot be used, and tries it with one call every minute, so that it comes back by itself once
 * the account is mended. Times are of the monotonic clock.
 */
export class Disablement {
  #reason: DisablingReason | null = null
  /** Grows each time the route is disabled or enabled: a call that began before says nothing about what holds since. */
  #era = 0
  #nextTrialMs = 0

  /** Why the route is disabled; null when it is not. */
  get reason(): DisablingReason | null {
    return this.#reason
  }

  /** When the next trial may go; means something while disabled. */
  get nextTrialMs(): number {
    return this.#nextTrialMs
  }

  /** Whether a call may go: always while enabled, one a minute while disabled. */
  allows(nowMs: number): boolean {
    return this.#reason === null || nowMs >= this.#nextTrialMs
  }

  /**
   * Lets a call through that is allowed.
   * @returns the pass to hand in with its end
   */
  begin(nowMs: number): number {
    if (this.#reason !== null) this.#nextTrialMs = nowMs + TRIAL_EVERY_MS
    return this.#era
  }

  end(pass: number, verdict: RouteVerdict, nowMs: number): void {
    if (pass !== this.#era) return
    if (verdict === 'auth' || verdict === 'quota') this.#disable(verdict, nowMs)
    else if (verdict === 'healthy' || verdict === 'refused') this.enable()
  }

  /** @returns false when it was not disabled */
  enable(): boolean {
    if (this.#reason === null) return false
    this.#reason = null
    this.#era += 1
    return true
  }

  #disable(reason: DisablingReason, nowMs: number): void {
    if (this.#reason === null) {
      this.#era += 1
      this.#nextTrialMs = nowMs + TRIAL_EVERY_MS
    }
    this.#reason = reason
  }
}
