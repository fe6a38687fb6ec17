import { failure } from '../contract/failure.ts'
import { deleteAfterMs, type RetentionRule } from '../contract/retention.ts'
import type { Database, ReviewChangeRow, Statement, StatementContext } from '../db/index.ts'

/** What is to change in a picture. */
export interface NewChange {
  itemId: string
  imageId: string
  projectId: string
  /** The words, encrypted for this review. */
  sealed: string
  kept: RetentionRule
}

/** Notes what is to change; words that were asked before and came to nothing are replaced. */
export function recordChange({ sql, nowMs }: StatementContext, { itemId, imageId, projectId, sealed, kept }: NewChange): Statement {
  const words = { sealed, asked_at_ms: nowMs, delete_after_ms: deleteAfterMs(kept, nowMs) }
  return {
    query: sql
      .insertInto('review_changes')
      .values({ item_id: itemId, image_id: imageId, project_id: projectId, generation_id: null, ...words })
      .onConflict((conflict) => conflict.column('item_id').doUpdateSet(words)),
  }
}

/** Ties the edit that is made for a change to it. @param before the edit that came to nothing; null for none. Refused where another was made meanwhile. */
export function recordSuccessor(
  { sql }: Pick<StatementContext, 'sql'>,
  { itemId, generationId, before }: { itemId: string; generationId: string; before: string | null },
): Statement {
  return {
    query: sql
      .updateTable('review_changes')
      .set({ generation_id: generationId })
      .where('item_id', '=', itemId)
      .where('generation_id', before === null ? 'is' : '=', before as null),
    expect: { rows: 1, otherwise: () => failure('change_made') },
  }
}

/** What is to change in some pictures. */
export function changesOf(db: Database, itemIds: readonly string[]): Promise<ReviewChangeRow[]> {
  if (itemIds.length === 0) return Promise.resolve([])
  return db.read(db.sql.selectFrom('review_changes').selectAll().where('item_id', 'in', itemIds))
}

/** Removes words whose time is over, at most so many; that something was asked for stays. */
export function forgetOldChanges({ sql, nowMs }: StatementContext, limit: number): Statement {
  const old = sql
    .selectFrom('review_changes')
    .select('item_id')
    .where('delete_after_ms', '<=', nowMs)
    .where('sealed', 'is not', null)
    .limit(limit)
  return { query: sql.updateTable('review_changes').set({ sealed: null }).where('item_id', 'in', old) }
}
