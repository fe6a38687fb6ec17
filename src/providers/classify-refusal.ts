import type { DispatchOutcome, UpstreamError } from './image-provider.ts'
import { silentError } from './read-upstream-error.ts'

/** The part of an outcome that a refusal decides; the call's facts are added by who made the call. */
export type RefusalOutcome =
  | { class: 'rejected' | 'server_refused'; error: UpstreamError; retryAfterMs: number | null }
  | { class: 'edge_failed'; cause: Extract<DispatchOutcome, { class: 'edge_failed' }>['cause'] }

/** An answer of 400 and above, as far as it was read. */
export interface Refusal {
  status: number
  requestId: string | null
  mediaType: string
  encoded: boolean
  /** The body ended where it should, within what we read of a refusal. */
  end: 'whole' | 'cut' | 'too_large'
  empty: boolean
  /** Null when the body is not a JSON object. */
  error: UpstreamError | null
  retryAfterMs: number | null
}

/** Statuses with which gateways report that *they* gave up waiting: the model behind may be at work. */
const gaveUpWaiting = new Set([408, 499])
/** "Content too large": whoever says it, in whatever words, has not passed the request on. Servers in front of a model say it in HTML. */
const CONTENT_TOO_LARGE = 413

/**
 * Decides what a refusal proves. A complete 4xx in JSON: the application read the request and did not run it. A
 * complete 500 or 503 in JSON with a request id: the application itself failed. Everything else comes from something
 * in between and proves nothing, so it counts as "unknown" and holds its reservation. A 413 needs no proof.
 */
export function classifyRefusal(refusal: Refusal): RefusalOutcome {
  const { status, retryAfterMs } = refusal
  if (status === CONTENT_TOO_LARGE) return { class: 'rejected', error: refusal.error ?? silentError, retryAfterMs }
  const unreadable = whyUnreadable(refusal)
  if (unreadable) return { class: 'edge_failed', cause: unreadable }
  const error = refusal.error ?? silentError
  if (status < 500)
    return gaveUpWaiting.has(status) ? { class: 'edge_failed', cause: 'status' } : { class: 'rejected', error, retryAfterMs }
  if (status !== 500 && status !== 503) return { class: 'edge_failed', cause: 'status' }
  return refusal.requestId ? { class: 'server_refused', error, retryAfterMs } : { class: 'edge_failed', cause: 'no_request_id' }
}

function whyUnreadable(refusal: Refusal): string | null {
  if (refusal.encoded) return 'content_encoding'
  if (refusal.end !== 'whole') return refusal.end === 'cut' ? 'answer_cut' : 'answer_too_large'
  if (refusal.error) return null
  // Addresses the API no longer knows answer a bare 404; an empty 4xx has no page of an edge in it either.
  if (refusal.empty && refusal.status < 500) return null
  return refusal.mediaType === 'text/html' ? 'html' : 'not_json'
}
