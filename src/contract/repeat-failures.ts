import type { FailureRow } from './failure.ts'

const free = { type: 'invalid_request_error', outcome: 'not_charged', shouldRetry: false } as const

/** What can be said of a call that repeats another, or asks for its result. None of these costs money or changes the call they speak of. */
export const repeatFailures = {
  invalid_idempotency_key: {
    ...free,
    status: 400,
    nextAction: 'stop',
    message:
      'The Idempotency-Key cannot be used: expected one header with 1 to 255 visible ASCII characters, bare or in double quotes. Nothing was sent or charged; correct or drop it.',
  },
  idempotency_key_reused: {
    ...free,
    status: 422,
    nextAction: 'stop',
    message:
      'This Idempotency-Key belongs to a call that asked for something else. Nothing was sent or charged and that call stands as it is; use a new key for a new request.',
  },
  result_not_ready: {
    ...free,
    status: 409,
    nextAction: 'retry',
    shouldRetry: true,
    message: 'The call is still under way. Reading its result costs nothing; ask again after the time in Retry-After.',
  },
  result_expired: {
    ...free,
    status: 410,
    nextAction: 'none',
    message:
      'The call was made and its result was deleted since, so it cannot be given again. Nothing was sent or charged now; a new picture needs a new request with a new key.',
  },
} as const satisfies Record<string, FailureRow>
