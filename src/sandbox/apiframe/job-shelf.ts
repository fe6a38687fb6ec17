import type { Job } from './job.ts'

const MOST_JOBS = 10_000

/** Remembers jobs for as long as the sandbox runs, the newest and for every key alike. */
export class JobShelf {
  readonly #jobs = new Map<string, Job>()

  keep(job: Job): void {
    this.#jobs.set(job.id, job)
    if (this.#jobs.size > MOST_JOBS) this.#jobs.delete(this.#jobs.keys().next().value!)
  }

  /** The job of this id; undefined when there is none, or a script let it be forgotten once it was over. */
  find(id: string, nowMs: number): Job | undefined {
    const job = this.#jobs.get(id)
    return job?.run.script.forget === 'response' && nowMs >= job.endsAtMs ? undefined : job
  }
}
