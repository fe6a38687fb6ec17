import { setTimeout as wait } from 'node:timers/promises'
import { eventsAfter, eventsEnd } from '../../events/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { presentJobEvent, type SentJobEvent } from './present-job-event.ts'
import { someChange } from './some-change.ts'

const AT_A_TIME = 500
/** Many things happen at once: they are told together. */
const GATHER_MS = 50
/**
 * On PostgreSQL a transaction may show what it numbered before another one did that has been told of already: so many are looked at again. SQLite
 * has one writer, and numbers in the order of what it shows.
 */
const LOOKED_AT_AGAIN = 200

/** News of jobs: an event, or `reset` where a listener begins, or must read its list anew. */
export type SentJobNews = Omit<SentJobEvent, 'name' | 'data'> &
  ({ name: Exclude<SentJobEvent['name'], 'reset'>; data: object } | { name: 'reset'; data: { sequence: number } })

/** Who follows the jobs of a project; of all where it is null. */
export interface JobsFollower {
  projectId: string | null
  /** `Last-Event-ID` as it came; null = from now on. */
  lastEventId: string | null
  baseUrl: string
  signal: AbortSignal
}

/** What happens to any job from an event on, or from now on, until the listener leaves. */
export async function* followJobs(parts: GatewayParts, follower: JobsFollower): AsyncGenerator<SentJobNews, void> {
  const { projectId, baseUrl, signal } = follower
  const overlap = parts.database.dialect === 'postgres' ? LOOKED_AT_AGAIN : 0
  const { begin, isReset } = await placeOf(parts, follower)
  if (isReset) yield { id: String(begin), name: 'reset', data: { sequence: begin } }
  let seq = begin
  const told = new Set<number>()
  while (!signal.aborted) {
    const changed = Promise.withResolvers<void>()
    using _ = parts.jobEvents.listen(null, changed.resolve)
    const events = await eventsAfter(parts.database, { projectId, afterSeq: Math.max(begin, seq - overlap), limit: AT_A_TIME })
    const news = events.filter((event) => !told.has(event.seq) && event.type.startsWith('job.'))
    for (const event of news) {
      if (signal.aborted) return
      told.add(event.seq)
      seq = Math.max(seq, event.seq)
      yield { ...presentJobEvent(parts, baseUrl, event), id: String(seq) }
    }
    for (const old of told) if (old < seq - overlap) told.delete(old)
    if (events.length === AT_A_TIME && news.length > 0) continue
    await someChange(changed.promise, signal)
    await wait(GATHER_MS)
  }
}

/** An id that this gateway did not give, or that is older than what is kept, is no place to go on from. */
async function placeOf(parts: GatewayParts, { lastEventId }: JobsFollower): Promise<{ begin: number; isReset: boolean }> {
  const { first, last } = await eventsEnd(parts.database)
  const seq = lastEventId !== null && /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : -1
  return seq >= first - 1 && seq <= last && seq >= 0 ? { begin: seq, isReset: false } : { begin: last, isReset: true }
}
