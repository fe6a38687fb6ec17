import type { Principal } from '../../access/index.ts'
import { type Failure, failure } from '../../contract/failure.ts'
import { statementContext } from '../../db/index.ts'
import { findGeneration, type GenerationRows, noteEvidence } from '../../generations/index.ts'
import { findJob, findOrder, type JobLane, type JobShape, priorityName } from '../../jobs/index.ts'
import { isId } from '../../primitives/ids.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { RepeatSigns } from '../idempotency/accept-once.ts'
import { openInputWorkspace } from '../input-workspace.ts'
import { type AcceptedJob, acceptJob } from './accept-job.ts'
import { broughtBy, openOrder } from './job-order.ts'
import { restoreInputs } from './restore-inputs.ts'
import type { JobAskedFor } from './show-single-job.ts'

/** Who wants a job made once more. */
export interface RetryAsk extends JobAskedFor {
  principal: Principal
  /** They know that the first may have been charged. */
  acceptsDoubleCharge: boolean
  deadlineMs: number | null
  requestId: string
  repeat: RepeatSigns
}

/**
 * Makes a job again that gave no picture: as a new job with a reservation of its own, so that what is found out about the first settles the
 * first alone.
 * @throws Failure `not_found`, `job_not_retryable`, `double_charge_not_accepted` where the first was or may have been charged,
 * `order_expired`; and whatever accepting a job throws
 */
export async function retryJob(parts: GatewayParts, ask: RetryAsk): Promise<AcceptedJob> {
  const { jobId, projectId } = ask
  if (isId('set', jobId)) throw setsAreNot
  const job = isId('gen', jobId) ? await findJob(parts.database, { id: jobId, projectId }) : null
  const rows = job && (await findGeneration(parts.database, { id: jobId, projectId }))
  if (!job || !rows) throw failure('not_found', { param: 'id' })
  const refusal = whyNot(rows, ask)
  if (refusal) throw refusal
  const sealed = await findOrder(parts.database, jobId)
  if (sealed === null) throw failure('order_expired')
  if (rows.generation.status === 'outcome_unknown') await noteDecision(parts, rows, ask)
  const order = await openOrder(parts, jobId, sealed)
  await using workspace = await openInputWorkspace(parts, ask.requestId)
  const inputs = await restoreInputs(parts, { generationId: jobId, inputs: order.inputs }, workspace.folder)
  const principal = { ...ask.principal, projectId: job.project_id }
  return await acceptJob(
    parts,
    {
      operation: order.operation,
      principal,
      body: order.body,
      brought: broughtBy({ ...order, inputs }, job.project_id),
      headers: order.headers,
      requestId: ask.requestId,
      clientRequestId: order.clientRequestId,
      repeat: ask.repeat,
    },
    {
      shape: job.shape as JobShape,
      lane: job.lane as JobLane,
      priority: priorityName(job.priority),
      startAtMs: null,
      deadlineMs: ask.deadlineMs,
      baseUrl: job.base_url,
      retryOf: jobId,
      ...(job.webhook_id === null ? {} : { receiver: { webhookId: job.webhook_id, events: JSON.parse(job.webhook_events_json!) } }),
    },
  )
}

const setsAreNot = failure('job_not_retryable', {
  message: 'A set is not made again as a whole. Nothing was sent or charged; retry those of its children that failed.',
})

function whyNot({ generation }: GenerationRows, { acceptsDoubleCharge }: RetryAsk): Failure | null {
  const { status, error_json } = generation
  if (status !== 'failed' && status !== 'cancelled' && status !== 'outcome_unknown') return failure('job_not_retryable')
  const outcome = status === 'outcome_unknown' ? 'unknown' : error_json === null ? null : JSON.parse(error_json).outcome
  return outcome === 'not_charged' || acceptsDoubleCharge ? null : failure('double_charge_not_accepted')
}

/** Whoever decided to pay twice, if need be, stands on record with the call that is not known. */
async function noteDecision(parts: GatewayParts, { generation, attempts }: GenerationRows, { principal }: RetryAsk): Promise<void> {
  const attempt = attempts.find(({ state }) => state === 'unknown')
  if (!attempt) return
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const note = noteEvidence(context, {
    generationId: generation.id,
    attemptId: attempt.id,
    projectId: generation.project_id,
    step: 'E6',
    finding: 'run_again',
    effect: 'none',
    nanos: null,
    actor: principal.keyId ?? 'admin',
    evidence: { accepts_double_charge: true },
  })
  await parts.database.transact([note])
}
