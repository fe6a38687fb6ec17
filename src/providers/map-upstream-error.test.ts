import { describe, expect, it } from 'vitest'
import type { CallFacts, DispatchOutcome, UpstreamError } from './image-provider.ts'
import { mapUpstreamError } from './map-upstream-error.ts'

const facts: CallFacts = { httpStatus: null, requestId: null, firstByteMs: null, totalMs: 1, processingMs: null, rateLimits: {} }
type Failed = Exclude<DispatchOutcome, { class: 'ok' }>

function rejected(httpStatus: number, error: Partial<UpstreamError>, retryAfterMs: number | null = null): Failed {
  return {
    ...facts,
    httpStatus,
    class: 'rejected',
    retryAfterMs,
    error: { message: 'upstream text', type: null, code: null, param: null, ...error },
  }
}

function map(outcome: Failed) {
  const { failure, retryReason, nextAction } = mapUpstreamError(outcome)
  expect(nextAction).toBe(failure.nextAction)
  return { code: failure.code, status: failure.status, outcome: failure.outcome, shouldRetry: failure.shouldRetry, retryReason, failure }
}

describe('a refusal of the request itself', () => {
  it('is passed on in upstream’s words, as free, not to be repeated', () => {
    const error = { message: 'Invalid size', type: 'image_generation_user_error', code: 'invalid_value', param: 'size' }
    const { failure, ...told } = map(rejected(400, error))
    expect(told).toEqual({ code: 'invalid_value', status: 400, outcome: 'not_charged', shouldRetry: false, retryReason: 'size' })
    expect(failure).toMatchObject({
      message: 'Invalid size',
      type: 'image_generation_user_error',
      publicCode: 'invalid_value',
      param: 'size',
    })
  })

  it('keeps a code the catalogue does not know, and null where upstream has none', () => {
    expect(map(rejected(422, { code: 'brand_new', type: 'some_error' })).failure).toMatchObject({
      publicCode: 'brand_new',
      type: 'some_error',
      status: 422,
    })
    expect(map(rejected(400, { code: null })).failure).toMatchObject({ publicCode: null, message: 'upstream text' })
    expect(map(rejected(400, { code: 'constructor' })).failure.code).toBe('invalid_value')
  })

  it('carries the moderation details of a policy refusal', () => {
    const moderationDetails = { moderation_stage: 'output', categories: ['violence'] }
    const { retryReason, failure } = map(rejected(400, { code: 'moderation_blocked', moderationDetails }))
    expect(retryReason).toBe('policy')
    expect(failure.extra).toEqual({ moderation_details: moderationDetails })
  })

  it.each([
    ['invalid_image_file', 'Invalid image file or mode for image 1, please check your image file.', 'image'],
    ['invalid_mask_image_format', 'Invalid mask image format - mask size does not match image size', null],
    ['invalid_input_fidelity_model', "The model 'gpt-image-2' does not support the 'input_fidelity' parameter.", 'input_fidelity'],
  ])('says of an input what upstream says, although it was checked here before: %s', (code, message, param) => {
    const { failure, ...told } = map(rejected(400, { type: 'image_generation_user_error', code, message, param }))
    expect(told).toEqual({ code, status: 400, outcome: 'not_charged', shouldRetry: false, retryReason: 'validation' })
    expect(failure).toMatchObject({ message, param, publicCode: code, type: 'image_generation_user_error', nextAction: 'stop' })
  })

  it('is of its size when a server in front of the model refuses to read it', () => {
    const silent = { message: null, type: null, code: null, param: null }
    expect(map(rejected(413, silent))).toMatchObject({ code: 'body_too_large', status: 413, outcome: 'not_charged', shouldRetry: false })
  })

  it('is no invitation to repeat although clients repeat a 409', () => {
    expect(map(rejected(409, { code: 'conflict' }))).toMatchObject({ status: 409, shouldRetry: false })
  })
})

