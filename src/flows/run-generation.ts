import { failure } from '../contract/failure.ts'
import { fp } from '../primitives/fail-point.ts'
import { HeldReplyClient, type ReplyClient } from '../relay/index.ts'
import { bookFault } from './book-without-answer.ts'
import { type AnsweredCall, callUpstream, leaveSpool, type RefusedCall } from './call-upstream.ts'
import { deliverRetouched } from './deliver-retouched.ts'
import { errorReply, inPatience, reportAttempt, reportEnd } from './end-call.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import { putBack } from './jobs/put-back.ts'
import { nextAttempt } from './next-attempt.ts'
import { placeEnd } from './place-end.ts'
import { quarantineAnswer } from './quarantine-answer.ts'
import { refusedVerdict, success } from './read-outcome.ts'
import { isRetouched } from './retouch-images.ts'
import { settleAnswer, settleRefusal } from './settle-generation.ts'

/**
 * The second half of the road: call, relay, inspect, store, settle, let the reply end. A call that surely was not made may be followed by
 * another, as the table of retries has it. The client may leave at any time: the
 * call is paid for, so it goes on, and the picture is kept. Never rejects; whatever happens, the client gets an answer or a cut.
 */
export async function runGeneration(parts: GatewayParts, run: GenerationRun, client: ReplyClient): Promise<void> {
  let current: GenerationRun | null = run
  let last = run
  try {
    while (current !== null) {
      last = current
      current = await makeAttempt(parts, current, client)
    }
  } catch (error) {
    parts.logger.error({ generation_id: run.id, err: error }, 'a generation failed inside')
    client.fail(errorReply(run, failure('internal_error')))
    await bookFault(parts, last)
  } finally {
    parts.underWay.end(run.id)
    // Where it ended as it should, that was said before and counts.
    last.place.end({ verdict: 'abandoned', rateLimits: {}, retryAfterMs: null })
  }
}

/** Makes one call and ends it. @returns the attempt that is to follow; null when the generation has ended */
async function makeAttempt(parts: GatewayParts, run: GenerationRun, client: ReplyClient): Promise<GenerationRun | null> {
  parts.retryBudget.earn()
  client.announce({ 'x-darkroom-route': run.choice.route.id })
  const call = await callUpstream(parts, run, isRetouched(run) ? new HeldReplyClient(client) : client)
  if (call.kind === 'answered') {
    await endAnswered(parts, run, client, call)
    return null
  }
  const verdict = refusedVerdict(call)
  run.place.end(placeEnd(call.outcome, verdict))
  const next = await nextAttempt(parts, run, call, verdict)
  if (next === null && (await putBack(parts, run, call, verdict))) return null
  if (next === null) await endRefused(parts, run, client, call, verdict)
  else reportAttempt(parts, endedRun(run), call.outcome)
  return next
}

async function endRefused(
  parts: GatewayParts,
  run: GenerationRun,
  client: ReplyClient,
  call: RefusedCall,
  verdict: ReturnType<typeof refusedVerdict>,
): Promise<void> {
  fp('refusal_before_settle')
  const settling = settleRefusal(parts, run, call, verdict)
  await inPatience(settling)
  fp('refusal_after_settle')
  client.fail(errorReply(run, verdict.failure))
  reportEnd(parts, endedRun(run), await settling, call.outcome)
}

async function endAnswered(parts: GatewayParts, run: GenerationRun, client: ReplyClient, call: AnsweredCall): Promise<void> {
  const { relay } = call
  let isBooked = false
  try {
    const settling = secured(call).then(() => settleAnswer(parts, run, call))
    // Upstream's own answer is complete and waits for the record alone; one that is still being made waits for that.
    const inTime = await (isRetouched(run) ? settling : inPatience(settling))
    fp('reply_before_release')
    if (inTime?.settled?.verdict.failure) relay.abort(errorReply(run, inTime.settled.verdict.failure))
    else relay.release()
    if (inTime?.retouched) await deliverRetouched(parts, run, client, { documents: call.reply.documents, images: inTime.retouched })
    fp('reply_after_release')
    const { settled } = await settling
    isBooked = settled !== null
    const outcome = await call.finished
    run.place.end(placeEnd(outcome, settled?.verdict ?? success))
    if (settled?.verdict.failure === null) parts.latencies.note(run.choice.route.id, outcome.totalMs)
    await quarantineAnswer(parts, run, call, settled?.verdict.money)
    parts.afterDelivery.wake()
    reportEnd(parts, endedRun(run), settled, { ...outcome, firstByteMs: call.firstByteMs })
    parts.metrics.relayed(call.reply.bytesReceived)
  } finally {
    await leaveSpool(call, { isBooked })
  }
}

/** Before anything is done with an answer, another process could do it as well. */
async function secured({ sidecar, reply }: AnsweredCall): Promise<void> {
  await sidecar?.complete(reply)
}

const endedRun = (run: GenerationRun) => ({ ...run, model: run.request.model.id })
