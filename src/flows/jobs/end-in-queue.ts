import { errorBody, type Failure, failure } from '../../contract/failure.ts'
import { type JobRow, type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import { endQueued, GenerationEnded } from '../../generations/index.ts'
import { findJob } from '../../jobs/index.ts'
import { release } from '../../ledger/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { tellJob } from './tell-job.ts'

/**
 * Ends a job that waits: its reservation goes back and nothing is charged.
 * @returns false when it does not wait any more; nothing was done then
 */
async function endInQueue(parts: GatewayParts, job: JobRow, status: 'cancelled' | 'failed', why: Failure): Promise<boolean> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  fp('job_before_end_in_queue')
  try {
    await parts.database.transact(endStatements(parts, context, job, status, why))
  } catch (error) {
    if (error instanceof GenerationEnded) return false
    throw error
  }
  fp('job_after_end_in_queue')
  parts.jobs.removed(job.id)
  parts.jobEvents.happened(job.id)
  parts.logger.info({ generation_id: job.id, outcome: why.code }, 'a job ended before it began')
  return true
}

/** What ends a job that waits, as part of a transaction. */
export function endStatements(
  parts: Pick<GatewayParts, 'newId'>,
  context: StatementContext,
  job: Pick<JobRow, 'id' | 'project_id' | 'attempt_id'>,
  status: 'cancelled' | 'failed',
  why: Failure,
): Statement[] {
  const { error } = errorBody(why, { requestId: parts.newId('req'), generationId: job.id })
  return [
    endQueued(context, { generationId: job.id, status, error }),
    ...release(context, job.attempt_id),
    tellJob(context, { jobId: job.id, projectId: job.project_id }, `job.${status}`, { error: { code: error.code } }),
  ]
}

/** Ends a job that may not or cannot be made any more. @returns false when it does not wait any more */
export function failInQueue(parts: GatewayParts, job: JobRow, why: Failure): Promise<boolean> {
  return endInQueue(parts, job, 'failed', why)
}

/** Ends a job that nobody wants any more. @returns false when it does not wait any more */
export function cancelInQueue(parts: GatewayParts, job: JobRow): Promise<boolean> {
  return endInQueue(parts, job, 'cancelled', failure('job_cancelled'))
}

/** Ends a job for which it is too late. Never rejects: what cannot be ended now is ended with the next look. */
export async function endOverdue(parts: GatewayParts, jobId: string): Promise<void> {
  try {
    const job = await findJob(parts.database, { id: jobId, projectId: null })
    if (job) await failInQueue(parts, job, failure('job_deadline_passed'))
  } catch (error) {
    parts.logger.error({ generation_id: jobId, err: error }, 'a job that is overdue could not be ended')
  }
}
