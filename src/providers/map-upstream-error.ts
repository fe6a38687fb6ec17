import { type Failure, type FailureDetails, failure, type NextAction, type RetryReason } from '../contract/failure.ts'
import { upstreamFailures } from '../contract/upstream-failures.ts'
import type { DispatchOutcome, UpstreamError } from './image-provider.ts'

/** A call that failed, for the two who read of it: the caller's failure, and the words of the production log. */
export interface MappedFailure {
  failure: Failure
  retryReason: RetryReason
  nextAction: NextAction
}

type FailedOutcome = Exclude<DispatchOutcome, { class: 'ok' }>
type OutcomeOf<Class extends FailedOutcome['class']> = Extract<FailedOutcome, { class: Class }>

/**
 * Turns what became of a call into what the caller is told. The caller reads upstream's own words only about the
 * request it sent (the 4xx of the images contract); about our account, our key and our network it reads ours. What
 * money says follows the outcome classes: refused is free, unknown is held, broken off counts as charged.
 */
export function mapUpstreamError(outcome: FailedOutcome): MappedFailure {
  switch (outcome.class) {
    case 'rejected':
      return mapRejection(outcome)
    case 'server_refused':
      return mapped('provider_5xx', failure('upstream_refused', { retryAfterMs: outcome.retryAfterMs ?? undefined }))
    case 'edge_failed':
      return mapped('unknown_outcome', failure('upstream_outcome_unknown', { message: unknownBehindEdge(outcome) }))
    case 'lost':
      return mapped(outcome.cause === 'timeout' ? 'timeout' : 'unknown_outcome', failure('upstream_outcome_unknown'))
    case 'partial':
      return mapped(isTimeout(outcome.cause) ? 'timeout' : 'network', failure('upstream_bad_response'))
    case 'bad_response':
      return mapBadResponse(outcome)
    case 'not_sent':
      return mapNotSent(outcome)
  }
}

function mapped(retryReason: RetryReason, error: Failure): MappedFailure {
  return { failure: error, retryReason, nextAction: error.nextAction }
}

const isTimeout = (cause: string) => cause === 'timeout' || cause === 'idle'

/** Money ran out at the account behind the route: sent as 429, 402 or 400, under several names (OpenAI's error guide). */
const quotaWords = new Set([
  'insufficient_quota',
  'credit_balance_exhausted',
  'project_spend_limit_exceeded',
  'organization_spend_limit_exceeded',
  'organization_usage_limit_exceeded',
  'billing_hard_limit_reached',
  'billing_limit_user_error',
])
/** Refusals of our key or account that do not always come as 401 or 403. */
const accountWords = new Set(['invalid_api_key', 'account_deactivated', 'unsupported_country_region_territory'])
/** Policy refusals; the first is OpenAI's today, the other its older name, which providers still use. */
const policyWords = new Set(['moderation_blocked', 'content_policy_violation'])

function mapRejection(outcome: OutcomeOf<'rejected'>): MappedFailure {
  const { error, httpStatus } = outcome
  const says = (words: ReadonlySet<string>) => words.has(error.code ?? '') || words.has(error.type ?? '')
  if (httpStatus === 402 || says(quotaWords)) return mapped('quota', failure('upstream_quota_exceeded'))
  if (isUnverified(error)) return mapped('auth', failure('upstream_auth_failed', { message: unverified }))
  if (httpStatus === 401 || httpStatus === 403 || says(accountWords)) return mapped('auth', failure('upstream_auth_failed'))
  if (httpStatus === 429) return mapped('rate_limit', rateLimited(outcome))
  if (isSilent(error)) return mapped('validation', httpStatus === 413 ? tooLarge() : unexplained(httpStatus))
  const retryReason = says(policyWords) ? 'policy' : error.param === 'size' ? 'size' : 'validation'
  return mapped(retryReason, passedOn(error, httpStatus))
}

/** The one refusal of an account that its owner mends without a new key, and that nobody guesses: OpenAI says it by a sentence alone. */
const isUnverified = ({ message }: UpstreamError) => /organi[sz]ation must be verified/i.test(message ?? '')
const unverified =
  'The organization behind this route must be verified before it may use the model. Nothing was charged; the operator verifies it with the provider and tries again a quarter of an hour later.'

