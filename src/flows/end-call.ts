import { setTimeout as wait } from 'node:timers/promises'
import { errorBody, type Failure } from '../contract/failure.ts'
import { failureHeaders } from '../contract/failure-headers.ts'
import type { Surface } from '../contract/image-request.ts'
import type { ErrorReply } from '../relay/index.ts'
import type { RouteChoice } from '../routes/index.ts'
import type { BookedRun, Settled } from './book-call.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { traceAttempt, traceOf } from './trace-call.ts'

/** How long the end of a reply is held back for the record to be on disk. */
const SETTLE_PATIENCE_MS = 5000

/** What was booked, if it was in time; null lets the reply go on without waiting for the record any longer. */
export function inPatience<Result>(settling: Promise<Result>): Promise<Result | null> {
  return Promise.race([settling, wait(SETTLE_PATIENCE_MS, null, { ref: false })])
}

/** A failure as the caller is told of it. */
export function errorReply(run: Pick<BookedRun, 'id' | 'requestId'>, error: Failure): ErrorReply {
  return {
    status: error.status,
    headers: failureHeaders(error),
    body: errorBody(error, { requestId: run.requestId, generationId: run.id }),
  }
}

/** A generation at its end, as log and metrics speak of it. */
export interface EndedRun extends BookedRun {
  choice: RouteChoice
  model: string
  surface: Surface
  book: 'provider' | 'sandbox'
}

/** How a call ended, as far as it is told. */
export interface EndedCall {
  class: string
  /** Why, where the class has more than one reason. */
  cause?: string | null
  httpStatus?: number | null
  firstByteMs: number | null
  /** Of this call alone; left out where only the generation's time is known. */
  totalMs?: number
}

/** Words of a small fixed set, or a status: never what upstream says. */
function causeOf({ class: outcomeClass, cause, httpStatus }: EndedCall): string | null {
  if (outcomeClass === 'ok') return null
  return cause ?? (httpStatus == null ? 'none' : `http_${httpStatus}`)
}

/** Tells metrics and traces how one call of a generation ended. @param settled what was booked of it; null where nothing was, or another call follows */
export function reportAttempt(parts: GatewayParts, run: EndedRun, outcome: EndedCall, settled: Settled | null = null): void {
  const { totalMs } = outcome
  const cause = causeOf(outcome)
  parts.metrics.upstreamCall({
    routeOwner: run.choice.route.owner,
    outcome: outcome.class,
    cause,
    seconds: totalMs === undefined ? secondsOf(parts, run) : totalMs / 1000,
    firstByteSeconds: outcome.firstByteMs === null ? null : outcome.firstByteMs / 1000,
  })
  traceAttempt(parts, run, { ...outcome, cause }, settled)
}

const secondsOf = (parts: GatewayParts, run: BookedRun) => (parts.clock.monotonicMs() - run.startedMonotonicMs) / 1000

/** Tells log and metrics how a generation ended. */
export function reportEnd(parts: GatewayParts, run: EndedRun, settled: Settled | null, outcome: EndedCall): void {
  const seconds = secondsOf(parts, run)
  const status = settled === null ? 'unbooked' : (settled.verdict.failure?.code ?? 'completed')
  const { route } = run.choice
  reportAttempt(parts, run, outcome, settled)
  parts.metrics.generationEnded({ operation: run.request.operation, surface: run.surface, outcome: status, seconds })
  if (settled && settled.pictures > 0) parts.metrics.delivered({ routeOwner: route.owner, book: run.book, pictures: settled.pictures })
  if (settled && settled.settledNanos > 0n) parts.metrics.settled({ routeOwner: route.owner, book: run.book, nanos: settled.settledNanos })
  if (settled && settled.heldNanos > 0n) parts.metrics.heldUnknown({ routeOwner: route.owner, book: run.book, nanos: settled.heldNanos })
  parts.logger.info(
    {
      generation_id: run.id,
      attempt_id: run.attemptId,
      request_id: run.requestId,
      project_id: run.principal.projectId,
      trace_id: traceOf(run)?.traceId,
      route_id: route.id,
      route_owner: route.owner,
      model: run.model,
      outcome: status,
      outcome_class: outcome.class,
      duration_ms: Math.round(seconds * 1000),
      settled_nanos: String(settled?.settledNanos ?? 0n),
      held_unknown_nanos: String(settled?.heldNanos ?? 0n),
    },
    'generation ended',
  )
}
