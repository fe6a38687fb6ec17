import type { Kysely } from 'kysely'
import type { Tables } from './tables.ts'

/**
 * Those of some pictures that are deleted, for a condition in the transaction that deletes them: one that somebody holds, or that another process was
 * faster with, keeps what hangs on it.
 * @example .where('image_id', 'in', deletedImages(sql, imageIds))
 */
export function deletedImages(sql: Kysely<Tables>, imageIds: readonly string[]) {
  return sql.selectFrom('images').select('id').where('id', 'in', imageIds).where('deleted_at_ms', 'is not', null)
}
