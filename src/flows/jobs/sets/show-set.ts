import { failure } from '../../../contract/failure.ts'
import type { Job } from '../../../contract/job-replies.ts'
import type { JobSetRow } from '../../../db/index.ts'
import { findSet, jobsOfSet, progressOf, type SetProgress } from '../../../jobs/index.ts'
import { isoTime } from '../../../primitives/clock.ts'
import { isId } from '../../../primitives/ids.ts'
import { moneyJson } from '../../../primitives/money.ts'
import { standingOf } from '../../../webhooks/index.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { type JobAskedFor, showSingleJob, statusOf } from '../show-single-job.ts'
import { openPart, type SetOrder } from './set-order.ts'

/** How a set stands as one job: it is completed when something came of it, and failed when nothing did. */
export function stateOfSet({ state }: Pick<JobSetRow, 'state'>, { counts }: SetProgress): Job['state'] {
  if (state === 'open' || state === 'paused') {
    const untouched = counts.running + counts.completed + counts.failed + counts.outcome_unknown === 0
    return untouched ? 'queued' : 'running'
  }
  if (counts.outcome_unknown > 0) return 'outcome_unknown'
  if (counts.completed > 0) return 'completed'
  return state === 'cancelled' || counts.failed + counts.refused === 0 ? 'cancelled' : 'failed'
}

/** A set that was asked for as one job, as that job. @throws Failure `not_found` */
export async function showSetAsJob(parts: GatewayParts, { jobId, projectId }: JobAskedFor): Promise<Job> {
  const set = isId('set', jobId) ? await findSet(parts.database, { id: jobId, projectId }) : null
  if (!set || set.kind === 'bulk') throw failure('not_found', { param: 'id' })
  const children = await jobsOfSet(parts.database, set.id)
  const [progress, jobs, { lane, priority, deadlineMs, startAtMs }] = await Promise.all([
    progressOf(parts.database, set.id),
    Promise.all(children.map((id) => showSingleJob(parts, { jobId: id, projectId }))),
    openPart<SetOrder>(parts, set.id, set.sealed),
  ])
  const [first] = jobs as [Job, ...Job[]]
  const state = stateOfSet(set, progress)
  const results = jobs.flatMap((job) => job.results)
  const ended = progress.counts.completed + progress.counts.failed + progress.counts.refused + progress.counts.cancelled
  return {
    ...first,
    id: set.id,
    jobId: set.id,
    status: statusOf[state],
    state,
    progress: set.ended_at_ms === null ? Math.floor((100 * ended) / set.total) : 100,
    lane,
    priority,
    result: state === 'completed' ? results.map(({ url }) => url) : null,
    results,
    error: jobs.find(({ error }) => error !== null)?.error ?? null,
    outcome: jobs.some(({ outcome }) => outcome === 'unknown')
      ? 'unknown'
      : (jobs.find(({ outcome }) => outcome === 'charged')?.outcome ?? first.outcome),
    cost: {
      estimated: moneyJson(progress.estimatedNanos),
      reserved: moneyJson(progress.reservedNanos),
      settled: moneyJson(progress.settledNanos),
      held_unknown: moneyJson(progress.heldNanos),
    },
    creditCost: set.ended_at_ms === null ? null : Number(progress.settledNanos) / 1e7,
    webhookStatus: set.webhook_id === null ? null : await standingOf(parts.database, { endpointId: set.webhook_id, subjectId: set.id }),
    children,
    attempts: jobs.reduce((sum, { attempts }) => sum + attempts, 0),
    createdAt: isoTime(set.created_at_ms),
    completedAt: set.ended_at_ms === null || state === 'outcome_unknown' ? null : isoTime(set.ended_at_ms),
    startAt: isoTime(startAtMs ?? set.created_at_ms),
    deadline: deadlineMs === null ? first.deadline : isoTime(deadlineMs),
    lastSeenAt: null,
    retryOf: null,
    retriedBy: null,
    set: null,
    record: first.record,
    events: `/v2/jobs/${set.id}/events`,
  }
}
