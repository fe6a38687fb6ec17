import { sql } from 'kysely'
import { type Database, inFewLengths, type JobRow } from '../db/index.ts'
import type { JobLane, JobReceiver, Priority, priorities } from './job-statements.ts'

/** Finds a job; null when there is none that the caller may see. @param projectId null = every project's */
export async function findJob(db: Database, { id, projectId }: { id: string; projectId: string | null }): Promise<JobRow | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('jobs')
      .selectAll()
      .where('id', '=', id)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!)),
  )
  return row ?? null
}

/** The job that was made of a job again; null when none was. The newest, where several were. */
export async function findRetry(db: Database, jobId: string): Promise<string | null> {
  return (await findRetries(db, [jobId])).get(jobId) ?? null
}

/** The jobs that were made of jobs again, by the id of the first; those of which none was are left out. The newest, where several were. */
export async function findRetries(db: Database, jobIds: readonly string[]): Promise<Map<string, string>> {
  if (jobIds.length === 0) return new Map()
  const rows = await db.read(
    db.sql.selectFrom('jobs').select(['id', 'retry_of']).where('retry_of', 'in', inFewLengths(jobIds)).orderBy('id'),
  )
  return new Map(rows.map(({ id, retry_of }) => [retry_of!, id]))
}

/** Which jobs somebody asks for. */
export interface JobFilter {
  /** Null = every project's. */
  projectId: string | null
  /** States of their generations; empty = any. */
  states: readonly string[]
  setId: string | null
  /** Older than this one; null = from the newest on. */
  before: string | null
  limit: number
}

/** Lists jobs, the newest first. */
export async function listJobs(db: Database, filter: JobFilter): Promise<JobRow[]> {
  const { states, limit } = filter
  if (states.length === 0) return db.read(listQuery(db, filter))
  // One question for each state: an index gives the jobs of one in their order, those of several would have to be sorted, all of them.
  const found = await db.readAll<JobRow[]>(states.map((state) => listQuery(db, filter, state)))
  return found
    .flat()
    .sort((one, other) => (one.id < other.id ? 1 : -1))
    .slice(0, limit)
}

/**
 * The page of one state, or of any. States that few are in have partial indexes, which are found by their conditions: so these stand in the text.
 * Most jobs are completed, and met on the way through all.
 */
export function listQuery(db: Pick<Database, 'sql'>, { projectId, setId, before, limit }: JobFilter, state: string | null = null) {
  const isRare = state !== null && state !== 'completed'
  const id = isRare ? 'generations.id' : 'jobs.id'
  return db.sql
    .selectFrom('jobs')
    .innerJoin('generations', 'generations.id', 'jobs.id')
    .selectAll('jobs')
    .$if(state !== null, (query) => query.where('generations.status', '=', sql.lit(state!)))
    .$if(endedBadly.includes(state!), (query) => query.where('generations.status', 'in', endedBadly.map(sql.lit)))
    .$if(projectId !== null, (query) => query.where('jobs.project_id', '=', projectId!))
    .$if(setId !== null, (query) => query.where('jobs.set_id', '=', setId!))
    .$if(before !== null, (query) => query.where(id, '<', before!))
    .orderBy(id, 'desc')
    .limit(limit)
}

/** As `generations_ended_badly` has it. */
const endedBadly: readonly string[] = ['failed', 'cancelled', 'outcome_unknown']

/** A job that waits, as the queue knows it. */
export interface WaitingJob {
  id: string
  projectId: string
  lane: JobLane
  priority: (typeof priorities)[Priority]
  /** Ids of the routes that could serve it when it came, with commas. */
  routes: string
  readyAtMs: number
  deadlineMs: number
}

/** Jobs that wait, with their generations. */
function waitingJobs(db: Database) {
  return db.sql.selectFrom('generations').innerJoin('jobs', 'jobs.id', 'generations.id').where('generations.status', '=', sql.lit('queued'))
}

/** What of a job's row the queue knows. */
export type WaitingJobRow = Pick<JobRow, 'id' | 'project_id' | 'lane' | 'priority' | 'routes' | 'ready_at_ms' | 'deadline_ms'>

/** All jobs that wait, the oldest first. */
export async function findWaiting(db: Database): Promise<WaitingJob[]> {
  const rows: WaitingJobRow[] = await db.read(
    waitingJobs(db)
      .select(['jobs.id', 'jobs.project_id', 'jobs.lane', 'jobs.priority', 'jobs.routes', 'jobs.ready_at_ms', 'jobs.deadline_ms'])
      .orderBy('jobs.id'),
  )
  return rows.map(waitingJobOf)
}

/** A job that waits, from its row. */
export function waitingJobOf(row: WaitingJobRow): WaitingJob {
  return {
    id: row.id,
    projectId: row.project_id,
    lane: row.lane as JobLane,
    priority: row.priority as WaitingJob['priority'],
    routes: row.routes,
    readyAtMs: row.ready_at_ms,
    deadlineMs: row.deadline_ms,
  }
}

/** Jobs that wait though it is too late for them. */
export async function findOverdue(db: Database, { nowMs, limit }: { nowMs: number; limit: number }): Promise<string[]> {
  const rows = await db.read(waitingJobs(db).where('jobs.deadline_ms', '<=', nowMs).select('jobs.id').orderBy('jobs.id').limit(limit))
  return rows.map(({ id }) => id)
}

/** What waits in one lane. */
export interface WaitingLaneJobs {
  lane: JobLane
  count: number
  /** When the one that can begin first could, or can. */
  oldestReadyAtMs: number
}

/** How many jobs wait in each lane that any waits in. */
export async function sumWaiting(db: Database): Promise<WaitingLaneJobs[]> {
  const rows = await db.read(
    waitingJobs(db)
      .select(['jobs.lane', sql<number>`count(*)`.as('count'), sql<number>`min(jobs.ready_at_ms)`.as('oldest_ms')])
      .groupBy('jobs.lane'),
  )
  return rows.map(({ lane, count, oldest_ms }) => ({ lane: lane as JobLane, count, oldestReadyAtMs: oldest_ms }))
}

/** How many jobs of a project wait. */
export async function countWaiting(db: Database, projectId: string): Promise<number> {
  const [row] = await db.read(waitingJobs(db).where('jobs.project_id', '=', projectId).select(sql<number>`count(*)`.as('waiting')))
  return row!.waiting
}

/** Who is told of these jobs, or sets of jobs, by their ids; those that named nobody are left out. */
export async function receiversOf(db: Database, ids: readonly string[]): Promise<Map<string, JobReceiver>> {
  if (ids.length === 0) return new Map()
  const [jobs, sets] = await db.readAll([
    db.sql
      .selectFrom('jobs')
      .select(['id', 'webhook_id', 'webhook_events_json'])
      .where('id', 'in', ids)
      .where('webhook_id', 'is not', null),
    db.sql
      .selectFrom('job_sets')
      .select(['id', 'webhook_id', 'webhook_events_json'])
      .where('id', 'in', ids)
      .where('webhook_id', 'is not', null),
  ] as const)
  return new Map(
    [...jobs, ...sets].map(({ id, webhook_id, webhook_events_json }) => [
      id,
      { webhookId: webhook_id!, events: JSON.parse(webhook_events_json!) },
    ]),
  )
}
