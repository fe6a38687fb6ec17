import { failure } from '../../contract/failure.ts'
import type { Job } from '../../contract/job-replies.ts'
import { listJobs as findJobs } from '../../jobs/index.ts'
import { isId } from '../../primitives/ids.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { showSingleJobs, statusOf } from './show-single-job.ts'

/** Which jobs are listed; absent = any. */
export interface JobListAsk {
  /** Null = every project's. */
  projectId: string | null
  state?: Job['state'] | undefined
  status?: Job['status'] | undefined
  set?: string | undefined
  /** What an earlier page said goes on from there. */
  cursor?: string | undefined
  limit: number
}

/** Jobs, the newest first. @throws Failure `invalid_cursor`… for a cursor that no page of such a list gave */
export async function listJobs(parts: GatewayParts, ask: JobListAsk): Promise<{ jobs: Job[]; next_cursor: string | null }> {
  const { projectId, limit, cursor = null } = ask
  if (cursor !== null && !isId('gen', cursor))
    throw failure('invalid_value', {
      param: 'cursor',
      message: 'The cursor is not one of this list. Nothing was charged; send the next_cursor of its last page, or none.',
    })
  const found = await findJobs(parts.database, {
    projectId,
    states: statesOf(ask),
    setId: ask.set ?? null,
    before: cursor,
    limit: limit + 1,
  })
  const shown = found.slice(0, limit)
  return { jobs: await showSingleJobs(parts, shown), next_cursor: found.length > limit ? shown.at(-1)!.id : null }
}

function statesOf({ state, status }: JobListAsk): string[] {
  const states = (Object.keys(statusOf) as Job['state'][]).filter(
    (name) => (state ?? name) === name && (status ?? statusOf[name]) === statusOf[name],
  )
  if (state === undefined && status === undefined) return []
  return states.length === 0 ? ['none'] : states
}
