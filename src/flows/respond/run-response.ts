import { Failure, failure } from '../../contract/failure.ts'
import { statementContext } from '../../db/index.ts'
import { endAttempt, recordAttempt } from '../../generations/index.ts'
import { release, reserve } from '../../ledger/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { RelayResult, ReplyClient } from '../../relay/index.ts'
import { recordTurn } from '../../threads/index.ts'
import { ledgerCall, newAttempt } from '../accept-generation.ts'
import { bookFault } from '../book-without-answer.ts'
import { type AnsweredCall, leaveSpool, type RefusedCall } from '../call-upstream.ts'
import { errorReply, inPatience, reportEnd } from '../end-call.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { placeEnd } from '../place-end.ts'
import { quarantineAnswer } from '../quarantine-answer.ts'
import { refusedVerdict, success } from '../read-outcome.ts'
import { namingBudget } from '../record-within-limits.ts'
import { ledgerFacts } from './accept-response.ts'
import { callResponse } from './call-response.ts'
import { isFinished, newTurn } from './new-turn.ts'
import type { ResponseRun } from './response-run.ts'
import { isWholeAnswer, settleRefusedResponse, settleResponse } from './settle-response.ts'

/**
 * The second half of the road of an assistant call: call, relay, keep the pictures, settle both books, let the reply end. Where upstream has
 * forgotten an earlier turn that is still known here, the call is made once more with that turn in it. Never rejects.
 */
export async function runResponse(parts: GatewayParts, run: ResponseRun, client: ReplyClient): Promise<void> {
  let current = run
  try {
    let call = await callResponse(parts, current, client)
    const replay = call.kind === 'refused' && hasForgotten(call) ? current.replay : null
    if (call.kind === 'refused' && replay !== null) {
      const again = await openReplay(parts, current, call, replay)
      if (again instanceof Failure) return await endRefused(parts, current, client, call, again)
      current = again
      call = await callResponse(parts, current, client)
    }
    if (call.kind === 'refused') await endRefused(parts, current, client, call)
    else await endAnswered(parts, current, call)
  } catch (error) {
    parts.logger.error({ generation_id: run.id, err: error }, 'a response failed inside')
    client.fail(errorReply(run, failure('internal_error')))
    await bookFault(parts, current)
  } finally {
    parts.underWay.end(run.id)
    // Where it ended as it should, that was said before and counts.
    run.place.end({ verdict: 'abandoned', rateLimits: {}, retryAfterMs: null })
  }
}

/** Upstream knows nothing of an earlier response or item any more. It says so before it does anything, so nothing was charged. */
function hasForgotten({ outcome }: RefusedCall): boolean {
  if (outcome.class !== 'rejected') return false
  const { code, message } = outcome.error
  return code === 'previous_response_not_found' || (outcome.httpStatus === 404 && /\b(?:not found|no longer)\b/i.test(message ?? ''))
}

/**
 * Ends the refused attempt and opens the next in one transaction: at no moment is the generation without a reservation and open.
 * @returns the refusal where a budget that began anew, or was lowered, has no room for the next attempt; then nothing was done.
 */
async function openReplay(
  parts: GatewayParts,
  run: ResponseRun,
  { outcome }: RefusedCall,
  sent: NonNullable<ResponseRun['replay']>,
): Promise<ResponseRun | Failure> {
  const again: ResponseRun = { ...run, attemptId: parts.newId('att'), attempt: run.attempt + 1, sent, replay: null }
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const call = ledgerCall(ledgerFacts(again))
  const nanos = again.estimate.reserve
  const opening = parts.database.transact([
    ...release(context, run.attemptId),
    endAttempt(context, {
      attemptId: run.attemptId,
      owner: parts.bootId,
      state: 'rejected',
      outcome: 'rejected: upstream has forgotten the turn before',
      retryReason: 'validation',
      httpStatus: outcome.httpStatus,
      upstreamRequestId: outcome.requestId,
      modelReported: null,
      firstByteMs: outcome.firstByteMs,
      totalMs: outcome.totalMs,
      costNanos: 0n,
    }),
    ...recordAttempt(context, run.id, { ...newAttempt(parts, again), reservedNanos: nanos }),
    ...reserve(context, call, nanos),
  ])
  const refusal = await namingBudget(parts, { call, nanos }, opening).then(() => null, budgetRefusal)
  if (refusal) return refusal
  return again
}

/** A refusal by a budget is an answer here; anything else is a fault of ours and goes up. */
function budgetRefusal(error: unknown): Failure {
  if (error instanceof Failure && error.code === 'budget_exceeded') return error
  throw error
}

/** @param instead what the caller is told in place of upstream's refusal */
async function endRefused(parts: GatewayParts, run: ResponseRun, client: ReplyClient, call: RefusedCall, instead?: Failure): Promise<void> {
  const refused = refusedVerdict(call)
  run.place.end(placeEnd(call.outcome, refused))
  const verdict = instead ? { ...refused, failure: instead, nextAction: instead.nextAction } : refused
  const settling = settleRefusedResponse(parts, run, call, verdict)
  await inPatience(settling)
  client.fail(errorReply(run, verdict.failure))
  reportEnd(parts, endedRun(run), await settling, call.outcome)
}

async function endAnswered(parts: GatewayParts, run: ResponseRun, call: AnsweredCall): Promise<void> {
  const { relay, reply, sidecar } = call
  let isBooked = false
  try {
    const secured = sidecar?.complete(reply) ?? Promise.resolve()
    if (isOpen(run, reply)) {
      await secured
      await leaveOpen(parts, run, call)
      isBooked = true
      return
    }
    const settling = secured.then(() => settleResponse(parts, run, call))
    const inTime = await inPatience(settling)
    if (!isWholeAnswer(run, reply) && inTime?.verdict.failure) relay.abort(errorReply(run, inTime.verdict.failure))
    else relay.release()
    const settled = await settling
    isBooked = settled !== null
    const outcome = await call.finished
    run.place.end(placeEnd(outcome, settled?.verdict ?? success))
    reportEnd(parts, endedRun(run), settled, { ...outcome, firstByteMs: call.firstByteMs })
    parts.metrics.relayed(reply.bytesReceived)
    await quarantineAnswer(parts, run, call, settled?.verdict.money)
    parts.afterDelivery.wake()
  } finally {
    await leaveSpool(call, { isBooked })
  }
}

/** A background response that has begun and goes on upstream, also when its stream broke off: its end is asked for later. */
export function isOpen({ request }: Pick<ResponseRun, 'request'>, reply: RelayResult): boolean {
  return request.background && reply.errorFrame === null && typeof reply.response?.['id'] === 'string' && !isFinished(reply.response)
}

async function leaveOpen(parts: GatewayParts, run: ResponseRun, { relay, reply }: AnsweredCall): Promise<void> {
  const turn = newTurn(run, reply.response!)!
  await inPatience(parts.database.transact([recordTurn(statementContext(parts.database, parts.clock, parts.newId), turn)]))
  fp('turn_left_open')
  if (reply.ended === 'whole') relay.release()
  else relay.abort(errorReply(run, stillRuns(turn.responseId)))
  parts.background.wake()
}

/** Only the stream is lost: the response is brought home without it. */
function stillRuns(responseId: string): Failure {
  return failure('upstream_bad_response', {
    message: `The stream of upstream broke off. The response goes on in the background; read GET /v1/responses/${responseId} instead of sending the call again.`,
  })
}

/** A response as log and metrics speak of it. */
export const endedRun = (run: ResponseRun) => ({ ...run, model: run.request.mainModel.asked })
