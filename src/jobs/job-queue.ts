import type { Statement, StatementContext } from '../db/index.ts'
import type { WaitingJob } from './find-jobs.ts'

/** What keeps a job from beginning now, whatever its turn. */
export interface Blocks {
  /** Jobs under way, by project. */
  running: ReadonlyMap<string, number>
  /** What a project counts for; 1 where it is not named. */
  weightOf(projectId: string): number
  /** True where a project or its routes have no room now. */
  isBlocked(job: WaitingJob): boolean
  nowMs: number
}

/**
 * Wakes whoever makes jobs. The truth is on record elsewhere, in `generations` and `jobs`: a queue that forgets is filled from there, one
 * that names a job twice does no harm, because a job is taken in the transaction that begins it.
 */
export interface JobQueue {
  /** What the transaction that accepts a job, or puts one back, must write so that the queue knows of it. */
  enqueue(context: StatementContext, job: WaitingJob): Statement[]
  /** That transaction is on disk. */
  added(job: WaitingJob): void
  /** The job was cancelled, or has begun. */
  remove(jobId: string): void
  /** Takes the job that is to begin next; null when none may. Whoever cannot begin it adds it again. */
  next(blocks: Blocks): WaitingJob | null
  /** When a job that is not ready yet will be, or one that waits will be too late, at the earliest; null when there is none. */
  nextChangeAtMs(nowMs: number): number | null
  /** Jobs that wait though it is too late for them. They are taken out. */
  takeOverdue(nowMs: number): WaitingJob[]
  readonly size: number
}
