import type { JsonObject } from '../primitives/json.ts'
import { noHeadFacts } from './head-facts.ts'
import type { DispatchOutcome } from './image-provider.ts'
import { readUpstreamError, silentError } from './read-upstream-error.ts'
import type { Redact } from './redact.ts'

/** What a line of an output or error file says of its request. */
export interface BatchLineAnswer {
  /** Null when there is no response. */
  statusCode: number | null
  requestId: string | null
  /** The line's own `error`. */
  error: { code: string | null; message: string | null } | null
  /** The response's body without pictures; null when it is no JSON object. */
  document: JsonObject | null
}

/** What became of the request of a line. */
export type BatchLineVerdict =
  /** An answer of its endpoint: to be settled as one that came at once. */
  | { kind: 'answered' }
  /** It was never made, and is not charged: the batch expired or was cancelled before. */
  | { kind: 'not_run'; why: 'expired' | 'cancelled' }
  /** Its endpoint refused it, or failed at it: not charged (a failure normally, not promised). */
  | { kind: 'refused'; outcome: Extract<DispatchOutcome, { class: 'rejected' | 'server_refused' }> }
  /** The line says nothing that could be read, so nobody knows. */
  | { kind: 'unknown' }

const notRun = new Map([
  ['batch_expired', 'expired'],
  ['batch_cancelled', 'cancelled'],
] as const)

/**
 * Reads what a line says. Upstream charges completed lines only (its own guide); everything that is not 200 is none. A status of 0, or a
 * success without a body, was seen and proves nothing.
 */
export function readBatchLine({ statusCode, requestId, error, document }: BatchLineAnswer, redact: Redact): BatchLineVerdict {
  if (statusCode !== null && statusCode >= 200 && statusCode < 300) return document === null ? { kind: 'unknown' } : { kind: 'answered' }
  if (statusCode !== null && statusCode >= 400) {
    const said = document && readUpstreamError(JSON.stringify(document), redact)
    return { kind: 'refused', outcome: refusal(statusCode, requestId, said ?? silentError) }
  }
  if (statusCode !== null || error === null) return { kind: 'unknown' }
  const why = notRun.get((error.code ?? '') as 'batch_expired')
  if (why !== undefined) return { kind: 'not_run', why }
  // `request_timeout`, and whatever else happened to a request behind the batch.
  const said = readUpstreamError(JSON.stringify({ error: { code: error.code, message: error.message } }), redact)
  return { kind: 'refused', outcome: refusal(500, requestId, said ?? silentError) }
}

function refusal(httpStatus: number, requestId: string | null, error: typeof silentError) {
  const facts = { ...noHeadFacts, firstByteMs: null, totalMs: 0, httpStatus, requestId }
  // A 408 is upstream's own patience, not the request.
  const isCallers = httpStatus < 500 && httpStatus !== 408
  return { ...facts, class: isCallers ? 'rejected' : 'server_refused', error, retryAfterMs: null } as const
}
