const MINUTE_MS = 60_000
/** Refills are fractions: what lacks no more than this is there. */
const ROUNDING = 1e-6

/** One figure per minute and what of it is left: it refills evenly, so that a limit of 5 gives one back every 12 s. */
export class MinuteMeter {
  #limit: number
  /** What is left at `#atMs`; below zero after a call that was larger than the limit. */
  #level: number
  #atMs: number
  /** Refills at another pace until then. */
  #slow: { perMs: number; untilMs: number } | null = null

  /** @param level what is left now */
  constructor(limit: number, level: number, nowMs: number) {
    this.#limit = limit
    this.#level = Math.max(0, level)
    this.#atMs = nowMs
  }

  get limit(): number {
    return this.#limit
  }

  leftAt(nowMs: number): number {
    const slowMs = this.#slow === null ? 0 : Math.max(0, Math.min(nowMs, this.#slow.untilMs) - this.#atMs)
    const evenMs = nowMs - this.#atMs - slowMs
    return Math.min(this.#limit, this.#level + slowMs * (this.#slow?.perMs ?? 0) + (evenMs / MINUTE_MS) * this.#limit)
  }

  /** Milliseconds until the amount is there; 0 when it is. More than the whole limit waits until nothing is used. */
  waitMs(amount: number, nowMs: number): number {
    const lacking = Math.min(amount, this.#limit) - this.leftAt(nowMs)
    if (lacking <= ROUNDING) return 0
    const slowMs = this.#slow === null ? 0 : Math.max(0, this.#slow.untilMs - nowMs)
    const slowly = slowMs * (this.#slow?.perMs ?? 0)
    if (lacking < slowly) return lacking / this.#slow!.perMs
    return slowMs + ((lacking - slowly) / this.#limit) * MINUTE_MS
  }

  take(amount: number, nowMs: number): void {
    // What is larger than the limit is owed, so that the pace holds; an absurd estimate owes one minute, not hours.
    this.#settle(this.leftAt(nowMs) - Math.min(amount, 2 * this.#limit), nowMs)
  }

  /** What is left stays, as far as the new limit holds it. */
  resize(limit: number, nowMs: number): void {
    const left = this.leftAt(nowMs)
    this.#limit = limit
    this.#settle(Math.min(left, limit), nowMs)
  }

  /**
   * Somebody else counts as well, and less is left than we thought.
   * @param comesBack so much within so many milliseconds, when that is known: believed where it is slower than evenly, for a minute at most
   */
  lower(left: number, comesBack: { amount: number; withinMs: number } | null, nowMs: number): void {
    this.#settle(Math.min(this.leftAt(nowMs), Math.max(0, left)), nowMs)
    this.#slow = null
    if (comesBack === null || comesBack.amount <= 0) return
    const withinMs = Math.min(comesBack.withinMs, MINUTE_MS)
    const perMs = comesBack.amount / withinMs
    if (perMs < this.#limit / MINUTE_MS) this.#slow = { perMs, untilMs: nowMs + withinMs }
  }

  #settle(level: number, nowMs: number): void {
    this.#level = level
    this.#atMs = nowMs
  }
}
