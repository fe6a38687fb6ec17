/** Jobs of the economy lane that wait and could be lines of one batch. */
export interface WaitingGroup {
  /** How many there are. */
  jobs: number
  /** Since when the first of them may be collected, milliseconds since 1970. */
  oldestAtMs: number
  /** The earliest deadline among them. */
  earliestDeadlineMs: number
}

/** When batches are closed. */
export interface CollectingRules {
  /** So many jobs are a batch, however short they have waited. */
  requests: number
  /** How long the first job waits for company. */
  collectMs: number
}

/** Upstream takes up to so long for a batch: its one completion window. */
export const COMPLETION_WINDOW_MS = 24 * 60 * 60 * 1000
/** How long a job waits for company whose deadline leaves no time for more. */
const IN_HASTE_MS = 60_000

/**
 * When a group is to become a batch: at once where it fills one, else when its first job has waited for company, which it does for a minute at
 * most where the time that upstream may take reaches beyond a deadline.
 * @returns milliseconds since 1970
 */
export function dueAtMs({ jobs, oldestAtMs, earliestDeadlineMs }: WaitingGroup, { requests, collectMs }: CollectingRules): number {
  if (jobs >= requests) return oldestAtMs
  const patient = oldestAtMs + collectMs
  const hasty = oldestAtMs + Math.min(collectMs, IN_HASTE_MS)
  // Begun later, the batch may still come back behind the deadline.
  const inTime = earliestDeadlineMs - COMPLETION_WINDOW_MS
  return Math.max(hasty, Math.min(patient, inTime))
}

/**
 * How long to wait until a batch is asked about again: more often while it is young, for small ones come back within minutes.
 * @param ageMs since it was made
 */
export function pollPauseMs(ageMs: number, shortestMs: number): number {
  return Math.min(Math.max(shortestMs, LONGEST_POLL_MS), Math.max(shortestMs, ageMs / 10))
}
const LONGEST_POLL_MS = 5 * 60_000

/**
 * How long to wait until a step is tried again that failed so many times.
 * @param tries 1 after the first failure
 */
export function retryPauseMs(tries: number, shortestMs: number): number {
  return Math.min(Math.max(shortestMs, LONGEST_RETRY_MS), shortestMs * 2 ** Math.min(tries - 1, 20))
}
const LONGEST_RETRY_MS = 10 * 60_000
