import { failure } from '../../contract/failure.ts'
import type { JobRow } from '../../db/index.ts'
import { type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import { endAttempt, queueAgain } from '../../generations/index.ts'
import { findJob, type JobLane, postponeJob, priorityName } from '../../jobs/index.ts'
import { release, reserve } from '../../ledger/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { reservedCall } from '../accept-generation.ts'
import { refusalFacts } from '../book-without-answer.ts'
import type { RefusedCall } from '../call-upstream.ts'
import { reportAttempt } from '../end-call.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import type { AttemptVerdict } from '../read-outcome.ts'
import { retryRules, situationOf } from '../retry-table.ts'
import { endStatements } from './end-in-queue.ts'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 5 * 60_000
/** A route that does not come back is not asked for ever. */
const MOST_ATTEMPTS = 50

/**
 * Puts a job back into the queue whose call was surely not made and may be made later, as the table of retries has it: attempt and reservation
 * end, and the money for the next is set aside, in one transaction. One that is not wanted any more is cancelled in its place.
 * @returns false where the job is to end with this attempt
 */
export async function putBack(parts: GatewayParts, run: GenerationRun, call: RefusedCall, verdict: AttemptVerdict): Promise<boolean> {
  if (run.job === undefined || verdict.money !== 'release' || run.attempt >= MOST_ATTEMPTS) return false
  if (!retryRules[situationOf(call, verdict)].later) return false
  const job = await findJob(parts.database, { id: run.id, projectId: null })
  if (job === null) return false
  const readyAtMs = parts.clock.nowMs() + pauseOf(parts, run, call)
  const isWanted = job.cancel_requested_at_ms === null
  if (isWanted && readyAtMs >= job.deadline_ms) return false
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const next = { attemptId: parts.newId('att'), readyAtMs: Math.round(readyAtMs) }
  const again = waitingJob(job, next.readyAtMs)
  const enqueued = isWanted ? await parts.jobs.enqueue(context, again) : []
  fp('job_before_put_back')
  await parts.database.transact([
    ...attemptEnd(parts, context, run, call, verdict),
    queueAgain(context, run.id, run.estimate.reserve),
    ...reserve(context, { ...reservedCall(run), attemptId: next.attemptId }, run.estimate.reserve),
    postponeJob(context, { jobId: job.id, starts: run.job.starts }, next),
    ...enqueued,
    ...(isWanted ? [] : endStatements(parts, context, { ...job, attempt_id: next.attemptId }, 'cancelled', failure('job_cancelled'))),
  ])
  fp('job_after_put_back')
  reportAttempt(parts, { ...run, model: run.request.model.id }, call.outcome)
  parts.metrics.jobPutBack(verdict.retryReason ?? 'none')
  if (isWanted) parts.jobs.added(again)
  parts.jobEvents.happened(run.id)
  return true
}

function attemptEnd(
  parts: GatewayParts,
  context: StatementContext,
  run: GenerationRun,
  call: RefusedCall,
  { state, retryReason }: AttemptVerdict,
): Statement[] {
  const { outcome, httpStatus, requestId: upstreamRequestId, firstByteMs } = refusalFacts(call)
  const end = { attemptId: run.attemptId, owner: parts.bootId, state, outcome, retryReason, httpStatus, upstreamRequestId, firstByteMs }
  return [
    ...release(context, run.attemptId),
    endAttempt(context, { ...end, modelReported: null, totalMs: call.outcome.totalMs, costNanos: 0n }),
  ]
}

/** As long as upstream says, else twice as long each time, half of it by chance. */
function pauseOf(parts: GatewayParts, { attempt }: GenerationRun, { outcome }: RefusedCall): number {
  const asked = 'retryAfterMs' in outcome ? outcome.retryAfterMs : null
  if (asked !== null && asked !== undefined) return asked
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 16)) * (0.5 + parts.chance() / 2)
}

/** A job as the queue is told of it. */
export function waitingJob(job: JobRow, readyAtMs: number) {
  return {
    id: job.id,
    projectId: job.project_id,
    lane: job.lane as JobLane,
    priority: priorityName(job.priority),
    routes: job.routes.split(','),
    readyAtMs,
    deadlineMs: job.deadline_ms,
  }
}
