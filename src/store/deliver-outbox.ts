import type { Database } from '../db/index.ts'
import type { ObjectLocks } from './object-locks.ts'
import { namedBy } from './object-path.ts'
import { findObject } from './object-statements.ts'
import type { OutboxStore } from './outbox-store.ts'

/**
 * One round over an outbox: delivers what waits, then makes the removals that could not be made, but for objects that something refers to
 * again by now.
 */
export async function deliverOutbox(parts: { db: Database; locks: ObjectLocks; outbox: OutboxStore }): Promise<void> {
  await parts.outbox.deliver()
  for (const path of parts.outbox.pendingRemovals()) {
    const { sha256 } = namedBy(path)
    await parts.locks.hold([sha256], async () => {
      const isWanted = (await findObject(parts.db, sha256)) !== null
      await (isWanted ? parts.outbox.forgetRemoval(path) : parts.outbox.retryRemoval(path))
    })
  }
}
