import { type ExpressionBuilder, sql as raw } from 'kysely'
import type { Database, ObjectRow, Statement, StatementContext, Tables } from '../db/index.ts'
import { noHold, type ObjectHold } from './object-locks.ts'
import type { StoredObject } from './object-store.ts'

const { lit } = raw

/** An object as `put` left it, ready to be recorded. */
export interface ObjectRecord extends Pick<StoredObject, 'path' | 'bytes'> {
  sha256: string
  store: string
  mediaType: string
}

/**
 * Records objects. Bytes that are known already stay as they were recorded; those that nobody referred to any more, and that were perhaps being
 * removed, are as they were put now. Belongs into the transaction that records what refers to them, run under `ObjectLocks` together with `put`.
 * @param hold that of the lock: where another process took it over meanwhile, the transaction is refused
 */
export function recordObjects(context: StatementContext, objects: readonly ObjectRecord[], hold: ObjectHold = noHold): Statement[] {
  const rows = objects.map(({ sha256, store, path, bytes, mediaType }) => ({
    query: context.sql
      .insertInto('objects')
      .values({
        sha256,
        store,
        path,
        bytes,
        media_type: mediaType,
        created_at_ms: context.nowMs,
        unused_since_ms: null,
        removing_since_ms: null,
      })
      .onConflict((conflict) =>
        conflict
          .column('sha256')
          .doUpdateSet((values) => ({
            store: values.ref('excluded.store'),
            path: values.ref('excluded.path'),
            bytes: values.ref('excluded.bytes'),
            media_type: values.ref('excluded.media_type'),
            unused_since_ms: null,
            removing_since_ms: null,
          }))
          .where('objects.unused_since_ms', 'is not', null),
      ),
  }))
  return [...hold.stillHeld(context), ...rows]
}

/**
 * Takes up bytes again that are there already, for a reference that comes without a put.
 * @param gone the error where the bytes of one of them are gone, or on their way out
 */
export function takeUpObjects({ sql }: Pick<StatementContext, 'sql'>, sha256s: readonly string[], gone: () => Error): Statement[] {
  const names = [...new Set(sha256s)]
  if (names.length === 0) return []
  const query = sql
    .updateTable('objects')
    .set({ unused_since_ms: null })
    .where('sha256', 'in', names)
    .where('removing_since_ms', 'is', null)
  return [{ query, expect: { rows: names.length, otherwise: gone } }]
}

/**
 * Notes which of these objects nothing that lives refers to any more. Belongs into the transaction that takes references away; what is noted is
 * removed by `removeUnused`.
 */
export function noteUnused({ sql, nowMs }: Pick<StatementContext, 'sql' | 'nowMs'>, sha256s: readonly string[]): Statement[] {
  const names = [...new Set(sha256s)]
  if (names.length === 0) return []
  return [
    {
      query: sql
        .updateTable('objects')
        .set({ unused_since_ms: nowMs })
        .where('sha256', 'in', names)
        .where('unused_since_ms', 'is', null)
        .where(isUnreferenced),
    },
  ]
}

/** Begins to remove bytes of these stores that are still unused: from here on they may be gone. The one row of the result says where they are; none = they are used. */
export function beginRemoval(
  { sql, nowMs }: Pick<StatementContext, 'sql' | 'nowMs'>,
  { sha256, stores }: { sha256: string; stores: readonly string[] },
): Statement {
  return {
    query: sql
      .updateTable('objects')
      .set({ removing_since_ms: nowMs })
      .where('sha256', '=', sha256)
      .where('store', 'in', stores)
      .where('unused_since_ms', 'is not', null)
      .where(isUnreferenced)
      .returning(['path', 'bytes']),
  }
}

/** Forgets an object whose bytes were removed, unless somebody has put them again. */
export function endRemoval({ sql }: Pick<StatementContext, 'sql'>, sha256: string): Statement {
  return {
    query: sql.deleteFrom('objects').where('sha256', '=', sha256).where('removing_since_ms', 'is not', null).where(isUnreferenced),
  }
}

/** Takes the note back from an object that is used again although nobody said so; its bytes have not been touched. */
export function noteUsed({ sql }: Pick<StatementContext, 'sql'>, sha256: string): Statement {
  return {
    query: sql
      .updateTable('objects')
      .set({ unused_since_ms: null })
      .where('sha256', '=', sha256)
      .where('removing_since_ms', 'is', null)
      .where((when) => when.not(isUnreferenced(when))),
  }
}

/** The conditions are those of the partial indexes, written out instead of bound, so that the planner takes them. */
function isUnreferenced(when: ExpressionBuilder<Tables, 'objects'>) {
  const references = [
    when
      .selectFrom('images')
      .select('images.id')
      .whereRef('images.sha256', '=', 'objects.sha256')
      .where('images.deleted_at_ms', 'is', null)
      .where('images.storage', '=', lit('stored')),
    when
      .selectFrom('generation_inputs')
      .select('generation_inputs.id')
      .whereRef('generation_inputs.sha256', '=', 'objects.sha256')
      .where('generation_inputs.deleted_at_ms', 'is', null),
    when
      .selectFrom('generation_inputs')
      .select('generation_inputs.id')
      .whereRef('generation_inputs.sent_sha256', '=', 'objects.sha256')
      .where('generation_inputs.deleted_at_ms', 'is', null),
    when.selectFrom('files').select('files.id').whereRef('files.sha256', '=', 'objects.sha256').where('files.deleted_at_ms', 'is', null),
    when.selectFrom('drift_reports').select('drift_reports.image_id').whereRef('drift_reports.heat_map_sha256', '=', 'objects.sha256'),
    when.selectFrom('thumbnails').select('thumbnails.image_id').whereRef('thumbnails.sha256', '=', 'objects.sha256'),
    when
      .selectFrom('guard_verdicts')
      .select('guard_verdicts.image_id')
      .whereRef('guard_verdicts.side_by_side_sha256', '=', 'objects.sha256'),
  ]
  return when.and(references.map((reference) => when.not(when.exists(reference))))
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

/** Objects in the order of their hashes, behind one of them; those that nobody refers to any more are left out. */
export function objectsAfter(db: Database, { after, limit }: { after: string; limit: number }): Promise<ObjectRow[]> {
  return db.read(
    db.sql
      .selectFrom('objects')
      .selectAll()
      .where('sha256', '>', after)
      .where('unused_since_ms', 'is', null)
      .orderBy('sha256')
      .limit(limit),
  )
}

/** A place among the unused objects: `null` is before all of them. */
export type UnusedPlace = Pick<ObjectRow, 'sha256'> & { unused_since_ms: number }

/** Objects of these stores that nobody refers to, the longest unused first, behind a place. */
export async function unusedObjects(
  db: Database,
  { stores, after, limit }: { stores: readonly string[]; after: UnusedPlace | null; limit: number },
): Promise<UnusedPlace[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('objects')
      .select(['sha256', 'unused_since_ms'])
      .where('unused_since_ms', 'is not', null)
      .where('store', 'in', stores)
      .$if(after !== null, (query) =>
        query.where((when) =>
          when.or([
            when('unused_since_ms', '>', after!.unused_since_ms),
            when.and([when('unused_since_ms', '=', after!.unused_since_ms), when('sha256', '>', after!.sha256)]),
          ]),
        ),
      )
      .orderBy('unused_since_ms')
      .orderBy('sha256')
      .limit(limit),
  )
  return rows.map(({ sha256, unused_since_ms }) => ({ sha256, unused_since_ms: unused_since_ms! }))
}
