import type { FailureRow } from './failure.ts'

/** After the upstream socket was opened a client must never repeat the call on its own. */
const afterDispatch = { status: 502, type: 'server_error', nextAction: 'human', shouldRetry: false } as const
const notCharged = { ...afterDispatch, outcome: 'not_charged' } as const
const ofAnImage = { status: 410, type: 'invalid_request_error', outcome: 'not_charged', nextAction: 'none', shouldRetry: false } as const

/** Failures of a call to an upstream, of the picture it made, or of reading that picture again. Each says whether money went. */
export const callFailures = {
  upstream_unreachable: {
    ...notCharged,
    nextAction: 'retry',
    shouldRetry: true,
    message: 'The upstream could not be reached and the request surely never left. Nothing was charged; send it again.',
  },
  upstream_tls_error: {
    ...notCharged,
    message: 'The upstream did not prove who it is (TLS), so nothing was sent or charged; check the base URL and certificate of the route.',
  },
  upstream_outcome_unknown: {
    ...afterDispatch,
    outcome: 'unknown',
    message:
      'The request was sent and no answer came, so nobody knows whether it was charged. Its price stays reserved; do not repeat it, look at the record of this generation.',
  },
  upstream_bad_response: {
    ...afterDispatch,
    outcome: 'charged',
    message:
      'The upstream answered, but the answer broke off or is not an image answer. It counts as charged; do not repeat it, look at the record of this generation.',
  },
  upstream_rate_limited: {
    ...notCharged,
    status: 429,
    type: 'rate_limit_error',
    nextAction: 'retry',
    shouldRetry: true,
    message: 'The upstream limits its rate. The call was not charged; wait for the time in Retry-After and send it again.',
  },
  upstream_quota_exceeded: {
    ...notCharged,
    status: 429,
    type: 'insufficient_quota',
    message: 'The account behind this route has no quota left. The call was not charged; the operator must add credit or another route.',
  },
  upstream_auth_failed: {
    ...notCharged,
    message:
      'The upstream refused the credentials of this route. The call was not charged; the operator must replace the key of the route.',
  },
  upstream_refused: {
    ...notCharged,
    status: 503,
    message:
      'The upstream answered with an error of its own. Such calls are normally not charged and the reservation was released; wait before sending a new request.',
  },
  no_image_returned: {
    ...afterDispatch,
    outcome: 'unknown',
    message: 'The upstream answered without an image. What it charged is in the record of this generation; do not repeat the call unread.',
  },
  image_not_stored: {
    ...afterDispatch,
    status: 500,
    outcome: 'charged',
    message: 'The picture was made and charged, but could not be stored; the copy in the answer of the call is the only one.',
  },
  retouch_failed: {
    ...afterDispatch,
    outcome: 'charged',
    message:
      'The picture was made and charged, but what was promised of it (a strict mask, a keyed background) could not be made. Nothing else is delivered in its place: the picture as the model made it is in the record of this generation.',
  },
  image_deleted: {
    ...ofAnImage,
    message: 'This image was deleted. Reading it costs nothing; its record remains, its bytes do not come back.',
  },
  legal_hold: {
    ...ofAnImage,
    status: 409,
    nextAction: 'human',
    message:
      'This is under a legal hold and cannot be deleted. Nothing was deleted or charged; the operator releases the hold when its reason is gone, and the request can be sent again.',
  },
  object_missing: {
    ...ofAnImage,
    nextAction: 'human',
    message: 'The stored bytes of this image are gone although its record is there. Nothing was charged; restore them from a backup.',
  },
  integrity_error: {
    ...ofAnImage,
    status: 500,
    type: 'server_error',
    nextAction: 'human',
    message: 'The stored bytes no longer match their hash, so they are not served. Nothing was charged; restore them from a backup.',
  },
  range_not_satisfiable: {
    ...ofAnImage,
    status: 416,
    nextAction: 'stop',
    message: 'The byte range lies outside the image. Nothing was charged; ask a range within its length, or the whole.',
  },
  internal_error: {
    status: 500,
    type: 'server_error',
    outcome: 'unknown',
    nextAction: 'human',
    shouldRetry: false,
    message: 'Darkroom failed inside. Nothing was sent upstream unless the record of this generation says so; report the request id.',
  },
} as const satisfies Record<string, FailureRow>
