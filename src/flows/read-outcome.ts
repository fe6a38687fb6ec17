import { type Failure, failure, type NextAction, type Outcome, type RetryReason } from '../contract/failure.ts'
import type { JsonObject } from '../primitives/json.ts'
import { type DispatchOutcome, mapUpstreamError } from '../providers/index.ts'
import type { RelayResult } from '../relay/index.ts'
import type { RefusedCall, SettledCall } from './call-upstream.ts'

/** What is done with the reservation: charged for pictures, charged for nothing, given back, or held because nobody knows. */
export type MoneyAction = 'settle' | 'loss' | 'release' | 'hold'

/** What an attempt came to, in the words of the production log. */
export interface AttemptVerdict {
  state: 'ok' | 'rejected' | 'server_refused' | 'not_sent' | 'unknown' | 'charged_lost'
  money: MoneyAction
  /** Null when the caller gets the whole answer. */
  failure: Failure | null
  retryReason: RetryReason | null
  nextAction: NextAction
}

const states: Record<RefusedCall['outcome']['class'], AttemptVerdict['state']> = {
  rejected: 'rejected',
  server_refused: 'server_refused',
  not_sent: 'not_sent',
  edge_failed: 'unknown',
  lost: 'unknown',
  bad_response: 'unknown',
}

/** A call without a body: money follows the failure's own word on whether it was charged. */
export function refusedVerdict({ outcome }: RefusedCall): AttemptVerdict & { failure: Failure } {
  const { failure: error, retryReason, nextAction } = mapUpstreamError(outcome)
  return { state: refusedState(outcome.class, error.outcome), money: moneyBy[error.outcome], failure: error, retryReason, nextAction }
}

const moneyBy = { not_charged: 'release', charged: 'loss', unknown: 'hold' } as const satisfies Record<Outcome, MoneyAction>

/** Classes that leave the outcome open were decided by the answer itself where it says more, e.g. a redirect that is never followed. */
function refusedState(outcomeClass: RefusedCall['outcome']['class'], outcome: Outcome): AttemptVerdict['state'] {
  if (outcome === 'charged') return 'charged_lost'
  if (outcome === 'not_charged' && states[outcomeClass] === 'unknown') return 'rejected'
  return states[outcomeClass]
}

/** A call with a body: whole with pictures is a success, whatever follows it; everything else is told apart by what came. */
export async function answeredVerdict(call: SettledCall): Promise<AttemptVerdict> {
  const { reply } = call
  const unfinished = await unfinishedVerdict(call)
  return unfinished ?? (reply.images.length > 0 ? success : emptyVerdict(reply))
}

/** What an answer came to that did not come to its end as an answer; null for one that did. */
export async function unfinishedVerdict({ reply, finished }: Pick<SettledCall, 'reply' | 'finished'>): Promise<AttemptVerdict | null> {
  if (reply.errorFrame) return errorFrameVerdict(reply, reply.errorFrame)
  if (reply.ended === 'whole') return null
  const outcome = await finished
  // The connection held and what came over it cannot be read: that is not the network's doing.
  const retryReason = outcome.class === 'partial' ? mapUpstreamError(outcome).retryReason : 'unknown_outcome'
  return broken(reply, retryReason)
}

/** A call that gave what it was to give. */
export const success: AttemptVerdict = { state: 'ok', money: 'settle', failure: null, retryReason: null, nextAction: 'none' }

/** Paid, and broken off on the way: pictures that came whole are kept. */
function broken(reply: RelayResult, retryReason: RetryReason): AttemptVerdict {
  const error = failure('upstream_bad_response')
  const kept = reply.images.length > 0
  return { state: kept ? 'ok' : 'charged_lost', money: kept ? 'settle' : 'loss', failure: error, retryReason, nextAction: error.nextAction }
}

/** A success without a picture: what upstream counted is charged; when it counted nothing, nobody knows. */
function emptyVerdict(reply: RelayResult): AttemptVerdict {
  const counted = reply.documents.some((document) => document['usage'] != null)
  const error = failure('no_image_returned', { outcome: counted ? 'charged' : 'unknown' })
  return {
    state: counted ? 'charged_lost' : 'unknown',
    money: counted ? 'loss' : 'hold',
    failure: error,
    retryReason: 'unknown_outcome',
    nextAction: error.nextAction,
  }
}

/** A stream that failed in an event. Before anything was drawn it is a refusal like any other; after that it was paid for. */
function errorFrameVerdict(reply: RelayResult, frame: JsonObject): AttemptVerdict {
  if (reply.images.length > 0 || reply.partials.count > 0) return broken(reply, 'provider_5xx')
  const error = upstreamError(frame)
  const isCallersFault = error.type === 'invalid_request_error' || error.type === 'image_generation_user_error'
  const outcome = { ...noFacts, error, retryAfterMs: null }
  const mapped = isCallersFault
    ? mapUpstreamError({ ...outcome, class: 'rejected', httpStatus: 400 } as Extract<DispatchOutcome, { class: 'rejected' }>)
    : { failure: failure('upstream_outcome_unknown'), retryReason: 'provider_5xx' as const, nextAction: 'human' as const }
  return {
    state: isCallersFault ? 'rejected' : 'unknown',
    money: isCallersFault ? 'release' : 'hold',
    failure: mapped.failure,
    retryReason: mapped.retryReason,
    nextAction: mapped.nextAction,
  }
}

const noFacts = { requestId: null, firstByteMs: null, totalMs: 0, processingMs: null, rateLimits: {} }

function upstreamError(frame: JsonObject) {
  const error = (typeof frame['error'] === 'object' && frame['error'] !== null ? frame['error'] : frame) as JsonObject
  const text = (name: string) => (typeof error[name] === 'string' ? (error[name] as string) : null)
  return { message: text('message'), type: text('type'), code: text('code'), param: text('param') }
}
