import { expect, it } from 'vitest'
import { type BatchLineAnswer, type BatchLineVerdict, readBatchLine } from './batch-line-verdict.ts'
import { mapUpstreamError } from './map-upstream-error.ts'
import { redactorFor } from './redact.ts'

const redact = redactorFor(null)
const nothing: BatchLineAnswer = { statusCode: null, requestId: null, error: null, document: null }
const moderation = { error: { type: 'image_generation_user_error', code: 'moderation_blocked', message: 'no', param: null } }

it.each<[string, Partial<BatchLineAnswer>, object]>([
  ['an answer', { statusCode: 200, document: {} }, { kind: 'answered' }],
  ['a success without a body', { statusCode: 200 }, { kind: 'unknown' }],
  ['a status of 0', { statusCode: 0, document: {} }, { kind: 'unknown' }],
  ['a redirect', { statusCode: 302 }, { kind: 'unknown' }],
  ['nothing', {}, { kind: 'unknown' }],
  ['an expired line', { error: { code: 'batch_expired', message: 'x' } }, { kind: 'not_run', why: 'expired' }],
  ['a cancelled line', { error: { code: 'batch_cancelled', message: null } }, { kind: 'not_run', why: 'cancelled' }],
  [
    'a refusal',
    { statusCode: 400, requestId: 'req_1', document: moderation },
    { kind: 'refused', outcome: { class: 'rejected', httpStatus: 400, requestId: 'req_1', error: { code: 'moderation_blocked' } } },
  ],
  ['a refusal in other words', { statusCode: 404 }, { kind: 'refused', outcome: { class: 'rejected', error: { code: null } } }],
  ['a failure', { statusCode: 500, document: {} }, { kind: 'refused', outcome: { class: 'server_refused' } }],
  ['upstream’s patience', { statusCode: 408 }, { kind: 'refused', outcome: { class: 'server_refused' } }],
  [
    'a timeout',
    { error: { code: 'request_timeout', message: 'x' } },
    { kind: 'refused', outcome: { class: 'server_refused', error: { code: 'request_timeout' } } },
  ],
  ['an error without a code', { error: { code: null, message: 'x' } }, { kind: 'refused', outcome: { class: 'server_refused' } }],
])('%s is read as what it proves', (_what, said, verdict) => {
  expect(readBatchLine({ ...nothing, ...said }, redact)).toMatchObject(verdict)
})

it('a refusal is told as that of a synchronous call', () => {
  const verdict = readBatchLine({ ...nothing, statusCode: 400, document: moderation }, redact) as Extract<
    BatchLineVerdict,
    { kind: 'refused' }
  >
  expect(mapUpstreamError(verdict.outcome)).toMatchObject({
    retryReason: 'policy',
    failure: { code: 'moderation_blocked', outcome: 'not_charged' },
  })
})
