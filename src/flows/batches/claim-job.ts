import { recordItem } from '../../batches/index.ts'
import { statementContext } from '../../db/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { reservedCall } from '../accept-generation.ts'
import { upstreamRequestId } from '../call-upstream.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import { findWaitingJob, openJobRun, startStatements, whyNotBegun } from '../jobs/start-job.ts'
import { priceCall } from '../price-call.ts'
import { namingBudget } from '../record-within-limits.ts'
import { noPlace } from '../recovery/portable-run.ts'
import { assertIntact } from '../verify-objects.ts'
import type { Drafts } from './drafts.ts'
import { sealLine } from './kept-line.ts'
import { lineOf } from './line-of-call.ts'

/** What became of a job that was to be a line: it is one, it waits on, or it does not wait any more. */
export type Claim = 'claimed' | 'waits' | 'over'

/**
 * Makes a line of a job that waits: what was ordered is judged and priced once more, by what holds now; then job, attempt, reservation and
 * line are put on record in one transaction, on condition that nobody else took the job.
 */
export async function claimForBatch(parts: GatewayParts, jobId: string, drafts: Drafts): Promise<Claim> {
  const waiting = await findWaitingJob(parts, jobId)
  if (waiting === null) return 'over'
  try {
    const priced = await priceCall(parts, waiting.ask)
    const taken = priced.plan.find(({ choice }) => parts.health.stateOf(choice.route).state !== 'disabled')
    if (!taken) return 'waits'
    const run = await openJobRun(parts, { ...waiting, priced }, { taken, place: noPlace, others: [] })
    for (const { sent, sentPath } of run.inputs) await assertIntact(parts, { sha256: sent.sha256, bytes: sent.bytes, path: sentPath })
    await record(parts, waiting.job, run, drafts)
    return 'claimed'
  } catch (error) {
    return (await whyNotBegun(parts, waiting, error)).kind === 'no_room' ? 'waits' : 'over'
  }
}

async function record(
  parts: GatewayParts,
  job: NonNullable<Awaited<ReturnType<typeof findWaitingJob>>>['job'],
  run: GenerationRun,
  drafts: Drafts,
): Promise<void> {
  const { batchId, place } = await drafts.placeFor(run, lineOf(parts, run).byteLength)
  const sealed = await sealLine(parts, run)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  fp('batch_before_claim')
  const recording = parts.database.transact([
    ...startStatements(parts, context, job, run),
    recordItem(context, { batch_id: batchId, place, job_id: run.id, attempt_id: run.attemptId, sealed }),
  ])
  await namingBudget(parts, { call: reservedCall(run), nanos: run.estimate.reserve }, recording)
  fp('batch_after_claim')
  parts.jobs.removed(run.id)
  parts.jobEvents.happened(run.id)
  parts.logger.debug({ generation_id: run.id, batch_id: batchId, client_request_id: upstreamRequestId(run) }, 'a job is a line of a batch')
}
