import type { FailureRow } from './failure.ts'

const refused = { status: 400, type: 'invalid_request_error', outcome: 'not_charged', nextAction: 'stop', shouldRetry: false } as const
const conflict = { ...refused, status: 409, nextAction: 'human' } as const

/** What can be refused about webhooks. None of it costs money. */
export const webhookFailures = {
  webhook_url: {
    ...refused,
    message:
      'Events cannot be sent to this address. Nothing was kept or charged; name a public https address without a user name, or have the operator list its origin under outbound.allow.',
  },
  weak_secret: {
    ...refused,
    message:
      'A signing secret is whsec_ and 24 to 64 bytes of base64 behind it. Nothing was kept or charged; leave it out and one is made for you.',
  },
  limit_reached: {
    ...refused,
    nextAction: 'human',
    message: 'The project has as many webhooks as it can have. Nothing was made or charged; delete one first.',
  },
  secret_rotation_open: {
    ...conflict,
    message:
      'The secret of this webhook was replaced and the one before it is still signed with. Nothing was changed or charged; wait, or end it at once with "overlap_seconds": 0.',
  },
  webhook_fixed: {
    ...conflict,
    nextAction: 'stop',
    message:
      'This webhook was made for calls that named its address, and its secret is that of their API key. Nothing was changed or charged; name another address in the call, or make a webhook of the project.',
  },
  webhook_disabled: {
    ...conflict,
    message: 'This webhook is disabled, so nothing is sent to it. Nothing was queued or charged; enable it first.',
  },
} as const satisfies Record<string, FailureRow>
