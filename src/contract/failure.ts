import { type FailureCode, failureCatalogue } from './failure-catalogue.ts'

/** Whether the failed call cost money: tells a caller whether trying again is free. */
export type Outcome = 'not_charged' | 'charged' | 'unknown'
/** What to do about it; the same words stand in the production log. */
export type NextAction = 'retry' | 'downgrade' | 'reroute' | 'human' | 'stop' | 'none'
/** Why an attempt was repeated or given up, as the production log names it. */
export type RetryReason =
  | 'timeout'
  | 'policy'
  | 'validation'
  | 'size'
  | 'rate_limit'
  | 'quota'
  | 'auth'
  | 'provider_5xx'
  | 'network'
  | 'unknown_outcome'

/** One row of the failure catalogue. */
export interface FailureRow {
  /** HTTP status of the reply. */
  status: number
  /** OpenAI's `error.type`. */
  type: string
  /** The sentence a caller sees when the place that throws has nothing more exact to say. */
  message: string
  outcome: Outcome
  nextAction: NextAction
  /** Value of `x-should-retry` on the reply; absent lets the client decide by status. */
  shouldRetry?: boolean
  /** `error.code` on the wire where it is not the catalogue's name: upstream's code is null, or one code covers several of our cases. */
  publicCode?: string | null
}

/** What the place that throws knows beyond the catalogue's row. */
export interface FailureDetails {
  /** Exact public sentence; replaces the catalogue's. Must hold no secret, prompt or upstream text that was not mapped. */
  message?: string
  /** The parameter that is wrong, in OpenAI's spelling (`size`, `tools[0].size`). */
  param?: string | null
  /** Replaces the row's type where upstream has two for one code. */
  type?: string
  /** Replaces the row's status; for upstream answers passed on. */
  status?: number
  /** The public code where it differs from the catalogue's name, e.g. upstream codes that are null. */
  publicCode?: string | null
  outcome?: Outcome
  nextAction?: NextAction
  shouldRetry?: boolean
  retryAfterMs?: number
  /** Further members of the error object, e.g. `moderation_details`. */
  extra?: Record<string, unknown>
  cause?: unknown
}

function firstDefined(...codes: (string | null | undefined)[]): string | null {
  return codes.find((code) => code !== undefined) ?? null
}

/** A failure a caller may see: a catalogue code with the words for the caller; `cause` is for operators. */
export class Failure extends Error {
  readonly code: FailureCode
  readonly publicCode: string | null
  readonly status: number
  readonly type: string
  readonly param: string | null
  readonly outcome: Outcome
  readonly nextAction: NextAction
  readonly shouldRetry: boolean | undefined
  readonly retryAfterMs: number | undefined
  readonly extra: Record<string, unknown>

  constructor(code: FailureCode, details: FailureDetails = {}) {
    const row: FailureRow = failureCatalogue[code]
    super(details.message ?? row.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Failure'
    this.code = code
    this.publicCode = firstDefined(details.publicCode, row.publicCode, code)
    this.status = details.status ?? row.status
    this.type = details.type ?? row.type
    this.param = details.param ?? null
    this.outcome = details.outcome ?? row.outcome
    this.nextAction = details.nextAction ?? row.nextAction
    this.shouldRetry = details.shouldRetry ?? row.shouldRetry
    this.retryAfterMs = details.retryAfterMs
    this.extra = details.extra ?? {}
  }
}

/** Makes a failure from the catalogue: `throw failure('invalid_type', { param: 'n', message: … })`. */
export function failure(code: FailureCode, details?: FailureDetails): Failure {
  return new Failure(code, details)
}

/** The error object of a reply or an SSE error frame, in OpenAI's envelope with Darkroom's additions. */
export interface ErrorBody {
  error: {
    message: string
    type: string
    code: string | null
    param: string | null
    outcome: Outcome
    generation_id: string | null
    request_id: string
    next_action: NextAction
    docs: string
    [extra: string]: unknown
  }
}

/** Shapes a failure for the wire. */
export function errorBody(error: Failure, ids: { requestId: string; generationId?: string | null }): ErrorBody {
  return {
    error: {
      message: error.message,
      type: error.type,
      code: error.publicCode,
      param: error.param,
      outcome: error.outcome,
      generation_id: ids.generationId ?? null,
      request_id: ids.requestId,
      next_action: error.nextAction,
      docs: `/docs/errors#${error.code}`,
      ...error.extra,
    },
  }
}
