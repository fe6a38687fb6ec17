import type { Failure } from './failure.ts'

/** Headers that belong to a failure: whether the client's library may repeat the call, and when. */
export function failureHeaders(error: Failure): Record<string, string> {
  return {
    ...(error.shouldRetry === undefined ? {} : { 'x-should-retry': String(error.shouldRetry) }),
    ...(error.retryAfterMs === undefined
      ? {}
      : { 'retry-after': String(Math.ceil(error.retryAfterMs / 1000)), 'retry-after-ms': String(Math.ceil(error.retryAfterMs)) }),
  }
}
