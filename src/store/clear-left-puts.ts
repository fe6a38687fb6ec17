import { fp } from '../primitives/fail-point.ts'
import { leftLocks, releaseLocks } from './lock-statements.ts'
import { findObject } from './object-statements.ts'
import type { RemovalParts } from './remove-unused.ts'

const BATCH = 100

/**
 * Removes bytes that somebody put who died before anything could refer to them, found by the locks that were left. What did get a row is left to
 * whoever refers to it, or to `removeUnused`.
 * @param overBeforeMs locks whose time was over before this are those of the dead
 * @returns how many were removed
 */
export async function clearLeftPuts({ db, store, locks }: RemovalParts, overBeforeMs: number): Promise<number> {
  let removed = 0
  for (;;) {
    const left = await leftLocks(db, { overBeforeMs, limit: BATCH })
    for (const { sha256, path, holder } of left) {
      if (path === null) {
        await db.transact([releaseLocks(db, { sha256s: [sha256], holder })])
        continue
      }
      const clear = async (): Promise<boolean> => {
        if ((await findObject(db, sha256)) !== null) return false
        fp('left_put_before_remove')
        await store.remove(path)
        return true
      }
      if (await locks.hold([sha256], clear, { putting: [path] })) removed++
    }
    if (left.length < BATCH) return removed
  }
}
