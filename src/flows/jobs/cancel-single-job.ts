import { failure } from '../../contract/failure.ts'
import type { Job } from '../../contract/job-replies.ts'
import { statementContext } from '../../db/index.ts'
import { findResult } from '../../generations/index.ts'
import { findJob, requestCancel } from '../../jobs/index.ts'
import { isId } from '../../primitives/ids.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { cancelInQueue } from './end-in-queue.ts'
import type { JobAskedFor } from './show-single-job.ts'

/** What became of a wish to cancel. */
export interface Cancelled {
  jobId: string
  state: Job['state']
  /** Its call is under way: it is paid for and kept, and nothing follows it. */
  cancel_requested: boolean
}

/**
 * Cancels a job of one call. One that waits ends at once, and nothing is charged; a call that may have been sent cannot be taken back.
 * @throws Failure `not_found`, `job_already_ended`
 */
export async function cancelSingleJob(parts: GatewayParts, { jobId, projectId }: JobAskedFor): Promise<Cancelled> {
  const job = isId('gen', jobId) ? await findJob(parts.database, { id: jobId, projectId }) : null
  if (!job) throw failure('not_found', { param: 'id' })
  if (await cancelInQueue(parts, job)) return { jobId, state: 'cancelled', cancel_requested: false }
  const rows = await findResult(parts.database, { id: jobId, projectId })
  const state = rows!.generation.status as Job['state']
  if (state === 'cancelled') return { jobId, state, cancel_requested: false }
  if (state !== 'running') throw failure('job_already_ended')
  await parts.database.transact([requestCancel(statementContext(parts.database, parts.clock, parts.newId), jobId)])
  await parts.batches.unwanted(jobId)
  return { jobId, state, cancel_requested: true }
}
