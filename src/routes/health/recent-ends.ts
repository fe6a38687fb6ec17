/** Ends that are remembered at most. Beyond 50 a second the newest so many are looked at instead of the whole window. */
const KEPT = 512

/** How the calls of the last seconds ended, in memory that does not grow. */
export class RecentEnds {
  readonly #windowMs: number
  readonly #atMs = new Float64Array(KEPT)
  readonly #isUnhealthy = new Uint8Array(KEPT)
  #oldest = 0
  #ended = 0
  #unhealthy = 0

  /** @param windowMs how long an end counts */
  constructor(windowMs: number) {
    this.#windowMs = windowMs
  }

  add(unhealthy: boolean, nowMs: number): void {
    if (this.#ended === KEPT) this.#forgetOldest()
    const place = (this.#oldest + this.#ended) % KEPT
    this.#atMs[place] = nowMs
    this.#isUnhealthy[place] = unhealthy ? 1 : 0
    this.#ended += 1
    this.#unhealthy += this.#isUnhealthy[place]!
  }

  /** How many ended within the window before now, and how many of them unhealthy. */
  count(nowMs: number): { ended: number; unhealthy: number } {
    while (this.#ended > 0 && nowMs - this.#atMs[this.#oldest]! > this.#windowMs) this.#forgetOldest()
    return { ended: this.#ended, unhealthy: this.#unhealthy }
  }

  clear(): void {
    this.#ended = 0
    this.#unhealthy = 0
  }

  #forgetOldest(): void {
    this.#unhealthy -= this.#isUnhealthy[this.#oldest]!
    this.#ended -= 1
    this.#oldest = (this.#oldest + 1) % KEPT
  }
}
