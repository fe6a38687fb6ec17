import type { Job, JobEvent } from '../../contract/job-replies.ts'
import type { JobEventName } from '../../contract/job-request.ts'
import type { EventRow } from '../../db/index.ts'
import { eventsOf } from '../../events/index.ts'
import { jobsOfSet } from '../../jobs/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { isId } from '../../primitives/ids.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { showJob } from './show-job.ts'
import { type JobAskedFor, statusOf } from './show-single-job.ts'
import { signedAddress } from './signed-address.ts'

/** One event of a job, as it is sent. */
export interface SentJobEvent {
  /** What a listener names to go on from here. */
  id: string
  name: JobEventName | 'reset'
  data: JobEvent | Job
}

const AT_A_TIME = 100
const LOOK_AT_LEAST_EVERY_MS = 15_000

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
      yield sent(parts, follower.baseUrl, event)
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

async function someChange(changed: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, LOOK_AT_LEAST_EVERY_MS)
  const leave = () => resolve()
  signal.addEventListener('abort', leave, { once: true })
  await Promise.race([changed, over])
  signal.removeEventListener('abort', leave)
  clearTimeout(timer)
}

const stateAfter: Readonly<Record<JobEventName, Job['state']>> = {
  queued: 'queued',
  started: 'running',
  partial: 'running',
  stored: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  outcome_unknown: 'outcome_unknown',
}

const progressAfter: Readonly<Record<JobEventName, number>> = {
  queued: 0,
  started: 10,
  partial: 10,
  stored: 95,
  completed: 100,
  failed: 100,
  cancelled: 100,
  outcome_unknown: 95,
}

interface ToldData {
  progress?: number
  images?: { id: string }[]
  error?: Record<string, unknown>
}

function sent(parts: GatewayParts, baseUrl: string, event: EventRow): SentJobEvent {
  const name = event.type.replace(/^job\./, '') as JobEventName
  const { progress, images, error } = JSON.parse(event.data_json) as ToldData
  const state = stateAfter[name]
  return {
    id: String(event.seq),
    name,
    data: {
      job_id: event.subject_id,
      sequence: event.seq,
      at: isoTime(event.at_ms),
      status: statusOf[state],
      state,
      progress: progress ?? progressAfter[name],
      ...(images && images.length > 0 && { images: images.map(({ id }) => ({ id, url: signedAddress(parts, baseUrl, id) })) }),
      ...(error && { error }),
    },
  }
}
