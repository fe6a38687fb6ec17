import { sql } from 'kysely'
import type { ErrorObject } from '../contract/record.ts'
import type { AttemptRow, Database, GenerationRow, Statement, StatementContext } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'
import { type AttemptEnd, endAttempt } from './attempt-statements.ts'
import { failGeneration } from './generation-statements.ts'

/** A generation that a process left running when it died. */
export interface AbandonedGeneration {
  generation: GenerationRow
  /** The attempt that was open: it may have been sent. Null when the process died between two attempts. */
  attempt: AttemptRow | null
}

/**
 * Finds what processes left running that have ended: those whose attempts belong to no process that is on record as living.
 * Reads index `generations_running`, which the planner takes only when it sees `'running'` written out, not bound.
 */
export async function sweepDeadOwners(db: Database): Promise<AbandonedGeneration[]> {
  const abandoned = db.sql
    .selectFrom('generations')
    .where('status', '=', sql.lit('running'))
    .where((when) =>
      when.not(
        when.exists(
          when
            .selectFrom('attempts')
            .select('attempts.id')
            .whereRef('attempts.generation_id', '=', 'generations.id')
            .where('attempts.owner', 'in', db.sql.selectFrom('nodes').select('nodes.id').where('nodes.state', '=', 'live')),
        ),
      ),
    )
  const [generations, attempts] = await db.readAll<[GenerationRow, AttemptRow]>([
    abandoned.selectAll().orderBy('created_at_ms'),
    db.sql.selectFrom('attempts').selectAll().where('state', '=', 'dispatching').where('generation_id', 'in', abandoned.select('id')),
  ])
  const openAttempts = new Map(attempts.map((attempt) => [attempt.generation_id, attempt]))
  return generations.map((generation) => ({ generation, attempt: openAttempts.get(generation.id) ?? null }))
}

/**
 * Ends an abandoned generation. With an open attempt the outcome is unknown (it may have been sent, whether or not it bears the
 * mark) and the reservation is held: run these in one transaction with the ledger's `holdUnknown` of that amount for the attempt.
 * Without one nothing is open anywhere and the generation has simply failed.
 */
export function endAbandoned(context: StatementContext, { generation, attempt }: AbandonedGeneration, error: ErrorObject): Statement[] {
  if (!attempt)
    return [failGeneration(context, { generationId: generation.id, status: 'failed', retryReason: 'network', nextAction: 'retry', error })]
  return [
    endAttempt(
      context,
      abandonedEnd(attempt, { state: 'unknown', outcome: 'abandoned: the process ended during the call', costNanos: null }),
    ),
    failGeneration(context, {
      generationId: generation.id,
      status: 'outcome_unknown',
      heldUnknownNanos: generation.reserved_nanos,
      retryReason: 'unknown_outcome',
      nextAction: 'human',
      error,
    }),
  ]
}

/**
 * Ends an abandoned generation whose answer had begun and is lost: it was paid for. Run these in one transaction with the ledger's `loss` of
 * that amount for the attempt.
 */
export function loseAbandoned(
  context: StatementContext,
  { generation, attempt }: AbandonedGeneration & { attempt: AttemptRow },
  error: ErrorObject,
  nanos: Nanos,
): Statement[] {
  const outcome = 'partial: the process ended while the answer came'
  return [
    endAttempt(context, abandonedEnd(attempt, { state: 'charged_lost', outcome, costNanos: nanos })),
    failGeneration(context, {
      generationId: generation.id,
      status: 'failed',
      settledNanos: nanos,
      retryReason: 'unknown_outcome',
      nextAction: 'human',
      error,
    }),
  ]
}

function abandonedEnd(attempt: AttemptRow, end: Pick<AttemptEnd, 'state' | 'outcome' | 'costNanos'>): AttemptEnd {
  return {
    attemptId: attempt.id,
    owner: attempt.owner,
    retryReason: 'unknown_outcome',
    httpStatus: attempt.http_status,
    upstreamRequestId: attempt.upstream_request_id,
    modelReported: attempt.model_reported,
    firstByteMs: attempt.first_byte_ms,
    totalMs: null,
    ...end,
  }
}
