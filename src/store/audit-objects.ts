import { sql } from 'kysely'
import { AUDIT_ROWS, type AuditQuery, type Database } from '../db/index.ts'

/** What must hold between whoever refers to bytes and the objects on record, whatever happened. Whether the bytes are there is for the store to say. */
export function objectAudits(db: Database): AuditQuery[] {
  return [
    { name: 'objects', holds: 'every picture and file that is kept has its object, and nobody removes that', query: missingObjects(db) },
  ]
}

function missingObjects(db: Database): AuditQuery['query'] {
  const kept = db.sql
    .selectFrom('images')
    .select('sha256')
    .where('deleted_at_ms', 'is', null)
    .where('storage', '=', 'stored')
    .union(db.sql.selectFrom('generation_inputs').select('sha256').where('deleted_at_ms', 'is', null))
    .union(db.sql.selectFrom('generation_inputs').select('sent_sha256 as sha256').where('deleted_at_ms', 'is', null))
    .union(db.sql.selectFrom('files').select('sha256').where('deleted_at_ms', 'is', null))
    .union(db.sql.selectFrom('drift_reports').select(sql<string>`heat_map_sha256`.as('sha256')).where('heat_map_sha256', 'is not', null))
    .union(db.sql.selectFrom('thumbnails').select('sha256'))
    .union(
      db.sql
        .selectFrom('guard_verdicts')
        .select(sql<string>`side_by_side_sha256`.as('sha256'))
        .where('side_by_side_sha256', 'is not', null),
    )
  return db.sql
    .selectFrom(kept.as('kept'))
    .leftJoin('objects', 'objects.sha256', 'kept.sha256')
    .select(['kept.sha256 as id', sql<bigint | null>`null`.as('expected_nanos'), sql<bigint | null>`null`.as('found_nanos')])
    .where((object) => object.or([object('objects.sha256', 'is', null), object('objects.removing_since_ms', 'is not', null)]))
    .orderBy('id')
    .limit(AUDIT_ROWS)
}
