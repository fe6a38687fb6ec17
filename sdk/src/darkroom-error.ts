import type { ErrorObject, FailureName } from './api-types.ts'

/** Whether a failed call cost money: `not_charged` = trying again is free, `unknown` = nobody knows, its price is held. */
export type Outcome = ErrorObject['outcome']
/** What to do about a failure. */
export type NextAction = ErrorObject['next_action']

/** What is known of a failure. */
export interface ErrorFacts {
  message: string
  /** HTTP status of the answer; null when there was no whole answer. */
  status: number | null
  /** `error.code` as OpenAI's clients know it. */
  code?: string | null
  type?: string | null
  param?: string | null
  outcome: Outcome
  nextAction: NextAction
  generationId?: string | null
  requestId?: string | null
  docs?: string | null
  /** The key the call was sent with; null for calls that cost nothing. */
  idempotencyKey?: string | null
  /** What the answer said of repeating it by itself; null when it said nothing. */
  shouldRetry?: boolean | null
  retryAfterMs?: number | null
  cause?: unknown
}

/**
 * Every failure of this library. `outcome` says whether the call cost money, `nextAction` what to do, `docs` where it is explained.
 * What cannot be known is never called free.
 */
export class DarkroomError extends Error {
  readonly status: number | null
  readonly code: string | null
  readonly type: string | null
  readonly param: string | null
  readonly outcome: Outcome
  readonly nextAction: NextAction
  /** Record of the call at `GET /v2/generations/{id}`, when one was made. */
  readonly generationId: string | null
  readonly requestId: string | null
  /** Address where this failure is explained. */
  readonly docs: string | null
  readonly idempotencyKey: string | null
  readonly shouldRetry: boolean | null
  readonly retryAfterMs: number | null

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.name = new.target.name
    this.status = facts.status
    this.code = facts.code ?? null
    this.type = facts.type ?? null
    this.param = facts.param ?? null
    this.outcome = facts.outcome
    this.nextAction = facts.nextAction
    this.generationId = facts.generationId ?? null
    this.requestId = facts.requestId ?? null
    this.docs = facts.docs ?? null
    this.idempotencyKey = facts.idempotencyKey ?? null
    this.shouldRetry = facts.shouldRetry ?? null
    this.retryAfterMs = facts.retryAfterMs ?? null
  }

  /** Name of the failure in the catalogue, more exact than `code`; null for one that no gateway told. */
  get failure(): FailureName | (string & {}) | null {
    return this.docs?.split('#')[1] ?? null
  }
}

/** The request does not fit the contract, or not the state of things (400, 409, 413, 416, 422). Nothing was charged. */
export class RefusedError extends DarkroomError {}
/** The key is missing or wrong (401). */
export class AuthenticationError extends DarkroomError {}
/** A budget or the price ceiling of the project does not allow it (402). */
export class BudgetError extends DarkroomError {}
/** The project does not allow it (403). */
export class PermissionError extends DarkroomError {}
/** Nothing here that this key may see (404), or it is gone (410). */
export class NotFoundError extends DarkroomError {}
/** Too much at once (429): `retryAfterMs` says when there is room again. */
export class RateLimitError extends DarkroomError {}
/** No work is taken now (503, 507). */
export class UnavailableError extends DarkroomError {}
/** The upstream call failed, or the gateway inside (500, 502, 504). */
export class UpstreamError extends DarkroomError {}
/** Nobody knows whether the call was charged. The same call with the same key never pays twice; a new key could. */
export class OutcomeUnknownError extends DarkroomError {}

/** No whole answer came. A call that costs money may go on; its key reads the answer (`recover`). */
export class ConnectionError extends DarkroomError {}
/** The time that the caller gave is over. As for `ConnectionError`, the call may go on. */
export class TimeoutError extends ConnectionError {}
/** The caller's signal ended it. Named as the platform names it. As for `ConnectionError`, the call may go on. */
export class AbortError extends ConnectionError {}
