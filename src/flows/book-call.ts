import { setTimeout as wait } from 'node:timers/promises'
import type { Principal } from '../access/index.ts'
import { errorBody, Failure } from '../contract/failure.ts'
import type { ContractWarning, Operation } from '../contract/image-request.ts'
import { type Statement, type StatementContext, statementContext } from '../db/index.ts'
import { recordPendingCredentials } from '../evidence/index.ts'
import { countWatchedPictures, type WatchedPictures } from '../gate/index.ts'
import {
  AttemptNotOurs,
  completeGeneration,
  endAttempt,
  failGeneration,
  GenerationEnded,
  OutcomeDecided,
  recordImages,
  type UsageRecord,
} from '../generations/index.ts'
import { recordPendingDrift, recordPendingVerdicts } from '../guard/index.ts'
import { type NewReply, recordReply } from '../idempotency/index.ts'
import { holdUnknown, LedgerConflict, type LedgerLine, loss, raisedAlert, release, settle } from '../ledger/index.ts'
import { fp } from '../primitives/fail-point.ts'
import type { Nanos } from '../primitives/money.ts'
import { type ObjectHold, recordObjects } from '../store/index.ts'
import { type LateEnd, lateStatements } from './book-late.ts'
import { newImage, newRetouched } from './booked-images.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { JobOfRun } from './generation-run.ts'
import { tellEnd } from './jobs/tell-end.ts'
import type { KeptImage } from './keep-images.ts'
import { alarmOvershoot, overshootRemarks } from './overshoot.ts'
import type { AttemptVerdict } from './read-outcome.ts'
import { retentionFor } from './retention/retention-for.ts'
import type { RetouchedImage } from './retouch-images.ts'
import { tellBudgetAlerts } from './tell-budget-alerts.ts'
import { noteWatched } from './watch-pictures.ts'

/** What booking needs to know of a generation, whatever was asked. */
export interface BookedRun {
  id: string
  attemptId: string
  /** The edge's id of the request, named in errors. */
  requestId: string
  principal: Principal
  startedMonotonicMs: number
  request: { operation: Operation }
  estimate: { reserve: Nanos }
  /** Of a call that was held as unknown: who found its answer after all. */
  late?: LateEnd
  /** Where it belongs in a trace, as a W3C `traceparent`; absent where an earlier release kept the run. */
  traceParent?: string | null
  /** Present when it is a job. */
  job?: JobOfRun
  /** Who books in place of the process that made the call. @default the reservation's actor */
  bookedBy?: string
}

/** What a generation came to, as it stands on disk. */
export interface Settled {
  verdict: AttemptVerdict
  settledNanos: Nanos
  heldNanos: Nanos
  /** Pictures of upstream's that were booked. */
  pictures: number
  usage: BookedUsage | null
  modelReported: string | null
}

/** Tokens as the record keeps them. */
export type BookedUsage = Pick<UsageRecord, 'usage' | 'source'>

/** What a call cost, as far as booking goes. `unpricedBound` is what it may have cost where no rate is known. */
export interface BookedCost {
  lines: readonly { bucket: string; nanos: Nanos }[]
  total: Nanos
  unpricedBound: Nanos
  previewsNanos: Nanos
}

/** Everything the transaction writes that ends an attempt. */
export interface Booking {
  verdict: AttemptVerdict
  facts: {
    /** Class and cause in the provider's words. */
    outcome: string
    httpStatus: number | null
    requestId: string | null
    modelReported: string | null
    firstByteMs: number | null
  }
  images: readonly KeptImage[]
  /** Previews that the caller asked to keep. */
  previews: readonly KeptImage[]
  /** What Darkroom made of the images, where it was to. */
  retouched: readonly RetouchedImage[]
  read: BookedUsage | null
  cost: BookedCost | null
  /** What the pictures say about the route; absent where nothing is counted. */
  watched?: WatchedPictures | null
  /** The text of the whole answer that its caller got, see `sealReply`; absent or null where it got an error, or where the text is not kept. */
  sealedReply?: string | null
  /** The lock that the pictures were put under; absent where none were. */
  hold?: ObjectHold
  /** What else belongs to the end of the attempt. */
  with?: (context: StatementContext) => Statement[]
  /** All remarks of the record, those of the check included. */
  warnings: readonly ContractWarning[]
}

