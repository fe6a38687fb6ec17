import type { FailureRow } from './failure.ts'

const refused = {
  status: 409,
  type: 'invalid_request_error',
  outcome: 'not_charged',
  nextAction: 'human',
  shouldRetry: false,
} as const satisfies Omit<FailureRow, 'message'>

/** In records only: how a call ended whose outcome nobody knew when its caller was answered. */
const found = { status: 502, type: 'server_error', shouldRetry: false } as const

/** What can be said of calls whose outcome was unknown, and what can be refused about them. */
export const unknownFailures = {
  outcome_already_known: {
    ...refused,
    nextAction: 'none',
    message:
      'The outcome of this call is not unknown, or was decided before. Nothing was changed or charged; to contradict what was decided, say so with "correct": true.',
  },
  double_charge_not_accepted: {
    ...refused,
    message:
      'This call may have been charged, so running it again may pay twice. Nothing was sent or charged; say "accept_double_charge": true if that is acceptable.',
  },
  run_again_not_possible: {
    ...refused,
    message:
      'The decision is on record, but the request was not kept, so Darkroom cannot run it again itself. Nothing was sent or charged; send the call once more, with a new idempotency key.',
  },
  invalid_signature: {
    ...refused,
    status: 401,
    message:
      'This message is not signed with the secret of a route here, or was sent more than five minutes ago. Nothing was believed, changed or charged; see webhook in darkroom.yaml.',
  },
  call_was_charged: {
    ...found,
    outcome: 'charged',
    nextAction: 'human',
    message:
      'No answer came, and it was found out afterwards that the call was charged. Its cost is booked without a picture; a new request is a new call and costs again.',
  },
  call_was_not_charged: {
    ...found,
    outcome: 'not_charged',
    nextAction: 'retry',
    message:
      'No answer came, and it was found out afterwards that the call was not charged. What was held for it is released; send it again.',
  },
  call_presumed_charged: {
    ...found,
    outcome: 'charged',
    nextAction: 'human',
    message:
      'No answer came, and nobody found out within 72 hours whether the call was charged. It is booked at its estimate, marked as presumed; evidence that contradicts it is booked beside it.',
  },
} as const satisfies Record<string, FailureRow>
