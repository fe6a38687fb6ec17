import { type Database, statementContext } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import { fp } from '../primitives/fail-point.ts'
import { newId } from '../primitives/ids.ts'
import type { ObjectLocks } from './object-locks.ts'
import { beginRemoval, endRemoval, noteUsed } from './object-statements.ts'
import type { ObjectStore } from './object-store.ts'

/** What removing needs. */
export interface RemovalParts {
  db: Database
  store: ObjectStore
  locks: ObjectLocks
  clock: Clock
}

/**
 * Removes the bytes of an object that nobody refers to, in three steps that each can be the last one of a process: the row says that its bytes
 * are going; they go; the row goes. Whoever finds a row of the first step does the others. Somebody who puts the same bytes waits for the lock and
 * writes them anew.
 * @returns how many bytes went; null when somebody refers to them, or they are in a store that is not at hand
 */
export function removeUnused({ db, store, locks, clock }: RemovalParts, sha256: string): Promise<number | null> {
  return locks.hold([sha256], async (hold) => {
    const context = statementContext(db, clock, newId)
    const [, begun] = await db.transact([noteUsed(context, sha256), beginRemoval(context, { sha256, stores: store.names })])
    const object = begun!.rows[0]
    if (!object) return null
    fp('object_before_remove')
    hold.assertHeld()
    await store.remove(String(object['path']))
    fp('object_after_remove')
    await db.transact([endRemoval(context, sha256)])
    fp('object_after_forget')
    return Number(object['bytes'])
  })
}
