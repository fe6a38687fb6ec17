import type { ErrorObject } from './api-types.ts'
import {
  AuthenticationError,
  BudgetError,
  type DarkroomError,
  type ErrorFacts,
  NotFoundError,
  OutcomeUnknownError,
  PermissionError,
  RateLimitError,
  RefusedError,
  UnavailableError,
  UpstreamError,
} from './darkroom-error.ts'

/** An answer that is an error, and what was asked. */
export interface ErrorAnswer {
  status: number
  headers: Headers
  /** The body as it came. */
  text: string
  /** Where the gateway is, so that `docs` can be an address. */
  baseUrl: string
  /** Null for a call that costs nothing. */
  idempotencyKey: string | null
}

/** Reads an error answer. One that is not the gateway's own, e.g. a page of a proxy in front, says nothing of money: a call that may cost some is then unknown. */
export function errorOfResponse(answer: ErrorAnswer): DarkroomError {
  const { status, headers, idempotencyKey } = answer
  const told = readErrorObject(answer.text)
  const hints = {
    status,
    idempotencyKey,
    requestId: headers.get('x-request-id'),
    generationId: headers.get('x-darkroom-generation'),
    shouldRetry: readBoolean(headers.get('x-should-retry')),
    retryAfterMs: readRetryAfter(headers),
  }
  if (told !== null) return errorOf({ ...hints, ...factsOf(told, answer.baseUrl) })
  const isUnknown = idempotencyKey !== null && status >= 500
  return errorOf({
    ...hints,
    message: `The answer was ${status} and did not come from Darkroom itself${isUnknown ? ': the call may go on behind it' : ''}.`,
    outcome: isUnknown ? 'unknown' : 'not_charged',
    nextAction: status >= 500 || status === 429 ? 'retry' : 'human',
  })
}

/** The error that an event of a stream holds. */
export function errorOfEvent(error: ErrorObject, context: { baseUrl: string; idempotencyKey: string | null }): DarkroomError {
  return errorOf({ status: null, idempotencyKey: context.idempotencyKey, shouldRetry: false, ...factsOf(error, context.baseUrl) })
}

function factsOf(error: ErrorObject, baseUrl: string) {
  return {
    message: error.message,
    code: error.code,
    type: error.type,
    param: error.param,
    outcome: error.outcome ?? 'unknown',
    nextAction: error.next_action ?? 'human',
    ...(error.generation_id ? { generationId: error.generation_id } : {}),
    ...(error.request_id ? { requestId: error.request_id } : {}),
    docs: typeof error.docs === 'string' ? (error.docs.startsWith('/') ? baseUrl : '') + error.docs : null,
  }
}

const classes: Readonly<Record<number, new (facts: ErrorFacts) => DarkroomError>> = {
  401: AuthenticationError,
  402: BudgetError,
  403: PermissionError,
  404: NotFoundError,
  410: NotFoundError,
  429: RateLimitError,
  503: UnavailableError,
  507: UnavailableError,
}

function errorOf(facts: ErrorFacts): DarkroomError {
  if (facts.outcome === 'unknown') return new OutcomeUnknownError(facts)
  const status = facts.status ?? 500
  return new (classes[status] ?? (status < 500 ? RefusedError : UpstreamError))(facts)
}

function readErrorObject(text: string): ErrorObject | null {
  try {
    const error = JSON.parse(text)?.error
    return typeof error?.message === 'string' && typeof error.outcome === 'string' ? error : null
  } catch {
    return null
  }
}

function readBoolean(value: string | null): boolean | null {
  return value === 'true' ? true : value === 'false' ? false : null
}

/** Milliseconds; `Retry-After` as seconds or as a date. */
function readRetryAfter(headers: Headers): number | null {
  const exact = Number.parseFloat(headers.get('retry-after-ms') ?? '')
  if (exact >= 0) return exact
  const value = headers.get('retry-after')
  if (value === null) return null
  const seconds = Number(value)
  const ms = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}
