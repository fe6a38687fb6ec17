import { sql as raw } from 'kysely'
import type { Database, ObjectRow, Statement, StatementContext } from '../db/index.ts'
import type { ObjectLocks } from './object-locks.ts'
import type { ObjectStore, StoredObject } from './object-store.ts'

const { lit } = raw

/** An object as `put` left it, ready to be recorded. */
export interface ObjectRecord extends Pick<StoredObject, 'path' | 'bytes'> {
  sha256: string
  store: string
  mediaType: string
}

/**
 * Records objects. Bytes that are known already stay as they were recorded.
 * Belongs into the transaction that records the images which refer to them, run under `ObjectLocks` together with `put`.
 */
export function recordObjects(context: StatementContext, objects: readonly ObjectRecord[]): Statement[] {
  return objects.map(({ sha256, store, path, bytes, mediaType }) => ({
    query: context.sql
      .insertInto('objects')
      .values({ sha256, store, path, bytes, media_type: mediaType, created_at_ms: context.nowMs })
      .onConflict((conflict) => conflict.column('sha256').doNothing()),
  }))
}

/**
 * Forgets an object unless something that lives refers to it; `changes` of the result says whether it did, the returned row where the
 * bytes are. The conditions are those of the partial indexes, written out instead of bound, so that the planner takes them.
 */
export function forgetObject({ sql }: Pick<StatementContext, 'sql'>, sha256: string): Statement {
  const references = [
    sql
      .selectFrom('images')
      .select('id')
      .where('sha256', '=', sha256)
      .where('deleted_at_ms', 'is', null)
      .where('storage', '=', lit('stored')),
    sql.selectFrom('generation_inputs').select('id').where('sha256', '=', sha256).where('deleted_at_ms', 'is', null),
    sql.selectFrom('generation_inputs').select('id').where('sent_sha256', '=', sha256).where('deleted_at_ms', 'is', null),
    sql.selectFrom('files').select('id').where('sha256', '=', sha256).where('deleted_at_ms', 'is', null),
    sql.selectFrom('drift_reports').select('image_id').where('heat_map_sha256', '=', sha256),
  ]
  return {
    query: sql
      .deleteFrom('objects')
      .where('sha256', '=', sha256)
      .where((when) => when.and(references.map((reference) => when.not(when.exists(reference)))))
      .returning(['path', 'store']),
  }
}

/** Finds what is known of bytes by their hash. */
export async function findObject(db: Database, sha256: string): Promise<ObjectRow | null> {
  const [row] = await db.read(db.sql.selectFrom('objects').selectAll().where('sha256', '=', sha256))
  return row ?? null
}

/** How many objects are in stores other than these, by store. */
export async function objectsOutside(db: Database, stores: readonly string[]): Promise<{ store: string; objects: number }[]> {
  return db.read(
    db.sql
      .selectFrom('objects')
      .select(({ fn }) => ['store', fn.countAll<number>().as('objects')])
      .where('store', 'not in', stores)
      .groupBy('store'),
  )
}

/** Objects in the order of their hashes, behind one of them. */
export function objectsAfter(db: Database, { after, limit }: { after: string; limit: number }): Promise<ObjectRow[]> {
  return db.read(db.sql.selectFrom('objects').selectAll().where('sha256', '>', after).orderBy('sha256').limit(limit))
}

/**
 * Removes the bytes of an object that no live image refers to any more, and says whether it did.
 * A crash between the two steps leaves bytes without a row, never a row without bytes.
 */
export function removeUnreferenced(parts: { db: Database; store: ObjectStore; locks: ObjectLocks }, sha256: string): Promise<boolean> {
  return parts.locks.hold([sha256], async () => {
    const [forgotten] = await parts.db.transact([forgetObject(parts.db, sha256)])
    const object = forgotten!.rows[0]
    if (!object) return false
    await parts.store.remove(String(object['path']))
    return true
  })
}
