import { failure } from '../../contract/failure.ts'
import { statementContext } from '../../db/index.ts'
import { findGeneration, noteEvidence, type ProjectScope } from '../../generations/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** Who wants a call made once more whose outcome nobody knows. */
export interface RunAgainAsk extends ProjectScope {
  generationId: string
  /** They know that both calls may be charged. */
  acceptsDoubleCharge: boolean
  /** Why it cannot wait; null when they do not say. */
  reason: string | null
  actor: string
}

/**
 * Keeps on record that somebody wants the call made again although both may be charged. Bodies of synchronous requests are not kept, so it
 * is the caller who sends it once more: the failure says how.
 * @throws Failure always: `not_found`, `outcome_already_known`, `double_charge_not_accepted`, or `run_again_not_possible` once the decision
 * is on record.
 */
export async function runAgain(parts: GatewayParts, ask: RunAgainAsk): Promise<never> {
  const rows = await findGeneration(parts.database, { id: ask.generationId, projectId: ask.projectId })
  if (!rows) throw failure('not_found', { param: 'generation_id' })
  const attempt = rows.attempts.find(({ state }) => state === 'unknown')
  if (!attempt)
    throw failure('outcome_already_known', {
      message: 'The outcome of this call is known: its record says whether it was charged. Nothing was sent; a new request is a new call.',
    })
  if (!ask.acceptsDoubleCharge) throw failure('double_charge_not_accepted')
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
