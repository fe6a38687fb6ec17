import { countUnmade, endItem, type LineWord, type OpenItem } from '../../batches/index.ts'
import { Failure, failure, type RetryReason } from '../../contract/failure.ts'
import { type JobRow, type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import { endAttempt, findAttempt, queueAgain, reroute } from '../../generations/index.ts'
import { findJob, moveToLane, postponeJob } from '../../jobs/index.ts'
import { release, reserve } from '../../ledger/index.ts'
import { pricesName } from '../../pricing/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { reservedCall } from '../accept-generation.ts'
import { contractNow } from '../contract-now.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import { endStatements } from '../jobs/end-in-queue.ts'
import { waitingJob } from '../jobs/put-back.ts'
import { askOf, findJobOrder, isPassing } from '../jobs/start-job.ts'
import { tellJob } from '../jobs/tell-job.ts'
import { type PricedRequest, priceCall } from '../price-call.ts'
import { namingBudget } from '../record-within-limits.ts'
import { openLine } from './kept-line.ts'

/** Why a line was surely not made. */
export type Unmade = Extract<LineWord, 'expired' | 'cancelled' | 'missing' | 'refused' | 'unmade' | 'withdrawn'>

/** `later`: it could not be ended now, and is tried again. */
export type LineEnd = 'done' | 'later'

/** So often a job is put into another batch where one came to nothing as a whole; then the standard lane makes it. */
const MOST_BATCHES = 3
/** How long it waits for that, the first time: what kept upstream from taking the batch may pass. */
const FIRST_PAUSE_MS = 5 * 60_000

const retryReasons: Readonly<Record<Unmade, RetryReason | null>> = {
  expired: 'timeout',
  cancelled: null,
  missing: 'provider_5xx',
  refused: 'rate_limit',
  unmade: 'provider_5xx',
  withdrawn: null,
}

/**
 * Ends a line that was surely not made, free of charge. Its job goes into another batch where the whole batch came to nothing, else to the
 * standard lane, at its price; where nobody wants it any more, its deadline has passed, or it is not allowed at that price, it ends. Attempt,
 * reservations, job and line change in one transaction.
 */
export async function endUnmade(parts: GatewayParts, item: OpenItem, why: Unmade): Promise<LineEnd> {
  const run = await openLine(parts, item)
  const job = await findJob(parts.database, { id: item.job_id, projectId: null })
  if (job === null || !(await isOpen(parts, item))) return endElsewhere(parts, item)
  const line = { parts, item, why, run, job }
  if (job.cancel_requested_at_ms !== null) return end(line, 'cancelled', failure('job_cancelled'))
  if (job.deadline_ms <= parts.clock.nowMs()) return end(line, 'failed', failure('batch_not_made'))
  try {
    return await ((await mayBeBatched(line)) ? intoAnotherBatch(line) : toStandardLane(line))
  } catch (error) {
    if (!(error instanceof Failure) || error.outcome !== 'not_charged') throw error
    return isPassing(error) ? 'later' : end(line, 'failed', error)
  }
}

/** Ends a line whose job cannot be made as it is. */
export async function failLine(parts: GatewayParts, item: OpenItem, why: Failure): Promise<LineEnd> {
  const run = await openLine(parts, item)
  const job = await findJob(parts.database, { id: item.job_id, projectId: null })
  if (job === null || !(await isOpen(parts, item))) return endElsewhere(parts, item)
  return end({ parts, item, why: 'withdrawn', run, job }, 'failed', why)
}

/** Somebody else ended the attempt: the line has nothing to add. */
export async function endElsewhere(parts: GatewayParts, item: OpenItem): Promise<LineEnd> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([endItem(context, item.attempt_id, 'elsewhere')])
  return 'done'
}

/** True while the attempt of a line has not ended. */
export async function isOpen(parts: GatewayParts, { attempt_id }: OpenItem): Promise<boolean> {
  return (await findAttempt(parts.database, attempt_id))?.state === 'dispatching'
}

interface Line {
  parts: GatewayParts
  item: OpenItem
  why: Unmade
  run: GenerationRun
  job: JobRow
}

async function end(line: Line, status: 'cancelled' | 'failed', why: Failure): Promise<LineEnd> {
  const { parts, item, run, job } = line
  const context = statementContext(parts.database, parts.clock, parts.newId)
  fp('batch_before_requeue')
  await parts.database.transact([
    attemptEnd(line, context),
    queueAgain(context, run.id, run.estimate.reserve),
    ...endStatements(parts, context, { ...job, attempt_id: run.attemptId }, status, why),
    endItem(context, item.attempt_id, line.why),
  ])
  fp('batch_after_requeue')
  told(line, why.code)
  return 'done'
}

