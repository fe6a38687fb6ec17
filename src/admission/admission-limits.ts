/** How much is taken in at once. */
export interface AdmissionLimits {
  /** Calls that may cost money under way at once, from their first byte to the end of their answer. */
  calls: number
  /** Requests that may wait for a place. */
  waiting: number
  /** The longest any of them waits. */
  waitMs: number
  /** Bytes of bodies that are being taken in and judged, all projects together. */
  bodyBytes: number
  /** The same for one project; a larger body comes in when nothing else of its project does. */
  bodyBytesPerProject: number
}

const MB = 1_000_000

/** What holds where nothing is configured; `npm run bench:overload` measures it (docs/figures.md). */
export const defaultAdmissionLimits: AdmissionLimits = {
  calls: 128,
  waiting: 128,
  waitMs: 10_000,
  bodyBytes: 256 * MB,
  bodyBytesPerProject: 64 * MB,
}
