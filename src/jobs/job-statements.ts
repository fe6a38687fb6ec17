import type { JobRow, Statement, StatementContext } from '../db/index.ts'

/** In whose words a job is asked for and shown: the unified job API, Darkroom's own, or resellers' tasks. */
export type JobShape = 'unified' | 'native' | 'task'
/** How soon it is made: at once, or collected for half the price. */
export type JobLane = 'standard' | 'economy'

/** Ranks among the jobs of one project. */
export const priorities = { low: 0, normal: 1, high: 2 } as const
/** Name of such a rank. */
export type Priority = keyof typeof priorities

/** Name of a rank as it is kept. */
export function priorityName(rank: number): Priority {
  return (Object.keys(priorities) as Priority[]).find((name) => priorities[name] === rank) ?? 'normal'
}

/** Who is told of a job beside those who ask. */
export interface JobReceiver {
  webhookId: string
  /** Event types it is told of. */
  events: readonly string[]
}

/** A job that was accepted. Its generation has the same id. */
export interface NewJob {
  id: string
  projectId: string
  keyId: string | null
  shape: JobShape
  lane: JobLane
  priority: Priority
  /** Ids of the routes that could serve it now, best first. */
  routes: readonly string[]
  readyAtMs: number
  deadlineMs: number
  /** What its money is set aside for. */
  attemptId: string
  /** Address under which its caller reached the gateway. */
  baseUrl: string
  retryOf: string | null
  set: { id: string; place: number } | null
  receiver: JobReceiver | null
}

/** Records a job. Run it in the transaction that records its generation and reserves its money. */
export function recordJob({ sql, nowMs }: StatementContext, job: NewJob): Statement {
  const row: JobRow = {
    id: job.id,
    project_id: job.projectId,
    key_id: job.keyId,
    shape: job.shape,
    lane: job.lane,
    priority: priorities[job.priority],
    routes: job.routes.join(','),
    created_at_ms: nowMs,
    ready_at_ms: job.readyAtMs,
    deadline_ms: job.deadlineMs,
    attempt_id: job.attemptId,
    starts: 0,
    heartbeat_at_ms: null,
    cancel_requested_at_ms: null,
    base_url: job.baseUrl,
    retry_of: job.retryOf,
    set_id: job.set?.id ?? null,
    set_place: job.set?.place ?? null,
    webhook_id: job.receiver?.webhookId ?? null,
    webhook_events_json: job.receiver && JSON.stringify(job.receiver.events),
  }
  return { query: sql.insertInto('jobs').values(row) }
}

/** Somebody else began the job, or it was cancelled. Nothing of the transaction was done. */
export class JobTaken extends Error {
  readonly jobId: string

  constructor(jobId: string) {
    super(`job ${jobId} is not as it was seen; nothing was done`)
    this.name = 'JobTaken'
    this.jobId = jobId
  }
}

/** A job as whoever wants to write to it saw it last. */
export interface JobFence {
  jobId: string
  /** How often it had begun. */
  starts: number
}

/**
 * Takes a job for this process: of several that saw the same, one does. Run it in the transaction that takes its generation out of the queue.
 * @param attemptId what is about to be made
 * @throws (through `transact`) JobTaken
 */
export function claimJob(context: StatementContext, fence: JobFence, attemptId: string): Statement {
  return change(context, fence, { starts: fence.starts + 1, heartbeat_at_ms: context.nowMs, attempt_id: attemptId })
}

/** Says when a job that was taken may begin again, and for what its money is set aside then. @throws (through `transact`) JobTaken */
export function postponeJob(context: StatementContext, fence: JobFence, next: { attemptId: string; readyAtMs: number }): Statement {
  return change(context, fence, { ready_at_ms: next.readyAtMs, attempt_id: next.attemptId, heartbeat_at_ms: null })
}

/** Says in which lane a job that was taken goes on, and on which routes. @throws (through `transact`) JobTaken */
export function moveToLane(context: StatementContext, fence: JobFence, lane: JobLane, routes: readonly string[]): Statement {
  return change(context, fence, { lane, routes: routes.join(',') })
}

function change({ sql }: StatementContext, { jobId, starts }: JobFence, changes: Partial<JobRow>): Statement {
  return {
    query: sql.updateTable('jobs').set(changes).where('id', '=', jobId).where('starts', '=', starts),
    expect: { rows: 1, otherwise: () => new JobTaken(jobId) },
  }
}

/** Says that these jobs are still under way here. */
export function noteHeartbeat({ sql, nowMs }: StatementContext, jobIds: readonly string[]): Statement {
  return { query: sql.updateTable('jobs').set({ heartbeat_at_ms: nowMs }).where('id', 'in', jobIds) }
}

/** Notes that a job under way is not wanted any more: what was paid for is kept all the same, and nothing follows it. */
export function requestCancel({ sql, nowMs }: StatementContext, jobId: string): Statement {
  return {
    query: sql
      .updateTable('jobs')
      .set({ cancel_requested_at_ms: nowMs })
      .where('id', '=', jobId)
      .where('cancel_requested_at_ms', 'is', null),
  }
}
