const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Waits before each attempt: ten attempts over 75 h 35 min 5 s, the example of the Standard Webhooks specification. */
export const attemptDelaysMs: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

/** Waits vary by a tenth, so that what failed together does not come back together. */
const JITTER = 0.1
const LONGEST_WISH_MS = HOUR

/** An attempt that failed. */
export interface FailedAttempt {
  /** Its place in the schedule, 0 = the first. */
  step: number
  /** What the receiver asked for in `Retry-After`; null = nothing. */
  retryAfterMs: number | null
  /** A number from 0 to below 1. */
  chance: number
}

/** How long to wait before the next attempt; null when there is none. @param delaysMs see `attemptDelaysMs` */
export function nextDelayMs({ step, retryAfterMs, chance }: FailedAttempt, delaysMs: readonly number[]): number | null {
  const delayMs = delaysMs[step + 1]
  if (delayMs === undefined) return null
  return Math.max(Math.round(delayMs * (1 - JITTER + 2 * JITTER * chance)), retryAfterMs ?? 0)
}

/** Reads `Retry-After`, in seconds or as a date (RFC 9110, section 10.2.3). Honoured up to an hour; null for what is neither. */
export function readRetryAfter(header: string | string[] | undefined, nowMs: number): number | null {
  if (typeof header !== 'string') return null
  const isDate = /^[A-Z][a-z]{2}, .{20} GMT$/.test(header)
  const askedMs = /^\d{1,9}$/.test(header) ? Number(header) * SECOND : isDate ? Date.parse(header) - nowMs : Number.NaN
  return Number.isNaN(askedMs) ? null : Math.min(Math.max(askedMs, 0), LONGEST_WISH_MS)
}
