/** What every call adds, and how much can be saved up: a tenth of the calls may be repeated, ten at once after a quiet time. */
const EARNED = 0.1
const SAVED_AT_MOST = 10

/** Keeps repeats of calls that surely were not made from multiplying the load on a route that is down. */
export class RetryBudget {
  #saved = SAVED_AT_MOST

  /** A call is made. */
  earn(): void {
    this.#saved = Math.min(SAVED_AT_MOST, this.#saved + EARNED)
  }

  /** Takes one repeat; false when there is none left. */
  spend(): boolean {
    if (this.#saved < 1) return false
    this.#saved -= 1
    return true
  }
}