describe('a refusal of our account', () => {
  it.each([
    [401, { code: 'invalid_api_key' }],
    [403, {}],
    [403, { code: 'unsupported_country_region_territory' }],
    [400, { code: 'invalid_api_key' }],
  ])('%i %o is our key’s failure, without upstream’s text', (status, error) => {
    const { failure, ...told } = map(rejected(status, { ...error, message: 'Incorrect API key provided: abc' }))
    expect(told).toMatchObject({
      code: 'upstream_auth_failed',
      status: 502,
      outcome: 'not_charged',
      shouldRetry: false,
      retryReason: 'auth',
    })
    expect(JSON.stringify([failure.message, failure.param, failure.extra])).not.toContain('abc')
  })

  it.each([
    [429, { type: 'insufficient_quota' }],
    [429, { code: 'credit_balance_exhausted' }],
    [429, { code: 'organization_spend_limit_exceeded' }],
    [400, { code: 'billing_hard_limit_reached', type: 'billing_limit_user_error' }],
    [402, {}],
  ])('%i %o is a spent quota, which waiting does not cure', (status, error) => {
    const told = map(rejected(status, error, 20_000))
    expect(told).toMatchObject({ code: 'upstream_quota_exceeded', outcome: 'not_charged', shouldRetry: false, retryReason: 'quota' })
    expect(told.failure).toMatchObject({ retryAfterMs: undefined, nextAction: 'human' })
  })

  it('is a rate limit with the time to wait, under OpenAI’s code and the name of the limit', () => {
    const { failure, ...told } = map(rejected(429, { type: 'input-images', message: 'in organization org-123' }, 12_000))
    expect(told).toMatchObject({
      code: 'upstream_rate_limited',
      status: 429,
      outcome: 'not_charged',
      shouldRetry: true,
      retryReason: 'rate_limit',
    })
    expect(failure).toMatchObject({ publicCode: 'rate_limit_exceeded', type: 'input-images', retryAfterMs: 12_000 })
    expect(failure.message).toContain('input-images')
    expect(failure.message).not.toContain('org-123')
    expect(map(rejected(429, { type: 'wild\ntype' })).failure.type).toBe('rate_limit_error')
  })

  it('is a wrong base URL when it says nothing', () => {
    expect(map(rejected(404, { message: null }))).toMatchObject({ code: 'upstream_refused', outcome: 'not_charged', shouldRetry: false })
  })
})

describe('what money says', () => {
  const error: UpstreamError = { message: 'boom at host-7', type: 'server_error', code: null, param: null }

  it.each<[string, Failed, object]>([
    [
      'an error of the application is normally free and not repeated on its own',
      { ...facts, httpStatus: 500, class: 'server_refused', error, retryAfterMs: 3_000 },
      { code: 'upstream_refused', outcome: 'not_charged', shouldRetry: false, retryReason: 'provider_5xx' },
    ],
    [
      'an error of an edge is unknown',
      { ...facts, httpStatus: 504, class: 'edge_failed', cause: 'html' },
      { code: 'upstream_outcome_unknown', status: 502, outcome: 'unknown', shouldRetry: false, retryReason: 'unknown_outcome' },
    ],
    [
      'silence is unknown',
      { ...facts, class: 'lost', cause: 'timeout' },
      { code: 'upstream_outcome_unknown', outcome: 'unknown', shouldRetry: false, retryReason: 'timeout' },
    ],
    [
      'a reset after sending is unknown',
      { ...facts, class: 'lost', cause: 'reset' },
      { code: 'upstream_outcome_unknown', outcome: 'unknown', shouldRetry: false, retryReason: 'unknown_outcome' },
    ],
    [
      'a broken success is charged',
      { ...facts, httpStatus: 200, class: 'partial', cause: 'reset' },
      { code: 'upstream_bad_response', outcome: 'charged', shouldRetry: false, retryReason: 'network' },
    ],
    [
      'a success that came too slowly is charged',
      { ...facts, httpStatus: 200, class: 'partial', cause: 'idle' },
      { code: 'upstream_bad_response', outcome: 'charged', shouldRetry: false, retryReason: 'timeout' },
    ],
    [
      'a redirect is free',
      { ...facts, httpStatus: 302, class: 'bad_response', cause: 'redirect' },
      { code: 'upstream_bad_response', outcome: 'not_charged', shouldRetry: false, retryReason: 'validation' },
    ],
    [
      'a page with status 200 is unknown',
      { ...facts, httpStatus: 200, class: 'bad_response', cause: 'html' },
      { code: 'upstream_bad_response', outcome: 'unknown', shouldRetry: false, retryReason: 'unknown_outcome' },
    ],
    [
      'an encoded success is charged',
      { ...facts, httpStatus: 200, class: 'bad_response', cause: 'content_encoding' },
      { code: 'upstream_bad_response', outcome: 'charged', shouldRetry: false, retryReason: 'unknown_outcome' },
    ],
    [
      'a call that never left is free and may be repeated',
      { ...facts, class: 'not_sent', cause: 'request_cut' },
      { code: 'upstream_unreachable', outcome: 'not_charged', shouldRetry: true, retryReason: 'network' },
    ],
    [
      'a certificate that does not prove its owner is free, and for a person',
      { ...facts, class: 'not_sent', cause: 'tls' },
      { code: 'upstream_tls_error', outcome: 'not_charged', shouldRetry: false, retryReason: 'network' },
    ],
    [
      'a shutdown before sending is free and may be repeated',
      { ...facts, class: 'not_sent', cause: 'aborted' },
      { code: 'shutting_down', outcome: 'not_charged', shouldRetry: true, retryReason: 'network' },
    ],
    [
      'a route that cannot be written as HTTP is free, and for a person',
      { ...facts, class: 'not_sent', cause: 'invalid_request' },
      { code: 'configuration_invalid', outcome: 'not_charged', shouldRetry: false, retryReason: 'validation' },
    ],
  ])('%s', (_claim, outcome, expected) => {
    const { failure, ...told } = map(outcome)
    expect(told).toMatchObject(expected)
    expect(failure.message).not.toContain('host-7')
  })
})