/**
 * Books what has happened: money, objects, pictures, attempt and generation in one transaction, tried again if the database does
 * not take it.
 * @returns null when it never did, or when somebody else ended the attempt: what is on disk of the call is booked later (`recovery/`).
 */
export async function bookCall(parts: GatewayParts, run: BookedRun, booking: Booking): Promise<Settled | null> {
  // An answer that says nothing of money leaves an unknown call as unknown as it was.
  if (run.late && booking.verdict.money === 'hold') return null
  for (const pauseMs of [...parts.bookingPausesMs, null]) {
    try {
      return await book(parts, run, booking)
    } catch (error) {
      parts.logger.error({ generation_id: run.id, attempt_id: run.attemptId, err: error }, 'a call that has happened could not be booked')
      if (pauseMs === null || isFinal(error)) return null
      if (error instanceof Failure && error.code === 'storage_full') await parts.storageHealth.makeRoom()
      await wait(pauseMs)
    }
  }
  return null
}

/** Somebody else ended the attempt: trying again cannot succeed. */
function isFinal(error: unknown): boolean {
  const finals = [AttemptNotOurs, GenerationEnded, OutcomeDecided, LedgerConflict]
  return finals.some((final) => error instanceof final)
}

async function book(parts: GatewayParts, run: BookedRun, booking: Booking): Promise<Settled> {
  const retention = await retentionFor(parts, run.principal.projectId)
  if (run.job) await parts.livePreviews.told(run.id)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const kept = { retention, nowMs: context.nowMs }
  const settledNanos = charged(booking) ? total(booking.cost) : 0n
  const heldNanos = booking.verdict.money === 'hold' ? run.estimate.reserve : 0n
  const remarks = await overshootRemarks(parts, run, settledNanos)
  const ends = run.late
    ? { attempt: lateStatements(context, run, run.late, lateAnswer(booking, settledNanos)), generation: [] }
    : {
        attempt: [...money(context, run, booking), endAttempt(context, attemptEnd(parts, run, booking, settledNanos))],
        generation: [generationEnd(context, run, { ...booking, warnings: [...booking.warnings, ...remarks] }, { settledNanos, heldNanos })],
      }
  fp('before_settle')
  const results = await parts.database.transact([
    ...recordObjects(context, uniqueObjects([...booking.images, ...booking.previews, ...booking.retouched]), booking.hold),
    ...ends.attempt,
    ...recordImages(context, [
      ...booking.images.map((image) => newImage(run, kept, image, false)),
      ...booking.previews.map((image) => newImage(run, kept, image, true)),
      ...booking.retouched.map((image, place) => newRetouched(run, kept, image, booking.images.length + booking.previews.length + place)),
    ]),
    ...driftsToMeasure(context, run, booking),
    ...recordPendingVerdicts(context, picturesToJudge(booking)),
    ...credentialsToRead(context, booking),
    ...(booking.watched ? [countWatchedPictures(context, booking.watched)] : []),
    ...(booking.with?.(context) ?? []),
    recordReply(context, { generationId: run.id, ...replyOf(booking), kept: retention.prompts }),
    ...ends.generation,
    ...(run.job ? tellEnd(context, run, booking, { settledNanos, heldNanos }) : []),
  ])
  fp('after_settle')
  if (run.job) parts.jobEvents.happened(run.id)
  alarmOvershoot(parts, run, settledNanos, remarks)
  if (booking.watched) noteWatched(parts, booking.watched, results, context.nowMs)
  if (raisedAlert(results)) await tellBudgetAlerts(parts)
  return {
    verdict: booking.verdict,
    settledNanos,
    heldNanos,
    pictures: booking.images.length,
    usage: booking.read,
    modelReported: booking.facts.modelReported,
  }
}

/** What upstream answered whole is an answer, also where it says that it failed. */
function replyOf({ verdict, sealedReply = null }: Booking): Omit<NewReply, 'generationId' | 'kept'> {
  return { status: sealedReply === null ? (verdict.failure?.status ?? 200) : 200, sealed: sealedReply }
}

const charged = ({ verdict }: Booking) => verdict.money === 'settle' || verdict.money === 'loss'

/** Tokens without a rate are booked at what they cost at most: a bill is never low because a price is missing. */
const total = (cost: BookedCost | null): Nanos => (cost ? cost.total + cost.unpricedBound : 0n)

