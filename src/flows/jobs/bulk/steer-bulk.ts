import type { Bulk } from '../../../contract/bulk-replies.ts'
import { failure } from '../../../contract/failure.ts'
import { statementContext } from '../../../db/index.ts'
import { moveSet } from '../../../jobs/index.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { moved } from '../sets/advance-set.ts'
import { cancelSet } from '../sets/cancel-set.ts'
import { type BulkAskedFor, requireBulk, showBulk } from './show-bulk.ts'

/** Makes no more jobs of a bulk until it is resumed; those that wait or run go on. @throws Failure `not_found`, `job_already_ended` */
export function pauseBulk(parts: GatewayParts, asked: BulkAskedFor): Promise<Bulk> {
  return steer(parts, asked, { from: ['open'], to: 'paused' })
}

/** Goes on with a bulk. @throws Failure `not_found`, `job_already_ended` */
export async function resumeBulk(parts: GatewayParts, asked: BulkAskedFor): Promise<Bulk> {
  const bulk = await steer(parts, asked, { from: ['paused'], to: 'open' })
  parts.jobSets.wake()
  return bulk
}

/** Cancels what of a bulk has not begun. @throws Failure `not_found`, `job_already_ended` */
export async function cancelBulk(parts: GatewayParts, asked: BulkAskedFor): Promise<Bulk> {
  await requireBulk(parts, asked)
  await cancelSet(parts, { jobId: asked.bulkId, projectId: asked.projectId })
  return showBulk(parts, asked)
}

/** What is so already is no fault. */
async function steer(
  parts: GatewayParts,
  asked: BulkAskedFor,
  move: { from: ('open' | 'paused')[]; to: 'open' | 'paused' },
): Promise<Bulk> {
  const { ended_at_ms } = await requireBulk(parts, asked)
  if (ended_at_ms !== null) throw failure('job_already_ended')
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await moved(parts, [moveSet(context, asked.bulkId, move)])
  return showBulk(parts, asked)
}
