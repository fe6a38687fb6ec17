import { setTimeout as wait } from 'node:timers/promises'
import { removeUnused, type UnusedPlace, unusedObjects } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** Objects of one look. */
const BATCH = 100
/** Removed at once. */
const AT_ONCE = 8
/** Between two looks: at most some thousand objects a second, so that a store has room for calls. */
const PAUSE_MS = 50

type SweepParts = Pick<GatewayParts, 'database' | 'store' | 'objectLocks' | 'clock' | 'logger'>

/** What a sweep removed. */
export interface RemovedObjects {
  objects: number
  bytes: number
}

/**
 * Removes the bytes of objects that nobody refers to, those that another process has left half removed included. One that cannot be removed now is
 * passed by and tried again with the next sweep.
 * @param stop asked before each batch
 */
export async function sweepObjects(parts: SweepParts, stop: () => boolean): Promise<RemovedObjects> {
  const removed: RemovedObjects = { objects: 0, bytes: 0 }
  let after: UnusedPlace | null = null
  while (!stop()) {
    const batch: UnusedPlace[] = await unusedObjects(parts.database, { stores: parts.store.names, after, limit: BATCH })
    const left = batch.values()
    await Promise.all(Array.from({ length: AT_ONCE }, () => removeAll(parts, left, removed)))
    after = batch.at(-1) ?? null
    if (batch.length < BATCH) break
    await wait(PAUSE_MS)
  }
  return removed
}

async function removeAll(parts: SweepParts, objects: Iterable<UnusedPlace>, removed: RemovedObjects): Promise<void> {
  for (const { sha256 } of objects) {
    try {
      const bytes = await removeUnused(removalParts(parts), sha256)
      if (bytes === null) continue
      removed.objects++
      removed.bytes += bytes
    } catch (error) {
      parts.logger.error({ sha256, err: error }, 'bytes that nobody refers to could not be removed')
    }
  }
}

/** What `removeUnused` works with. */
export function removalParts({ database, store, objectLocks, clock }: Pick<GatewayParts, 'database' | 'store' | 'objectLocks' | 'clock'>) {
  return { db: database, store, locks: objectLocks, clock }
}
