import { type BatchWork, moveOn, type StepEnd, tryLater } from './batch-work.ts'
import { eachItem } from './each-item.ts'
import { holdLine } from './settle-line.ts'

/** What a batch wrote cannot be had any more: nobody knows what became of the lines that are open, and what they may cost is held. */
export async function loseBatch(work: BatchWork): Promise<StepEnd> {
  const { parts, batch } = work
  for await (const item of eachItem(work)) if ((await holdLine(parts, item)) === 'later') return tryLater(work, 'lines could not be held')
  parts.logger.error({ batch_id: batch.id, route_id: batch.route_id }, 'what a batch wrote is gone: its open lines are held as unknown')
  return moveOn(work, 'cleaning', { outcome: 'lost' })
}
