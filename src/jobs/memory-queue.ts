import type { Statement } from '../db/index.ts'
import type { WaitingJob } from './find-jobs.ts'
import type { Blocks, DeadLetter, JobQueue } from './job-queue.ts'

/**
 * The queue of a single process: an order in memory over the jobs on record. Between projects whoever has least under way for its weight is
 * next; within a project priority counts, then age. A job that is blocked is passed over, not waited for.
 */
export class MemoryQueue implements JobQueue {
  /** Of each project, in the order in which they are to begin. */
  readonly #projects = new Map<string, WaitingJob[]>()
  readonly #known = new Map<string, WaitingJob>()

  get size(): number {
    return this.#known.size
  }

  async enqueue(): Promise<Statement[]> {
    return []
  }

  has(jobId: string): boolean {
    return this.#known.has(jobId)
  }

  onArrival(): void {}

  want(): boolean {
    return false
  }

  postponed(job: WaitingJob): void {
    this.added(job)
  }

  done(): void {}

  failed(job: WaitingJob): void {
    this.added(job)
  }

  async deadLetters(): Promise<DeadLetter[]> {
    return []
  }

  async redrive(): Promise<number> {
    return 0
  }

  async refill(): Promise<number> {
    return 0
  }

  async takeBack(): Promise<number> {
    return 0
  }

  async close(): Promise<void> {}

  added(job: WaitingJob): void {
    this.remove(job.id)
    this.#known.set(job.id, job)
    const jobs = this.#projects.get(job.projectId) ?? []
    jobs.splice(placeOf(jobs, job), 0, job)
    this.#projects.set(job.projectId, jobs)
  }

  remove(jobId: string): void {
    const job = this.#known.get(jobId)
    if (!job) return
    this.#known.delete(jobId)
    const jobs = this.#projects.get(job.projectId)!
    jobs.splice(placeOf(jobs, job), 1)
    if (jobs.length === 0) this.#projects.delete(job.projectId)
  }

  next(blocks: Blocks): WaitingJob | null {
    let next: { job: WaitingJob; share: number } | null = null
    for (const [projectId, jobs] of this.#projects) {
      const job = jobs.find((waiting) => waiting.readyAtMs <= blocks.nowMs && !blocks.isBlocked(waiting))
      if (!job) continue
      const share = ((blocks.running.get(projectId) ?? 0) + 1) / blocks.weightOf(projectId)
      if (next === null || share < next.share || (share === next.share && job.id < next.job.id)) next = { job, share }
    }
    if (next === null) return null
    this.remove(next.job.id)
    return next.job
  }

  nextChangeAtMs(nowMs: number): number | null {
    let soonest: number | null = null
    for (const { readyAtMs, deadlineMs } of this.#known.values()) {
      const change = readyAtMs > nowMs ? Math.min(readyAtMs, deadlineMs) : deadlineMs
      if (soonest === null || change < soonest) soonest = change
    }
    return soonest
  }

  takeOverdue(nowMs: number): WaitingJob[] {
    const overdue = [...this.#known.values()].filter(({ deadlineMs }) => deadlineMs <= nowMs)
    for (const { id } of overdue) this.remove(id)
    return overdue
  }
}

/** Where a job stands, or is to stand, in the order of its project. */
function placeOf(jobs: readonly WaitingJob[], job: WaitingJob): number {
  let low = 0
  let high = jobs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (comesBefore(jobs[middle]!, job)) low = middle + 1
    else high = middle
  }
  return low
}

function comesBefore(a: WaitingJob, b: WaitingJob): boolean {
  return a.priority === b.priority ? a.id < b.id : a.priority > b.priority
}
