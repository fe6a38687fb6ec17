import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What waits and what is made of the jobs of this process. */
export interface JobMetrics {
  /** As it is now. */
  jobLoad(now: { waiting: number; running: number }): void
  /** A job began, so long after it could have. */
  jobBegan(waitSeconds: number): void
  /** A job went back into the queue, for this reason. */
  jobPutBack(reason: string): void
}

/** Registers what is told of jobs. */
export function watchJobs(registers: Registry[]): JobMetrics {
  const waiting = new Gauge({ name: 'darkroom_jobs_waiting', help: 'Jobs that wait to be made now.', registers })
  const running = new Gauge({ name: 'darkroom_jobs_running', help: 'Jobs that are made now.', registers })
  const waits = new Histogram({
    name: 'darkroom_job_wait_seconds',
    help: 'How long jobs waited beyond their start before they began.',
    buckets: [0.01, 0.1, 1, 10, 60, 300, 1800, 7200, 43_200],
    registers,
  })
  const putBack = new Counter({
    name: 'darkroom_jobs_put_back_total',
    help: 'Jobs that went back into the queue since start, because their call was surely not made, by why.',
    labelNames: ['reason'],
    registers,
  })
  return {
    jobLoad(now) {
      waiting.set(now.waiting)
      running.set(now.running)
    },
    jobBegan: (waitSeconds) => waits.observe(Math.max(0, waitSeconds)),
    jobPutBack: (reason) => putBack.inc({ reason }),
  }
}
