import { type Failure, failure } from '../../contract/failure.ts'
import { statementContext } from '../../db/index.ts'
import { endAttempt, recordAttempt } from '../../generations/index.ts'
import { release, reserve } from '../../ledger/index.ts'
import type { ReplyClient } from '../../relay/index.ts'
import { recordTurn } from '../../threads/index.ts'
import { ledgerCall, newAttempt } from '../accept-generation.ts'
import { bookFault } from '../book-without-answer.ts'
import type { AnsweredCall, RefusedCall } from '../call-upstream.ts'
import { errorReply, inPatience, reportEnd } from '../end-call.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { refusedVerdict } from '../read-outcome.ts'
import { ledgerFacts } from './accept-response.ts'
import { callResponse } from './call-response.ts'
import { isFinished, newTurn } from './new-turn.ts'
import type { ResponseRun } from './response-run.ts'
import { settleRefusedResponse, settleResponse } from './settle-response.ts'

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
      current = await openReplay(parts, current, call, replay)
      call = await callResponse(parts, current, client)
    }
    if (call.kind === 'refused') await endRefused(parts, current, client, call)
    else await endAnswered(parts, current, call)
  } catch (error) {
    parts.logger.error({ generation_id: run.id, err: error }, 'a response failed inside')
    client.fail(errorReply(run, failure('internal_error')))
    await bookFault(parts, current)
  }
}

/** Upstream knows nothing of an earlier response or item any more. It says so before it does anything, so nothing was charged. */
function hasForgotten({ outcome }: RefusedCall): boolean {
  if (outcome.class !== 'rejected') return false
  const { code, message } = outcome.error
  return code === 'previous_response_not_found' || (outcome.httpStatus === 404 && /\b(?:not found|no longer)\b/i.test(message ?? ''))
}

/** Ends the refused attempt and opens the next in one transaction: at no moment is the generation without a reservation and open. */
async function openReplay(
  parts: GatewayParts,
  run: ResponseRun,
  { outcome }: RefusedCall,
  sent: NonNullable<ResponseRun['replay']>,
): Promise<ResponseRun> {
  const again: ResponseRun = { ...run, attemptId: parts.newId('att'), attempt: run.attempt + 1, sent, replay: null }
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([
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
    ...recordAttempt(context, run.id, { ...newAttempt(parts, again), reservedNanos: again.estimate.reserve }),
    ...reserve(context, ledgerCall(ledgerFacts(again)), again.estimate.reserve),
  ])
  return again
}

async function endRefused(parts: GatewayParts, run: ResponseRun, client: ReplyClient, call: RefusedCall): Promise<void> {
  const verdict = refusedVerdict(call)
  const settling = settleRefusedResponse(parts, run, call, verdict)
  await inPatience(settling)
  client.fail(errorReply(run, verdict.failure))
  reportEnd(parts, endedRun(run), await settling, call.outcome)
}

async function endAnswered(parts: GatewayParts, run: ResponseRun, call: AnsweredCall): Promise<void> {
  const { relay, reply } = call
  try {
    if (isOpen(run, call)) return await leaveOpen(parts, run, call)
    const settling = settleResponse(parts, run, call)
    const inTime = await inPatience(settling)
    // What upstream answered whole is the caller's, also when it says that it failed.
    const isWhole = reply.ended === 'whole' && reply.errorFrame === null && (isFinished(reply.response) || !run.request.stream)
    if (!isWhole && inTime?.verdict.failure) relay.abort(errorReply(run, inTime.verdict.failure))
    else relay.release()
    const settled = await settling
    const outcome = await call.finished
    reportEnd(parts, endedRun(run), settled, { class: outcome.class, firstByteMs: call.firstByteMs })
    parts.metrics.relayed(reply.bytesReceived)
    parts.afterDelivery.wake()
  } finally {
    await relay.discard()
  }
}

/** A background response that has begun and goes on upstream, also when its stream broke off: its end is asked for later. */
function isOpen({ request }: ResponseRun, { reply }: AnsweredCall): boolean {
  return request.background && reply.errorFrame === null && typeof reply.response?.['id'] === 'string' && !isFinished(reply.response)
}

async function leaveOpen(parts: GatewayParts, run: ResponseRun, { relay, reply }: AnsweredCall): Promise<void> {
  const turn = newTurn(run, reply.response!)!
  await inPatience(parts.database.transact([recordTurn(statementContext(parts.database, parts.clock, parts.newId), turn)]))
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
