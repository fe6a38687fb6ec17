/** Time as an argument: the parts never ask the system themselves, so leases, expiry and skew are ordinary test cases. */
export interface Clock {
  /** Wall-clock milliseconds since 1970, UTC. */
  nowMs(): number
  /** Milliseconds that only ever grow, for measuring. */
  monotonicMs(): number
}

/** The system's clocks. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

/** ISO 8601 UTC, as every time on the wire. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
