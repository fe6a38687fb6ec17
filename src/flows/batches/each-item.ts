import { type OpenItem, openItems } from '../../batches/index.ts'
import type { BatchWork } from './batch-work.ts'

const AT_A_TIME = 100

/** The lines of a batch that are not over, in their order, read a hundred at a time. */
export async function* eachItem({ parts, batch }: Pick<BatchWork, 'parts' | 'batch'>): AsyncGenerator<OpenItem, void> {
  let afterPlace = -1
  for (;;) {
    const items = await openItems(parts.database, { batchId: batch.id, afterPlace, limit: AT_A_TIME })
    yield* items
    if (items.length < AT_A_TIME) return
    afterPlace = items.at(-1)!.place
  }
}
