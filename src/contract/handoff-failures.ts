import type { FailureRow } from './failure.ts'

const refused = { type: 'invalid_request_error', outcome: 'not_charged', nextAction: 'human', shouldRetry: false } as const

/** What can be refused about work that is done by hand. None of it costs money. */
export const handoffFailures = {
  handoff_closed: {
    ...refused,
    status: 409,
    message:
      'This ticket is not open any more: each takes one picture. Nothing was kept or charged; look at the ticket, or open another one.',
  },
  handoff_expired: {
    ...refused,
    status: 410,
    message: 'The time of this ticket is over. Nothing was kept or charged; open another one and upload the picture with that.',
  },
} as const satisfies Record<string, FailureRow>
