import { Failure } from '../../contract/failure.ts'
import type { Evidence, SeenJob } from '../../rollout/index.ts'
import { judgeProduction } from '../../rollout/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { acceptJob } from '../jobs/accept-job.ts'
import { showSingleJob } from '../jobs/show-single-job.ts'
import { checkReceiver } from '../webhooks/check-receiver.ts'
import { costOf, evidenceOf, seenCall, until } from './make-calls.ts'
import type { RolloutPlan } from './plan-rollout.ts'
import { callOf, finalBody } from './rollout-order.ts'
import type { StepEnd } from './take-steps.ts'

/** How step five stands. `waiting`: for a person. */
export type ProductionEnd = StepEnd & { waiting: boolean }

const overStates = ['completed', 'failed', 'cancelled', 'outcome_unknown']

/** Step five up to the person who decides: a job by the queue of any other, with a receiver, for review. */
export async function takeProduction(parts: GatewayParts, { order, model }: RolloutPlan): Promise<ProductionEnd> {
  const { receiver, also } = order.receiver ?? checkReceiver(parts, order.principal)
  const call = callOf(order, finalBody(order, model), { review: 'required' })
  const wishes = {
    shape: 'native',
    lane: 'standard',
    priority: 'normal',
    startAtMs: null,
    deadlineMs: null,
    baseUrl: order.baseUrl,
  } as const
  try {
    const { jobId } = await acceptJob(parts, call, { ...wishes, receiver, also })
    await untilTold(parts, jobId, order.body.wait_seconds)
    return await lookAtJob(parts, jobId, order.baseUrl)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const refused = { code: error.code, message: error.message, next_action: error.nextAction }
    const nothing = {
      call: { record: null, error: refused, isStored: false },
      state: 'refused',
      webhook: null,
      webhookDetail: '',
      review: null,
      url: null,
    }
    return { ...judgeProduction(nothing), evidence: [], costNanos: 0n }
  }
}

/** Waits for its end, and then for its receiver and its review. */
async function untilTold(parts: GatewayParts, jobId: string, seconds: number): Promise<void> {
  const job = () => showSingleJob(parts, { jobId, projectId: null })
  const { state } = await until(parts, seconds, job, (seen) => overStates.includes(seen.state))
  if (state !== 'completed') return
  await until(
    parts,
    seconds,
    () => seenJob(parts, jobId, ''),
    ({ webhook, review }) => webhook !== 'pending' && webhook !== null && review !== null,
  )
}

/** How a job of step five stands now: once more whenever somebody reads the report while a person is waited for. */
export async function lookAtJob(parts: GatewayParts, jobId: string, baseUrl: string): Promise<ProductionEnd> {
  const job = await seenJob(parts, jobId, baseUrl)
  const { record } = job.call
  const evidence: Evidence[] = [
    { kind: 'job', value: jobId },
    ...evidenceOf(job.call).filter(({ kind }) => kind !== 'generation'),
    ...(job.url === null ? [] : [{ kind: 'image_url' as const, value: job.url }]),
    { kind: 'webhook', value: job.webhookDetail },
    ...(job.review === null ? [] : [{ kind: 'review' as const, value: job.review.id }]),
  ]
  return { ...judgeProduction(job), evidence: record === null ? [] : evidence, costNanos: costOf(job.call) }
}

async function seenJob(parts: GatewayParts, jobId: string, baseUrl: string): Promise<SeenJob> {
  const [call, job] = await Promise.all([seenCall(parts, jobId), showSingleJob(parts, { jobId, projectId: null })])
  const [image] = call.record?.images ?? []
  const review = image?.review as { id: string; state: string; decisions?: { by: { name: string } }[] } | null | undefined
  return {
    call,
    state: job.state,
    webhook: job.webhookStatus,
    webhookDetail: job.webhookStatus ?? 'none',
    review: review ? { id: review.id, state: review.state, decidedBy: review.decisions?.at(-1)?.by.name ?? null } : null,
    url: image?.storage_pointer == null ? null : `${baseUrl}/v2/images/${image.id}`,
  }
}
