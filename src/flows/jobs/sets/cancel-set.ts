import { failure } from '../../../contract/failure.ts'
import { statementContext } from '../../../db/index.ts'
import { cancelWaitingItems, findSet, jobsOfSet, moveSet, progressOf } from '../../../jobs/index.ts'
import { isId } from '../../../primitives/ids.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { type Cancelled, cancelSingleJob } from '../cancel-single-job.ts'
import type { JobAskedFor } from '../show-single-job.ts'
import { tellJob } from '../tell-job.ts'
import { moved } from './advance-set.ts'
import { stateOfSet } from './show-set.ts'

/**
 * Cancels what of a set has not begun; calls under way are paid for and kept.
 * @throws Failure `not_found`, `job_already_ended`
 */
export async function cancelSet(parts: GatewayParts, { jobId: id, projectId }: JobAskedFor): Promise<Cancelled> {
  const set = isId('set', id) ? await findSet(parts.database, { id, projectId }) : null
  if (!set) throw failure('not_found', { param: 'id' })
  if (set.state === 'ended') throw failure('job_already_ended')
  if (set.state !== 'cancelled') {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    await moved(parts, [
      moveSet(context, id, { from: ['open', 'paused'], to: 'cancelled' }),
      cancelWaitingItems(context, id),
      tellJob(context, { jobId: id, projectId: set.project_id }, 'job.cancelled'),
    ])
    parts.jobEvents.happened(id)
  }
  for (const jobId of await jobsOfSet(parts.database, id))
    await cancelSingleJob(parts, { jobId, projectId }).catch((error: { code?: string }) => {
      if (error.code !== 'job_already_ended') throw error
    })
  const progress = await progressOf(parts.database, id)
  return { jobId: id, state: stateOfSet({ state: 'cancelled' }, progress), cancel_requested: progress.counts.running > 0 }
}
