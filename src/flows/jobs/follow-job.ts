import { eventsOf } from '../../events/index.ts'
import { jobsOfSet } from '../../jobs/index.ts'
import { isId } from '../../primitives/ids.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { presentJobEvent, type SentJobEvent } from './present-job-event.ts'
import { showJob } from './show-job.ts'
import type { JobAskedFor } from './show-single-job.ts'
import { someChange } from './some-change.ts'

const AT_A_TIME = 100

/** States after which nothing happens to a job any more. */
const endStates: readonly string[] = ['completed', 'failed', 'cancelled']

/** Who follows a job. */
export interface JobFollower extends JobAskedFor {
  /** `Last-Event-ID` as it came; null from the beginning. */
  lastEventId: string | null
  /** Address under which they reached the gateway. */
  baseUrl: string
  /** They left, or the gateway ends. */
  signal: AbortSignal
}

/**
 * What happened to a job and what happens to it, from an event on, until it has ended. An id that names none of its events is answered by
 * `reset` with the job as it stands, and goes on from there.
 * @throws Failure `not_found`, before anything is told
 */
export async function* followJob(parts: GatewayParts, follower: JobFollower): AsyncGenerator<SentJobEvent, void> {
  const { jobId, signal } = follower
  const job = await showJob(parts, follower)
  const isSet = isId('set', jobId)
  const begin = await placeOf(parts, follower)
  if (begin.isReset) yield { id: String(begin.seq), name: 'reset', data: job }
  let seq = begin.seq
  for (;;) {
    // From here on nothing is missed that happens while the record is read.
    const changed = Promise.withResolvers<void>()
    using _ = parts.jobEvents.listen(isSet ? null : jobId, changed.resolve)
    const events = await eventsOf(parts.database, { subjectIds: await subjectsOf(parts, jobId), afterSeq: seq, limit: AT_A_TIME })
    for (const event of events) {
      if (signal.aborted) return
      seq = event.seq
      yield presentJobEvent(parts, follower.baseUrl, event)
    }
    if (events.length === AT_A_TIME) continue
    if (signal.aborted || (await hasEnded(parts, follower, seq))) return
    await someChange(changed.promise, signal)
  }
}

/** A set is told of by its own events and by those of its jobs. */
async function subjectsOf(parts: GatewayParts, jobId: string): Promise<string[]> {
  return isId('set', jobId) ? [jobId, ...(await jobsOfSet(parts.database, jobId))] : [jobId]
}

/** Where a follower goes on. Without an id that is the beginning; with one that is not of this job, its present end. */
async function placeOf(parts: GatewayParts, { jobId, lastEventId }: JobFollower): Promise<{ seq: number; isReset: boolean }> {
  if (lastEventId === null) return { seq: 0, isReset: false }
  const seq = /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : -1
  const all = await eventsOf(parts.database, { subjectIds: await subjectsOf(parts, jobId), afterSeq: 0, limit: 10_000 })
  if (all.some((event) => event.seq === seq)) return { seq, isReset: false }
  return { seq: all.at(-1)?.seq ?? 0, isReset: true }
}

async function hasEnded(parts: GatewayParts, asked: JobAskedFor, seq: number): Promise<boolean> {
  const { state } = await showJob(parts, asked)
  if (!endStates.includes(state)) return false
  // What was written between the two looks is still told.
  return (await eventsOf(parts.database, { subjectIds: await subjectsOf(parts, asked.jobId), afterSeq: seq, limit: 1 })).length === 0
}
