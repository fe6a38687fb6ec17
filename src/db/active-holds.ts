import { type Kysely, sql as raw } from 'kysely'
import type { Tables } from './tables.ts'

/**
 * The legal holds in force on any of these, for a condition such as "where not exists": columns of the query around it, or ids. Asked in the
 * transaction that deletes, so that a hold that is placed at the same time either comes first or finds the thing gone.
 * @example when.not(when.exists(activeHolds(sql, ['images.id', 'images.generation_id', 'images.project_id'])))
 */
export function activeHolds(sql: Kysely<Tables>, columns: readonly string[]) {
  const subjects = raw.join(columns.map((column) => raw.ref(column)))
  return sql
    .selectFrom('legal_holds')
    .select('legal_holds.id')
    .where('legal_holds.released_at_ms', 'is', null)
    .where(raw<boolean>`legal_holds.subject_id in (${subjects})`)
}
