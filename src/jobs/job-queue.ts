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
  enqueue(context: StatementContext, job: WaitingJob): Promise<Statement[]>
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
  /** Has the queue call back when there are jobs that were not there before. */
  onArrival(arrived: () => void): void
  /**
   * So many jobs could begin now, those included that are at hand.
   * @returns true when others are being asked for, which may come before those at hand: whoever wants them is called back
   */
  want(count: number): boolean
  /** A job that was taken cannot begin before a time, milliseconds since 1970. */
  postponed(job: WaitingJob, untilMs: number): void
  /** A job that was taken is over: made, cancelled, or somebody else's. */
  done(jobId: string): void
  /** A job that was taken could not be begun for a fault of ours. After many of them a queue may put it aside. */
  failed(job: WaitingJob, error: unknown): void
  /** What was put aside, the oldest first. */
  deadLetters(limit: number): Promise<DeadLetter[]>
  /** Puts what was put aside back. @param ids null = all @returns how many */
  redrive(ids: readonly string[] | null): Promise<number>
  /** Enqueues what is on record and was ready before a time, and is not in the queue. @returns how many */
  refill(readyBeforeMs: number, limit: number): Promise<number>
  /** Hands out again what a process took that has not begun it and is silent since. @returns how many */
  takeBack(): Promise<number>
  close(): Promise<void>
}

/** A job that was put aside because beginning it failed again and again. Its record says that it waits; it ends at its deadline, free of charge. */
export interface DeadLetter {
  /** Its name in the queue, by which it is put back. */
  id: string
  job: WaitingJob
  /** The last fault. */
  why: string | null
  /** Since when, milliseconds since 1970. */
  atMs: number
}
