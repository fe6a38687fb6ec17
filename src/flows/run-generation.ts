import { setTimeout as wait } from 'node:timers/promises'
import { errorBody, type Failure, failure } from '../contract/failure.ts'
import { failureHeaders } from '../contract/failure-headers.ts'
import { type ErrorReply, HeldReplyClient, type ReplyClient } from '../relay/index.ts'
import type { Settled } from './book-call.ts'
import { type AnsweredCall, callUpstream, type RefusedCall } from './call-upstream.ts'
import { deliverRetouched } from './deliver-retouched.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import { refusedVerdict } from './read-outcome.ts'
import { isRetouched } from './retouch-images.ts'
import { settleAnswer, settleFault, settleRefusal } from './settle-generation.ts'

/** How long the end of a reply is held back for the record to be on disk. */
const SETTLE_PATIENCE_MS = 5000

/**
 * The second half of the road: call, relay, inspect, store, settle, let the reply end. The client may leave at any time: the
 * call is paid for, so it goes on, and the picture is kept. Never rejects; whatever happens, the client gets an answer or a cut.
 */
export async function runGeneration(parts: GatewayParts, run: GenerationRun, client: ReplyClient): Promise<void> {
  try {
    const call = await callUpstream(parts, run, isRetouched(run) ? new HeldReplyClient(client) : client)
    if (call.kind === 'refused') await endRefused(parts, run, client, call)
    else await endAnswered(parts, run, client, call)
  } catch (error) {
    parts.logger.error({ generation_id: run.id, err: error }, 'a generation failed inside')
    client.fail(errorReply(run, failure('internal_error')))
    await settleFault(parts, run)
  }
}

async function endRefused(parts: GatewayParts, run: GenerationRun, client: ReplyClient, call: RefusedCall): Promise<void> {
  const verdict = refusedVerdict(call)
  const settling = settleRefusal(parts, run, call, verdict)
  await inPatience(settling)
  client.fail(errorReply(run, verdict.failure))
  report(parts, run, await settling, call.outcome.class, call.outcome.firstByteMs)
}

async function endAnswered(parts: GatewayParts, run: GenerationRun, client: ReplyClient, call: AnsweredCall): Promise<void> {
  const { relay } = call
  try {
    const settling = settleAnswer(parts, run, call)
    // Upstream's own answer is complete and waits for the record alone; one that is still being made waits for that.
    const inTime = await (isRetouched(run) ? settling : inPatience(settling))
    if (inTime?.settled?.verdict.failure) relay.abort(errorReply(run, inTime.settled.verdict.failure))
    else relay.release()
    if (inTime?.retouched) await deliverRetouched(parts, run, client, { documents: call.reply.documents, images: inTime.retouched })
    const { settled } = await settling
    const outcome = await call.finished
    if (run.request.operation === 'edit') parts.drifts.wake()
    report(parts, run, settled, outcome.class, call.firstByteMs)
    parts.metrics.relayed(call.reply.bytesReceived)
  } finally {
    await relay.discard()
  }
}

/** What was booked, if it was in time; null lets the reply go on without waiting for the record any longer. */
function inPatience<Result>(settling: Promise<Result>): Promise<Result | null> {
  return Promise.race([settling, wait(SETTLE_PATIENCE_MS, null, { ref: false })])
}

function errorReply(run: GenerationRun, error: Failure): ErrorReply {
  return {
    status: error.status,
    headers: failureHeaders(error),
    body: errorBody(error, { requestId: run.requestId, generationId: run.id }),
  }
}

function report(parts: GatewayParts, run: GenerationRun, settled: Settled | null, outcome: string, firstByteMs: number | null): void {
  const { route } = run.choice
  const seconds = (parts.clock.monotonicMs() - run.startedMonotonicMs) / 1000
  const status = settled === null ? 'unbooked' : (settled.verdict.failure?.code ?? 'completed')
  parts.metrics.upstreamCall({
    routeOwner: route.owner,
    outcome,
    seconds,
    firstByteSeconds: firstByteMs === null ? null : firstByteMs / 1000,
  })
  parts.metrics.generationEnded({ operation: run.request.operation, surface: run.surface, outcome: status, seconds })
  if (settled && settled.settledNanos > 0n) parts.metrics.settled({ routeOwner: route.owner, book: run.book, nanos: settled.settledNanos })
  if (settled && settled.heldNanos > 0n) parts.metrics.heldUnknown({ routeOwner: route.owner, book: run.book, nanos: settled.heldNanos })
  parts.logger.info(
    {
      generation_id: run.id,
      route_id: route.id,
      route_owner: route.owner,
      model: run.request.model.id,
      outcome: status,
      outcome_class: outcome,
      duration_ms: Math.round(seconds * 1000),
      settled_nanos: String(settled?.settledNanos ?? 0n),
      held_unknown_nanos: String(settled?.heldNanos ?? 0n),
    },
    'generation ended',
  )
}
