import { sql as raw } from 'kysely'
import type { Database, ObjectLockRow, Statement, StatementContext } from '../db/index.ts'

/** Somebody else holds one of the locks. */
export class LockTaken extends Error {
  override name = 'LockTaken'
}

/** Another process took the lock over: it believed that this one had died. */
export class LockLost extends Error {
  override name = 'LockLost'
}

/** Who takes a lock, for how long, and where the bytes are about to be put of which nothing else would tell. */
export interface LockOrder {
  sha256: string
  holder: string
  untilMs: number
  path: string | null
}

/**
 * Takes a lock that nobody holds, or whose holder must be dead: its time was over so long ago. Where a path was noted by somebody who died, it stays
 * noted.
 */
export function takeLock(
  { sql }: Pick<StatementContext, 'sql'>,
  { sha256, holder, untilMs, path }: LockOrder,
  overBeforeMs: number,
): Statement {
  return {
    query: sql
      .insertInto('object_locks')
      .values({ sha256, holder, until_ms: untilMs, path })
      .onConflict((conflict) =>
        conflict
          .column('sha256')
          .doUpdateSet((values) => ({
            holder: values.ref('excluded.holder'),
            until_ms: values.ref('excluded.until_ms'),
            path: raw<string | null>`coalesce(excluded.path, object_locks.path)`,
          }))
          .where('object_locks.until_ms', '<', overBeforeMs),
      ),
    expect: { rows: 1, otherwise: () => new LockTaken(sha256) },
  }
}

/** Holds some locks for longer. `changes` says how many of them are still held. */
export function renewLocks(
  { sql }: Pick<StatementContext, 'sql'>,
  { sha256s, holder, untilMs }: HeldLocks & { untilMs: number },
): Statement {
  return { query: sql.updateTable('object_locks').set({ until_ms: untilMs }).where('sha256', 'in', sha256s).where('holder', '=', holder) }
}

interface HeldLocks {
  sha256s: readonly string[]
  holder: string
}

/** Lets go of locks. */
export function releaseLocks({ sql }: Pick<StatementContext, 'sql'>, { sha256s, holder }: HeldLocks): Statement {
  return { query: sql.deleteFrom('object_locks').where('sha256', 'in', sha256s).where('holder', '=', holder) }
}

/** Refuses a transaction where one of the locks is not held any more. */
export function assertLocks({ sql }: Pick<StatementContext, 'sql'>, { sha256s, holder }: HeldLocks): Statement {
  return {
    query: sql.updateTable('object_locks').set({ path: null }).where('sha256', 'in', sha256s).where('holder', '=', holder),
    expect: { rows: sha256s.length, otherwise: () => new LockLost(sha256s.join(', ')) },
  }
}

/** Locks whose time was over before this, the oldest first: their holders died. */
export function leftLocks(db: Database, { overBeforeMs, limit }: { overBeforeMs: number; limit: number }): Promise<ObjectLockRow[]> {
  return db.read(
    db.sql.selectFrom('object_locks').selectAll().where('until_ms', '<', overBeforeMs).orderBy('until_ms').orderBy('sha256').limit(limit),
  )
}

/** Lets the locks of other holders be taken over at once: one process owns the data, so they are dead. */
export function endOtherHolders({ sql }: Pick<StatementContext, 'sql'>, holder: string): Statement {
  return { query: sql.updateTable('object_locks').set({ until_ms: 0 }).where('holder', '<>', holder).where('until_ms', '>', 0) }
}

/** Lets the locks of earlier holders of the same data folder be taken over at once: its lock is with this one, so they are dead. */
export function endEarlierHolders({ sql }: Pick<StatementContext, 'sql'>, holder: string): Statement {
  const folder = sql.selectFrom('nodes as own').select('own.folder_id').where('own.id', '=', holder)
  const earlier = sql.selectFrom('nodes').select('nodes.id').where('nodes.folder_id', 'in', folder).where('nodes.id', '<>', holder)
  return { query: sql.updateTable('object_locks').set({ until_ms: 0 }).where('holder', 'in', earlier).where('until_ms', '>', 0) }
}
