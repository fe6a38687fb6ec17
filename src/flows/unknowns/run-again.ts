import type { Principal } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import { statementContext } from '../../db/index.ts'
import { findGeneration, noteEvidence, type ProjectScope } from '../../generations/index.ts'
import { findJob, findOrder } from '../../jobs/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { AcceptedJob } from '../jobs/accept-job.ts'
import { retryJob } from '../jobs/retry-job.ts'

/** Who wants a call made once more whose outcome nobody knows. */
export interface RunAgainAsk extends ProjectScope {
  generationId: string
  principal: Principal
  requestId: string
  /** They know that both calls may be charged. */
  acceptsDoubleCharge: boolean
  /** Why it cannot wait; null when they do not say. */
  reason: string | null
  actor: string
}

/**
 * Makes a call again although both may be charged, and keeps on record who wanted that. What a job is to make is kept, so it is made as a job
 * once more; bodies of synchronous requests are not, so it is the caller who sends it again: the failure says how.
 * @throws Failure `not_found`, `outcome_already_known`, `double_charge_not_accepted`, or `run_again_not_possible` once the decision is on record
 */
export async function runAgain(parts: GatewayParts, ask: RunAgainAsk): Promise<AcceptedJob> {
  const rows = await findGeneration(parts.database, { id: ask.generationId, projectId: ask.projectId })
  if (!rows) throw failure('not_found', { param: 'generation_id' })
  const attempt = rows.attempts.find(({ state }) => state === 'unknown')
  if (!attempt)
    throw failure('outcome_already_known', {
      message: 'The outcome of this call is known: its record says whether it was charged. Nothing was sent; a new request is a new call.',
    })
  if (!ask.acceptsDoubleCharge) throw failure('double_charge_not_accepted')
  const job = await findJob(parts.database, { id: ask.generationId, projectId: ask.projectId })
  if (job && (await findOrder(parts.database, job.id)) !== null) return makeJobAgain(parts, ask)
  const evidence = { reason: ask.reason, accepts_double_charge: true }
  const isNoted = rows.evidence.some(({ actor, evidence_json }) => actor === ask.actor && evidence_json === JSON.stringify(evidence))
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const note = noteEvidence(context, {
    generationId: ask.generationId,
    attemptId: attempt.id,
    projectId: rows.generation.project_id,
    step: 'E6',
    finding: 'run_again',
    effect: 'none',
    nanos: null,
    actor: ask.actor,
    evidence,
  })
  if (!isNoted) await parts.database.transact([note])
  throw failure('run_again_not_possible')
}

/** The decision stands on record with what is made of it. */
function makeJobAgain(parts: GatewayParts, { generationId: jobId, projectId, principal, requestId }: RunAgainAsk): Promise<AcceptedJob> {
  const repeat = { key: null, retryCount: 0 }
  return retryJob(parts, { jobId, projectId, principal, acceptsDoubleCharge: true, deadlineMs: null, requestId, repeat })
}
