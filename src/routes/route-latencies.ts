/** Of a new figure, so much counts: about the last ten calls are remembered. */
const WEIGHT = 0.2

/** How long calls took lately, by route; in memory of this process. */
export class RouteLatencies {
  readonly #meanMs = new Map<string, number>()

  /** A call that gave what was asked took so long. */
  note(routeId: string, totalMs: number): void {
    const before = this.#meanMs.get(routeId)
    this.#meanMs.set(routeId, before === undefined ? totalMs : before + WEIGHT * (totalMs - before))
  }

  /** Milliseconds a call takes; null while none was measured. */
  of(routeId: string): number | null {
    return this.#meanMs.get(routeId) ?? null
  }
}
