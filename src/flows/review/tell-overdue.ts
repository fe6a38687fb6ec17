import { statementContext } from '../../db/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { noteOverdue, untoldOverdue } from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { tellReview, wakeReceivers } from './tell-review.ts'

const BATCH = 100

/** Tells of every review whose time to decide is over, once. @param stop asked before each */
export async function tellOverdue(parts: GatewayParts, stop: () => boolean): Promise<void> {
  const untold = await untoldOverdue(parts.database, parts.clock.nowMs(), BATCH)
  for (const { id, project_id, generation_id, image_id, due_at_ms } of untold) {
    if (stop()) return
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const subject = { reviewId: id, projectId: project_id, generationId: generation_id, imageId: image_id }
    try {
      await parts.database.transact([
        noteOverdue(context, id),
        tellReview(context, subject, 'review.overdue', { due_at: isoTime(due_at_ms!) }),
      ])
    } catch (error) {
      parts.logger.warn({ image_id, err: error }, 'somebody else told that a review is overdue, or decided it')
      continue
    }
    parts.metrics.reviewOverdue()
    parts.logger.warn({ image_id, project_id }, 'a review is overdue')
  }
  if (untold.length > 0) wakeReceivers(parts)
}
