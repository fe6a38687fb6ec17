/** The last calls that count, about: enough for a steady figure, few enough to follow a change. */
const REMEMBERED = 32

/** How long calls take, on a moving average. */
export class MeanDuration {
  #meanMs: number | null = null

  /** Null until a call has ended. */
  get ms(): number | null {
    return this.#meanMs
  }

  note(durationMs: number): void {
    this.#meanMs = this.#meanMs === null ? durationMs : this.#meanMs + (durationMs - this.#meanMs) / REMEMBERED
  }
}