async function mayBeBatched({ parts, job, why }: Line): Promise<boolean> {
  if (why !== 'unmade') return false
  const before = await countUnmade(parts.database, job.id)
  return before < MOST_BATCHES - 1 && parts.clock.nowMs() + FIRST_PAUSE_MS * 2 ** before < job.deadline_ms
}

async function intoAnotherBatch(line: Line): Promise<LineEnd> {
  const { parts, job, run } = line
  const pauseMs = FIRST_PAUSE_MS * 2 ** (await countUnmade(parts.database, job.id))
  return putBack(line, { run: { ...run, attemptId: parts.newId('att') }, job, readyAtMs: parts.clock.nowMs() + pauseMs })
}

async function toStandardLane(line: Line): Promise<LineEnd> {
  const { parts, job, run } = line
  const order = await findJobOrder(parts, job.id)
  if (order === null) throw failure('order_expired')
  const priced = await priceCall(parts, { ...askOf(job, order), lane: 'standard' })
  const routes = priced.plan.map(({ choice }) => choice.route.id).join(',')
  const again = { ...run, ...onRoute(priced), attemptId: parts.newId('att') }
  return putBack(line, { run: again, job: { ...job, lane: 'standard', routes }, readyAtMs: parts.clock.nowMs() })
}

function onRoute({ choice, card, estimate }: PricedRequest): Pick<GenerationRun, 'choice' | 'card' | 'estimate' | 'book'> {
  return { choice, card, estimate, book: card.book }
}

/** How a job waits on. */
interface NextWait {
  /** As what is set aside for it is recorded. */
  run: GenerationRun
  job: JobRow
  readyAtMs: number
}

async function putBack(line: Line, { run, job, readyAtMs }: NextWait): Promise<LineEnd> {
  const { parts, item, why } = line
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const nanos = run.estimate.reserve
  const fence = { jobId: job.id, starts: line.job.starts }
  const again = waitingJob(job, readyAtMs)
  const enqueued = await parts.jobs.enqueue(context, again)
  fp('batch_before_requeue')
  const putting = parts.database.transact([
    attemptEnd(line, context),
    ...release(context, line.run.attemptId),
    reroute(context, routeOf(parts, run)),
    queueAgain(context, run.id, nanos),
    ...reserve(context, reservedCall(run), nanos),
    postponeJob(context, fence, { attemptId: run.attemptId, readyAtMs }),
    moveToLane(context, fence, job.lane as 'standard' | 'economy', job.routes.split(',')),
    endItem(context, item.attempt_id, why),
    ...enqueued,
    tellJob(context, { jobId: job.id, projectId: job.project_id }, 'job.queued', { lane: job.lane, reason: `batch_${why}` }),
  ])
  await namingBudget(parts, { call: reservedCall(run), nanos }, putting)
  fp('batch_after_requeue')
  told(line, job.lane)
  parts.jobs.added(again)
  return 'done'
}

function routeOf(parts: GatewayParts, { id, choice, estimate, book, warnings }: GenerationRun) {
  const { route } = choice
  const priceCard = pricesName(estimate)
  return {
    generationId: id,
    routeId: route.id,
    routeOwner: route.owner,
    routeContract: contractNow(parts, route, priceCard),
    book,
    priceCard,
    estimatedNanos: estimate.expected,
    warnings,
  }
}

function attemptEnd({ parts, run, why }: Line, context: StatementContext): Statement {
  return endAttempt(context, {
    attemptId: run.attemptId,
    owner: parts.bootId,
    state: 'not_sent',
    outcome: `not made: ${why}`,
    retryReason: retryReasons[why],
    httpStatus: null,
    upstreamRequestId: null,
    modelReported: null,
    firstByteMs: null,
    totalMs: parts.clock.monotonicMs() - run.startedMonotonicMs,
    costNanos: 0n,
  })
}

function told({ parts, item, why }: Line, outcome: string): void {
  parts.metrics.batchLine(why)
  parts.jobEvents.happened(item.job_id)
  parts.logger.info({ batch_id: item.batch_id, generation_id: item.job_id, reason: why, outcome }, 'a line of a batch was not made')
}
