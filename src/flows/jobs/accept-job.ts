import { type Failure, failure } from '../../contract/failure.ts'
import { type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import { recordInputs, recordQueued } from '../../generations/index.ts'
import { callFingerprint } from '../../idempotency/index.ts'
import { countWaiting, type JobLane, type JobReceiver, type JobShape, type Priority, recordJob, recordOrder } from '../../jobs/index.ts'
import { reserve } from '../../ledger/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { recordObjects } from '../../store/index.ts'
import { type GenerationAsk, newGeneration, newInputs, openRun, reservedCall } from '../accept-generation.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import { acceptOnce, type CallClaim, type EarlierCall, repeatableCall } from '../idempotency/accept-once.ts'
import { imageCallFacts } from '../idempotency/call-facts.ts'
import { type KeptInput, type KeptInputs, keepInputs } from '../keep-inputs.ts'
import { routingPolicy } from '../plan-routes.ts'
import { judgeCallFields, type PricedRequest, priceCall } from '../price-call.ts'
import { namingBudget } from '../record-within-limits.ts'
import { recordedWithCall } from '../recorded-with-call.ts'
import { noPlace } from '../recovery/portable-run.ts'
import { retentionFor } from '../retention/retention-for.ts'
import { orderOf, sealOrder } from './job-order.ts'
import type { AddedJob } from './job-runner.ts'
import { lanePrices } from './lane-prices.ts'
import { tellJob } from './tell-job.ts'

/** What is asked of a job beside its pictures. */
export interface JobWishes {
  shape: JobShape
  lane: JobLane
  priority: Priority
  /** It does not begin before, milliseconds since 1970; null = at once. */
  startAtMs: number | null
  /** It does not begin after; null = a day from now. */
  deadlineMs: number | null
  /** Address under which its caller reached the gateway. */
  baseUrl: string
  /** The job that is made again. */
  retryOf?: string
  /** The set it belongs to. */
  set?: { id: string; place: number }
  /** Who is told of it beside those who ask. */
  receiver?: JobReceiver
  /** What else belongs to its acceptance. */
  also?: (context: StatementContext, jobId: string) => Statement[]
  /** What beside the call tells one request from another. @default nothing */
  fingerprint?: JsonObject
}

/** A job that was accepted: it is on disk and will be made. */
export interface AcceptedJob {
  jobId: string
  /** Null where the request repeats one that was accepted before. */
  earlier: EarlierCall | null
}

const DAY_MS = 24 * 60 * 60 * 1000
const LONGEST_WAIT_MS = 30 * DAY_MS

/**
 * Takes a job in: check, find the routes that could serve it, price it, keep what it brought, then record job, order and reservation in one
 * transaction. When it resolves, all of that is on disk; whatever becomes of this process, the job is made.
 * @throws Failure whose outcome is always `not_charged`
 */
export async function acceptJob(parts: GatewayParts, ask: GenerationAsk, wishes: JobWishes): Promise<AcceptedJob> {
  parts.running.assertOpen()
  const times = timesOf(wishes, parts.clock.nowMs())
  const queued: GenerationAsk = { ...ask, stage: 'queue', lane: lanePrices[wishes.lane] }
  const judged = await judgeCallFields(parts, queued)
  const { request, refusals } = judged.fields
  if (request === null) throw refusals[0] as Failure
  const fingerprint = callFingerprint({ ...imageCallFacts(request, ask), lane: wishes.lane, ...wishes.fingerprint })
  const call = repeatableCall(ask, { family: 'jobs', fingerprint, stream: request.stream })
  const accepted = await acceptOnce(parts, call, async (claim) => {
    await assertRoom(parts, ask.principal.projectId)
    const priced = await priceCall(parts, queued, judged)
    return queue(parts, queued, priced, { ...wishes, ...times }, claim)
  })
  return 'attachedBy' in accepted ? { jobId: accepted.generationId, earlier: accepted } : { jobId: accepted.id, earlier: null }
}

interface JobTimes {
  readyAtMs: number
  deadlineMs: number
}

/** When a job may begin. @throws Failure `invalid_deadline` for one that is past, too far away, or before the start. */
export function timesOf({ startAtMs, deadlineMs, lane }: Pick<JobWishes, 'startAtMs' | 'deadlineMs' | 'lane'>, nowMs: number): JobTimes {
  const readyAtMs = startAtMs ?? nowMs
  const deadline = deadlineMs ?? readyAtMs + DAY_MS
  const refuse = (param: string, why: string) => failure('invalid_deadline', { param, message: `${why} Nothing was sent or charged.` })
  if (readyAtMs > nowMs + LONGEST_WAIT_MS) throw refuse('start_at', 'The start is more than 30 days away.')
  if (deadline <= nowMs) throw refuse('deadline', 'The deadline has passed.')
  if (deadline <= readyAtMs) throw refuse('deadline', 'The deadline comes before the start.')
  if (deadline > nowMs + 2 * LONGEST_WAIT_MS) throw refuse('deadline', 'The deadline is more than 60 days away.')
  // A minute of grace: whoever asks for a day counts it from before the request was sent.
  if (lane === 'economy' && deadline < readyAtMs + DAY_MS - 60_000)
    throw refuse('deadline', 'The economy lane takes up to 24 hours: give it a deadline at least that far away, or use the standard lane.')
  return { readyAtMs, deadlineMs: deadline }
}

/** @throws Failure `queue_full` */
async function assertRoom(parts: GatewayParts, projectId: string): Promise<void> {
  if ((await countWaiting(parts.database, projectId)) >= parts.jobs.mostWaiting) throw failure('queue_full', { retryAfterMs: 10_000 })
}

async function queue(
  parts: GatewayParts,
  ask: GenerationAsk,
  priced: PricedRequest,
  wishes: JobWishes & JobTimes,
  claim: CallClaim,
): Promise<GenerationRun> {
  await parts.storageHealth.assertWritable()
  const [taken, ...others] = priced.plan
  const opened = openRun(parts, ask, priced, { taken: taken!, place: noPlace, others }, 'background')
  const policy = await routingPolicy(parts, ask.principal.projectId)
  const run = { ...opened, policy, inputs: [] as readonly KeptInput[] }
  await keepInputs(parts, priced.inputs, async (kept) => {
    run.inputs = kept.inputs
    await record(parts, run, ask, wishes, kept, claim)
  })
  parts.jobEvents.happened(run.id)
  parts.jobs.added(addedJob(run, wishes))
  return run
}

function addedJob({ id, principal, ...run }: GenerationRun, { lane, priority, readyAtMs, deadlineMs }: JobWishes & JobTimes): AddedJob {
  const routes = [run, ...run.others].map(({ choice }) => choice.route.id)
  return { id, projectId: principal.projectId, lane, priority, routes, readyAtMs, deadlineMs }
}

async function record(
  parts: GatewayParts,
  run: GenerationRun,
  ask: GenerationAsk,
  wishes: JobWishes & JobTimes,
  kept: KeptInputs,
  claim: CallClaim,
): Promise<void> {
  const sealed = await sealOrder(parts, run.id, orderOf(run, ask))
  const retention = await retentionFor(parts, run.principal.projectId)
  const beside = await recordedWithCall(parts, run, ask.headers, retention.prompts)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const call = reservedCall(run)
  const { id, principal, attemptId } = run
  const { shape, baseUrl, receiver } = wishes
  const job = addedJob(run, wishes)
  const enqueued = await parts.jobs.enqueue(context, job)
  fp('job_before_queue')
  const recording = parts.database.transact([
    recordQueued(context, newGeneration(parts, run, ask)),
    ...claim(context, id),
    ...beside(context),
    ...recordObjects(context, kept.objects, kept.hold),
    ...recordInputs(context, newInputs(parts, run), retention.inputs),
    ...reserve(context, call, run.estimate.reserve),
    recordJob(context, {
      ...job,
      keyId: principal.keyId,
      shape,
      attemptId,
      baseUrl,
      retryOf: wishes.retryOf ?? null,
      set: wishes.set ?? null,
      receiver: receiver ?? null,
    }),
    recordOrder(context, id, sealed, retention.prompts),
    ...enqueued,
    ...(wishes.also?.(context, id) ?? []),
    tellJob(context, { jobId: id, projectId: principal.projectId }, 'job.queued'),
  ])
  await namingBudget(parts, { call, nanos: run.estimate.reserve }, recording)
  fp('job_after_queue')
}