function money(context: StatementContext, run: BookedRun, { verdict, cost, images }: Booking): Statement[] {
  const who = run.bookedBy === undefined ? {} : { actor: run.bookedBy }
  switch (verdict.money) {
    case 'settle':
      return settle(context, run.attemptId, { lines: ledgerLines(cost), images: images.length, ...who })
    case 'loss':
      return loss(context, run.attemptId, { lines: ledgerLines(cost), ...who })
    case 'hold':
      return holdUnknown(context, run.attemptId, { nanos: run.estimate.reserve, ...who })
    case 'release':
      return release(context, run.attemptId, who)
  }
}

function lateAnswer({ verdict, cost, images, read }: Booking, settledNanos: Nanos) {
  return { verdict, lines: ledgerLines(cost), images: images.length, settledNanos, used: usageOf(read, cost) }
}

function usageOf(read: BookedUsage | null, cost: BookedCost | null): UsageRecord | undefined {
  return read && cost ? { ...read, previewsNanos: cost.previewsNanos } : undefined
}

function ledgerLines(cost: BookedCost | null): LedgerLine[] {
  const lines = (cost?.lines ?? []).map(({ bucket, nanos }) => ({ bucket, nanos }))
  if (cost && cost.unpricedBound > 0n) lines.push({ bucket: 'unpriced', nanos: cost.unpricedBound })
  return lines.length > 0 ? lines : [{ bucket: 'total', nanos: 0n }]
}

/** Two equal pictures of one answer are one object. */
function uniqueObjects(images: readonly Pick<KeptImage, 'object'>[]) {
  const objects = images.flatMap((image) => image.object ?? [])
  return [...new Map(objects.map((object) => [object.sha256, object])).values()]
}

function attemptEnd(parts: GatewayParts, run: BookedRun, { verdict, facts }: Booking, settledNanos: Nanos) {
  return {
    attemptId: run.attemptId,
    owner: parts.bootId,
    state: verdict.state,
    outcome: facts.outcome,
    retryReason: verdict.retryReason,
    httpStatus: facts.httpStatus,
    upstreamRequestId: facts.requestId,
    modelReported: facts.modelReported,
    firstByteMs: facts.firstByteMs,
    totalMs: parts.clock.monotonicMs() - run.startedMonotonicMs,
    costNanos: verdict.money === 'hold' ? null : settledNanos,
  }
}

/** Every result of an edit is compared with its source afterwards: what the model made and what was made of that. */
function driftsToMeasure(context: StatementContext, run: BookedRun, { images, retouched }: Booking): Statement[] {
  if (run.request.operation !== 'edit') return []
  return [...images, ...retouched].filter(({ object }) => object !== null).map(({ id }) => recordPendingDrift(context, { imageId: id }))
}

/** Results are; which of them there is something to judge in, the statement knows. */
function picturesToJudge({ images, retouched }: Booking): string[] {
  return [...images, ...retouched].filter(({ object }) => object !== null).map(({ id }) => id)
}

/** Whoever signed what the model made is read afterwards; what Darkroom made carries no credentials. */
function credentialsToRead(context: StatementContext, { images }: Booking): Statement[] {
  return images
    .filter(({ facts, object }) => facts?.hasContentCredentials && object !== null)
    .map(({ id }) => recordPendingCredentials(context, { imageId: id }))
}

function generationEnd(
  context: StatementContext,
  run: BookedRun,
  { verdict, read, cost, warnings }: Booking,
  { settledNanos, heldNanos }: { settledNanos: Nanos; heldNanos: Nanos },
): Statement {
  const used = usageOf(read, cost)
  if (verdict.failure === null) return completeGeneration(context, { generationId: run.id, settledNanos, warnings, ...used! })
  const status = verdict.money === 'hold' ? 'outcome_unknown' : 'failed'
  return failGeneration(context, {
    generationId: run.id,
    status,
    settledNanos,
    heldUnknownNanos: heldNanos,
    retryReason: verdict.retryReason,
    nextAction: verdict.nextAction,
    error: errorBody(verdict.failure, { requestId: run.requestId, generationId: run.id }).error,
    warnings,
    ...(verdict.money === 'hold' ? {} : { used }),
  })
}
