import { errorBody } from '../contract/failure.ts'
import type { Statement, StatementContext } from '../db/index.ts'
import { type NewEvidence, noteEvidence, resolveAttempt, resolveGeneration, type UsageRecord } from '../generations/index.ts'
import { type LedgerLine, resolveCharged, resolveFree } from '../ledger/index.ts'
import type { Nanos } from '../primitives/money.ts'
import type { BookedRun } from './book-call.ts'
import type { AttemptVerdict } from './read-outcome.ts'

/** Who brought home the answer of a call whose outcome was unknown, and by what. */
export type LateEnd = Pick<NewEvidence, 'step' | 'actor' | 'evidence'>

/** What an answer came to that came late. */
export interface LateAnswer {
  verdict: AttemptVerdict
  lines: readonly LedgerLine[]
  images: number
  settledNanos: Nanos
  used: UsageRecord | undefined
}

/**
 * Ends an attempt that was held as unknown with the answer that was found after all: the hold is closed, the generation completed or
 * failed, the evidence kept. Must not be asked for an answer that says nothing of money.
 */
export function lateStatements(context: StatementContext, run: BookedRun, late: LateEnd, answer: LateAnswer): Statement[] {
  const { verdict, lines, images, settledNanos, used } = answer
  const { id: generationId, attemptId } = run
  const isFree = verdict.money === 'release'
  const money = isFree ? resolveFree(context, attemptId, late) : resolveCharged(context, attemptId, { lines, images, actor: late.actor })
  const error = verdict.failure && errorBody(verdict.failure, { requestId: run.requestId, generationId }).error
  return [
    resolveAttempt(context, { attemptId, state: isFree ? 'resolved_free' : 'resolved_charged', costNanos: settledNanos }),
    ...money,
    resolveGeneration(context, {
      generationId,
      attemptId,
      status: error === null ? 'completed' : 'failed',
      from: 'outcome_unknown',
      addedNanos: settledNanos,
      nextAction: verdict.nextAction,
      error,
      used,
    }),
    noteEvidence(context, {
      ...late,
      generationId,
      attemptId,
      projectId: run.principal.projectId,
      finding: isFree ? 'not_charged' : 'charged',
      effect: 'resolved',
      nanos: settledNanos,
    }),
  ]
}
