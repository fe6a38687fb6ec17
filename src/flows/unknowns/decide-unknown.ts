import { errorBody, failure } from '../../contract/failure.ts'
import type { FailureCode } from '../../contract/failure-catalogue.ts'
import { type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import {
  type NewEvidence,
  noteEvidence,
  OutcomeDecided,
  resolveAttempt,
  resolveGeneration,
  type UnknownAttempt,
} from '../../generations/index.ts'
import { LedgerConflict, presume, resolveCharged, resolveFree } from '../../ledger/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { Nanos } from '../../primitives/money.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { jobTeller } from '../jobs/tell-job.ts'

/** What is decided about a call whose outcome nobody knew. */
export type Decision = Pick<NewEvidence, 'step' | 'actor' | 'evidence'> & {
  /** `presumed`: nobody found out in time. */
  outcome: 'charged' | 'not_charged' | 'presumed'
  /** What it cost; of a call that was not charged it is not read. */
  nanos: Nanos
}

/** The call that is decided about. */
export type DecidedAttempt = Pick<UnknownAttempt, 'attempt_id' | 'generation_id' | 'project_id' | 'route_owner' | 'book'>

/**
 * Ends an unknown outcome: the hold, the attempt, the generation and the evidence in one transaction.
 * @returns false when somebody else decided first; nothing was changed then.
 */
export async function decideUnknown(parts: GatewayParts, attempt: DecidedAttempt, decision: Decision): Promise<boolean> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  fp('resolution_before_decide')
  const told = (await jobTeller(parts, attempt.generation_id))(context, 'job.failed', { outcome: decision.outcome })
  if (!(await decides(parts, [...decisionStatements(parts, context, attempt, decision), ...told]))) return false
  fp('resolution_after_decide')
  parts.jobEvents.happened(attempt.generation_id)
  const { route_owner: routeOwner, book } = attempt
  if (decision.outcome !== 'not_charged') parts.metrics.settled({ routeOwner, book, nanos: decision.nanos })
  parts.logger.info(
    { generation_id: attempt.generation_id, attempt_id: attempt.attempt_id, route_owner: routeOwner, outcome: decision.outcome },
    'an unknown outcome was decided',
  )
  return true
}

/** Runs the statements of a decision. @returns false when it was decided before. */
export async function decides(parts: GatewayParts, statements: readonly Statement[]): Promise<boolean> {
  try {
    await parts.database.transact(statements)
    return true
  } catch (error) {
    if (error instanceof OutcomeDecided || error instanceof LedgerConflict) return false
    throw error
  }
}

function decisionStatements(parts: GatewayParts, context: StatementContext, attempt: DecidedAttempt, decision: Decision): Statement[] {
  const { attempt_id: attemptId, generation_id: generationId } = attempt
  const costNanos = decision.outcome === 'not_charged' ? 0n : decision.nanos
  const error = decidedFailure[decision.outcome]
  return [
    resolveAttempt(context, { attemptId, state: decidedState[decision.outcome], costNanos }),
    ...money(context, attemptId, decision),
    resolveGeneration(context, {
      generationId,
      attemptId,
      status: 'failed',
      from: 'outcome_unknown',
      addedNanos: costNanos,
      nextAction: failure(error).nextAction,
      error: errorBody(failure(error), { requestId: parts.newId('req'), generationId }).error,
    }),
    noteEvidence(context, {
      generationId,
      attemptId,
      projectId: attempt.project_id,
      step: decision.step,
      finding: decision.outcome === 'not_charged' ? 'not_charged' : 'charged',
      effect: decision.outcome === 'presumed' ? 'presumed' : 'resolved',
      nanos: costNanos,
      actor: decision.actor,
      evidence: decision.evidence,
    }),
  ]
}

function money(context: StatementContext, attemptId: string, { outcome, nanos, actor }: Decision): Statement[] {
  switch (outcome) {
    case 'charged':
      return resolveCharged(context, attemptId, { lines: [{ bucket: 'total', nanos }], actor })
    case 'not_charged':
      return resolveFree(context, attemptId, { actor })
    case 'presumed':
      return presume(context, attemptId, { nanos, actor })
  }
}

/** How an attempt stands after each decision. */
export const decidedState = { charged: 'resolved_charged', not_charged: 'resolved_free', presumed: 'presumed_charged' } as const

/** What the record says of each decision. */
export const decidedFailure = {
  charged: 'call_was_charged',
  not_charged: 'call_was_not_charged',
  presumed: 'call_presumed_charged',
} as const satisfies Record<Decision['outcome'], FailureCode>
