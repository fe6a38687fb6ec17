import { Failure, failure } from '../../contract/failure.ts'
import type { JobRow } from '../../db/index.ts'
import { type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import { findGeneration, GenerationEnded, type GenerationRows, startQueued } from '../../generations/index.ts'
import { claimJob, findJob, findOrder, type JobLane, JobTaken } from '../../jobs/index.ts'
import { release, reserve } from '../../ledger/index.ts'
import { pricesName } from '../../pricing/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { writeTraceparent } from '../../primitives/trace-context.ts'
import { NullReplyClient } from '../../relay/index.ts'
import type { SpanAttributes } from '../../telemetry/index.ts'
import { type GenerationAsk, newAttempt, openRun, reservedCall } from '../accept-generation.ts'
import { contractNow } from '../contract-now.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import { type PlacedRoute, routingPolicy, takePlace } from '../plan-routes.ts'
import { type PricedRequest, priceCall } from '../price-call.ts'
import { principalOf } from '../principal-of.ts'
import { recordWithinLimits } from '../record-within-limits.ts'
import { runGeneration } from '../run-generation.ts'
import { traceOf } from '../trace-call.ts'
import { failInQueue } from './end-in-queue.ts'
import { broughtBy, type JobOrder, openOrder } from './job-order.ts'
import { lanePrices } from './lane-prices.ts'
import { tellJob } from './tell-job.ts'

/** What became of a job whose turn it was. */
export type JobStart =
  /** It runs. */
  | { kind: 'begun'; done: Promise<void> }
  /** It has ended, was cancelled, or somebody else makes it. */
  | { kind: 'over' }
  /** It waits on: nobody has room for it now, or beginning it failed for a fault of ours. */
  | { kind: 'no_room'; of: 'routes' | 'project'; retryAfterMs: number | null; fault?: unknown }

/**
 * Begins a job, by the road of any other call: what was ordered is judged and priced once more, by what holds now; a place is taken; then
 * job, attempt and reservation are put on record in one transaction, and only then is anything sent. A job that nobody has room for is left
 * as it is; one that is not allowed any more ends, free of charge.
 */
export async function startJob(parts: GatewayParts, jobId: string): Promise<JobStart> {
  const waiting = await findWaitingJob(parts, jobId)
  if (waiting === null) return { kind: 'over' }
  try {
    await parts.storageHealth.assertWritable()
    const priced = await priceCall(parts, waiting.ask)
    const placed = takePlace(parts, priced.plan, priced.request)
    if (placed instanceof Failure) return { kind: 'no_room', of: 'routes', retryAfterMs: placed.retryAfterMs ?? null }
    return await begin(parts, { ...waiting, priced }, placed)
  } catch (error) {
    return whyNotBegun(parts, waiting, error)
  }
}

/** A job that waits, and what it is to make. */
export interface WaitingJobOrder {
  job: JobRow
  rows: GenerationRows
  order: JobOrder
  /** Its order, as a call whose time has come. */
  ask: GenerationAsk
}

/** Looks up what a job is to make. One whose order is not kept any more ends. @returns null for a job that does not wait any more */
export async function findWaitingJob(parts: GatewayParts, jobId: string): Promise<WaitingJobOrder | null> {
  const job = await findJob(parts.database, { id: jobId, projectId: null })
  const rows = await findGeneration(parts.database, { id: jobId, projectId: null })
  if (job === null || rows === null || rows.generation.status !== 'queued') return null
  const order = await findJobOrder(parts, jobId)
  if (order !== null) return { job, rows, order, ask: askOf(job, order) }
  await failInQueue(parts, job, failure('order_expired'))
  return null
}

/** What a job is to make; null where it is not kept any more. */
export async function findJobOrder(parts: GatewayParts, jobId: string): Promise<JobOrder | null> {
  const sealed = await findOrder(parts.database, jobId)
  return sealed === null ? null : openOrder(parts, jobId, sealed)
}

/** What becomes of a job that could not begin: it waits on, or has ended by now. @throws what is no word on the job */
export async function whyNotBegun(parts: GatewayParts, { job }: Pick<WaitingJobOrder, 'job'>, error: unknown): Promise<JobStart> {
  if (error instanceof JobTaken || error instanceof GenerationEnded) return { kind: 'over' }
  if (!(error instanceof Failure) || error.outcome !== 'not_charged') throw error
  if (error.code === 'project_rate_limited') return { kind: 'no_room', of: 'project', retryAfterMs: error.retryAfterMs ?? null }
  if (isPassing(error)) return { kind: 'no_room', of: 'routes', retryAfterMs: error.retryAfterMs ?? null }
  await failInQueue(parts, job, error)
  return { kind: 'over' }
}

/** What may be otherwise in a moment, or once the operator has mended it: a job can wait for that. */
export function isPassing({ code, shouldRetry }: Failure): boolean {
  return shouldRetry === true || code === 'storage_full' || code === 'no_route'
}

/** The order of a job, as a call whose time has come. */
export function askOf(job: JobRow, order: JobOrder): GenerationAsk {
  const { operation, body, headers, requestId, clientRequestId } = order
  return {
    operation,
    principal: principalOf(job),
    body,
    brought: broughtBy(order, job.project_id),
    headers,
    requestId,
    clientRequestId,
    stage: 'start',
    lane: lanePrices[job.lane as JobLane],
  }
}

interface Beginning extends WaitingJobOrder {
  priced: PricedRequest
}

async function begin(parts: GatewayParts, beginning: Beginning, placed: PlacedRoute): Promise<JobStart> {
  const run = await openJobRun(parts, beginning, placed)
  parts.underWay.begin(run.id)
  try {
    parts.running.expect(run.id)
    await recordStart(parts, beginning, run)
  } catch (error) {
    parts.running.withdraw(run.id)
    parts.underWay.end(run.id)
    run.place.end({ verdict: 'abandoned', rateLimits: {}, retryAfterMs: null })
    throw error
  }
  parts.metrics.jobBegan(Math.max(0, run.startedAtMs - beginning.job.ready_at_ms) / 1000)
  parts.jobEvents.happened(run.id)
  const span = parts.tracing.begin({ name: 'job', kind: 'consumer', parent: traceOf(run), attributes: jobAttributes(run, beginning) })
  const traced = { ...run, traceParent: span.context && writeTraceparent(span.context) }
  const made = runGeneration(parts, traced, new NullReplyClient()).finally(() => {
    parts.livePreviews.end(run.id)
    span.end()
  })
  return { kind: 'begun', done: parts.running.track(run.id, made) }
}

function jobAttributes(run: GenerationRun, { job }: Beginning): SpanAttributes {
  return {
    'darkroom.job_id': job.id,
    'darkroom.project_id': job.project_id,
    'darkroom.lane': job.lane,
    'darkroom.starts': job.starts + 1,
    'darkroom.waited_ms': Math.max(0, run.startedAtMs - job.ready_at_ms),
  }
}

/** A run of a job, as it is begun on a route. */
export async function openJobRun(
  parts: GatewayParts,
  { job, rows, order, ask, priced }: Beginning,
  placed: PlacedRoute,
): Promise<GenerationRun> {
  const opened = openRun(parts, ask, priced, placed, 'background')
  const attempt = rows.attempts.length + 1
  return {
    ...opened,
    policy: await routingPolicy(parts, job.project_id),
    inputs: order.inputs,
    warnings: remarksOf(order.warnings, priced.warnings),
    id: job.id,
    attemptId: isAsReserved(opened, rows) ? job.attempt_id : opened.attemptId,
    attempt,
    // Nobody reads a stream of it: its previews can be looked at one by one.
    keepPartials: opened.keepPartials || opened.request.partialImages > 0,
    job: { starts: job.starts + 1, deadlineMs: job.deadline_ms },
  }
}

/** What was remarked when it came, and what holds only now. */
function remarksOf(before: JobOrder['warnings'], now: PricedRequest['warnings']): PricedRequest['warnings'] {
  const known = new Set(before.map(({ code, param }) => `${code} ${param}`))
  return [...before, ...now.filter(({ code, param }) => !known.has(`${code} ${param}`))]
}

/** Money stays set aside as it is where it is made on the route, and at the price, that it was set aside for. */
function isAsReserved({ choice, book, estimate }: Omit<GenerationRun, 'inputs' | 'policy'>, { generation }: GenerationRows): boolean {
  return (
    generation.route_id === choice.route.id &&
    generation.route_owner === choice.route.owner &&
    generation.price_card === pricesName(estimate) &&
    generation.book === book &&
    generation.reserved_nanos === estimate.reserve
  )
}

async function recordStart(parts: GatewayParts, { job }: Beginning, run: GenerationRun): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const measured = { call: reservedCall(run), nanos: run.estimate.reserve, images: run.request.n }
  fp('job_before_start')
  await recordWithinLimits(parts, context, measured, startStatements(parts, context, job, run))
  fp('job_after_start')
}

/** What takes a job out of the queue and puts its attempt on record, in one transaction with whatever else makes it begin. */
export function startStatements(parts: GatewayParts, context: StatementContext, job: JobRow, run: GenerationRun): Statement[] {
  const card = pricesName(run.estimate)
  const nanos = run.estimate.reserve
  return [
    claimJob(context, { jobId: job.id, starts: job.starts }, run.attemptId),
    ...startQueued(context, {
      generationId: run.id,
      attempt: newAttempt(parts, run),
      reservedNanos: nanos,
      routeId: run.choice.route.id,
      routeOwner: run.choice.route.owner,
      routeContract: contractNow(parts, run.choice.route, card),
      book: run.book,
      priceCard: card,
      estimatedNanos: run.estimate.expected,
      warnings: run.warnings,
    }),
    ...(run.attemptId === job.attempt_id ? [] : reservedAnew(context, job.attempt_id, reserve(context, reservedCall(run), nanos))),
    tellJob(context, { jobId: job.id, projectId: job.project_id }, 'job.started', { attempt: run.attempt }),
  ]
}

function reservedAnew(context: StatementContext, before: string, reservation: Statement[]): Statement[] {
  return [...release(context, before), ...reservation]
}
