import { isId } from '../../primitives/ids.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { type Cancelled, cancelSingleJob } from './cancel-single-job.ts'
import { cancelSet } from './sets/cancel-set.ts'
import type { JobAskedFor } from './show-single-job.ts'

/**
 * Cancels a job. One that waits ends at once, and nothing is charged; a call that may have been sent cannot be taken back.
 * @throws Failure `not_found`, `job_already_ended`
 */
export function cancelJob(parts: GatewayParts, asked: JobAskedFor): Promise<Cancelled> {
  return isId('set', asked.jobId) ? cancelSet(parts, asked) : cancelSingleJob(parts, asked)
}