/** OpenAI's code and, where it named one, the limit as type, as its own clients expect; its text names the organisation and stays here. */
function rateLimited({ error, retryAfterMs }: OutcomeOf<'rejected'>): Failure {
  const limit = error.type !== null && /^(requests|tokens|input-images|images)$/.test(error.type) ? error.type : null
  return failure('upstream_rate_limited', {
    publicCode: 'rate_limit_exceeded',
    ...(limit && {
      type: limit,
      message: `The account behind this route is at its limit of ${limit}. The call was not charged; wait for the time in Retry-After and send it again.`,
    }),
    ...(retryAfterMs !== null && { retryAfterMs }),
  })
}

/** A refusal of the caller's own request: status, type, code, param and text are upstream's. */
function passedOn(error: UpstreamError, httpStatus: number | null): Failure {
  const details: FailureDetails = {
    status: httpStatus ?? 400,
    publicCode: error.code,
    param: error.param,
    outcome: 'not_charged',
    shouldRetry: false,
    ...(error.message && { message: error.message }),
    ...(error.type && { type: error.type }),
    ...(error.moderationDetails && { extra: { moderation_details: error.moderationDetails } }),
  }
  return failure(isUpstreamCode(error.code) ? error.code : 'invalid_value', details)
}

function isUpstreamCode(code: string | null): code is keyof typeof upstreamFailures {
  return code !== null && Object.hasOwn(upstreamFailures, code)
}

function isSilent(error: UpstreamError): boolean {
  return error.message === null && error.code === null && error.type === null
}

/** The limit of a server in front of the model, which knows nothing of OpenAI's errors. */
function tooLarge(): Failure {
  return failure('body_too_large', {
    message: 'The upstream of this route does not take a request this large. Nothing was charged; send fewer or smaller images.',
  })
}

/** A 4xx without a word is about the address, not about the request: a wrong base URL answers a bare 404. */
function unexplained(httpStatus: number | null): Failure {
  return failure('upstream_refused', {
    message: `The upstream refused the call with HTTP ${httpStatus} and no word why. Nothing was charged; the operator should check the base URL of this route.`,
    status: 502,
    nextAction: 'human',
    shouldRetry: false,
  })
}

function unknownBehindEdge({ httpStatus }: OutcomeOf<'edge_failed'>): string {
  return `Something in front of the upstream answered HTTP ${httpStatus}, so nobody knows whether the call was made and charged. Its price stays reserved; do not repeat it, look at the record of this generation.`
}

function mapBadResponse(outcome: OutcomeOf<'bad_response'>): MappedFailure {
  if (outcome.cause === 'redirect') {
    const message = `The upstream answered with a redirect (HTTP ${outcome.httpStatus}), which is never followed with a key. Nothing was charged; the operator should check the base URL of this route.`
    return mapped('validation', failure('upstream_bad_response', { message, outcome: 'not_charged', nextAction: 'human' }))
  }
  // A success we refuse to inflate was made for us; a page or another protocol may not even come from the upstream.
  if (outcome.cause === 'content_encoding') return mapped('unknown_outcome', failure('upstream_bad_response'))
  const message =
    'The upstream answered with something that is not an image answer, so nobody knows whether the call was charged. Its price stays reserved; do not repeat it, look at the record of this generation.'
  return mapped('unknown_outcome', failure('upstream_bad_response', { message, outcome: 'unknown' }))
}

function mapNotSent({ cause }: OutcomeOf<'not_sent'>): MappedFailure {
  switch (cause) {
    case 'tls':
      return mapped('network', failure('upstream_tls_error'))
    case 'aborted':
      return mapped('network', failure('shutting_down'))
    case 'invalid_request':
      return mapped('validation', failure('configuration_invalid', { message: unsendable }))
    default:
      return mapped('network', failure('upstream_unreachable'))
  }
}

const unsendable =
  'The base URL or the key of this route cannot be put into an HTTP request. Nothing was sent or charged; the operator must correct the route.'
