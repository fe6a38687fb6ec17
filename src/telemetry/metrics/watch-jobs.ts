import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Jobs of one lane that could begin now, or have been put off. */
export interface WaitingJobs {
  lane: string
  count: number
  /** How long the one that could have begun first has waited beyond that; 0 when none could. */
  oldestSeconds: number
}

/** What waits and what is made of the jobs. */
export interface JobMetrics {
  /** What is on record as waiting; lanes that are not named have nothing. */
  jobsWaiting(now: readonly WaitingJobs[]): void
  /** Made by this process now. */
  jobsRunning(count: number): void
  /** A job began, so long after it could have. */
  jobBegan(waitSeconds: number): void
  /** A job went back into the queue, for this reason. */
  jobPutBack(reason: string): void
}

/** Each has a series from the start, so that "nothing waits" can be told from "nobody counts". */
const lanes = ['standard', 'economy']

/** Registers what is told of jobs. */
export function watchJobs(registers: Registry[]): JobMetrics {
  const perLane = (name: string, help: string) => new Gauge({ name, help, labelNames: ['lane'], registers })
  const waiting = perLane('darkroom_jobs_waiting', 'Jobs on record that wait to be made, by lane.')
  const oldest = perLane('darkroom_job_oldest_wait_seconds', 'How long the job has waited that could have begun first, by lane.')
  const running = new Gauge({ name: 'darkroom_jobs_running', help: 'Jobs that this process makes now.', registers })
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
    jobsWaiting(now) {
      const none = lanes.map((lane) => ({ lane, count: 0, oldestSeconds: 0 }))
      for (const { lane, count, oldestSeconds } of [...none, ...now]) {
        waiting.set({ lane }, count)
        oldest.set({ lane }, Math.max(0, oldestSeconds))
      }
    },
    jobsRunning: (count) => running.set(count),
    jobBegan: (waitSeconds) => waits.observe(Math.max(0, waitSeconds)),
    jobPutBack: (reason) => putBack.inc({ reason }),
  }
}
