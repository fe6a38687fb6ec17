import { type Database, deletedImages, type Statement, type StatementContext } from '../db/index.ts'

/** A small picture that was made, and where it lies. */
export interface FoundThumbnail {
  sha256: string
  bytes: number
  path: string
}

/** Finds that of a picture; null when none was made yet. */
export async function findThumbnail(db: Database, { imageId, width }: { imageId: string; width: number }): Promise<FoundThumbnail | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('thumbnails')
      .innerJoin('objects', 'objects.sha256', 'thumbnails.sha256')
      .select(['thumbnails.sha256', 'objects.bytes', 'objects.path'])
      .where('image_id', '=', imageId)
      .where('width', '=', width),
  )
  return row ?? null
}

/**
 * Keeps a small picture, whose object is recorded in the same transaction. Of two processes that made it at once the first stays: `changes` of
 * the result is 0 for the second. A picture that was deleted meanwhile gets none.
 * @param gone the error then
 */
export function recordThumbnail(
  { sql, nowMs }: StatementContext,
  { imageId, width, sha256 }: { imageId: string; width: number; sha256: string },
  gone: () => Error,
): Statement[] {
  const kept = sql.selectFrom('images').select('id').where('id', '=', imageId).where('deleted_at_ms', 'is', null)
  const row = { image_id: imageId, width, sha256, created_at_ms: nowMs }
  return [
    { query: kept, expect: { rows: 1, otherwise: gone } },
    {
      query: sql
        .insertInto('thumbnails')
        .values(row)
        .onConflict((conflict) => conflict.columns(['image_id', 'width']).doNothing()),
    },
  ]
}

/** Takes those of deleted pictures away. Belongs into the transaction that deletes them. */
export function dropThumbnails({ sql }: Pick<StatementContext, 'sql'>, imageIds: readonly string[]): Statement[] {
  if (imageIds.length === 0) return []
  return [{ query: sql.deleteFrom('thumbnails').where('image_id', 'in', deletedImages(sql, imageIds)) }]
}

/** The objects of those of some pictures. */
export async function thumbnailsOf(db: Database, imageIds: readonly string[]): Promise<string[]> {
  if (imageIds.length === 0) return []
  const rows = await db.read(db.sql.selectFrom('thumbnails').select('sha256').where('image_id', 'in', imageIds))
  return rows.map(({ sha256 }) => sha256)
}
