import { sql } from 'kysely'
import { AUDIT_ROWS, type AuditQuery, type Database } from '../db/index.ts'

const noAmounts = [sql<bigint | null>`null`.as('expected_nanos'), sql<bigint | null>`null`.as('found_nanos')] as const

/** What must hold between generations and their upstream calls, whatever happened. */
export function generationAudits(db: Database): AuditQuery[] {
  return [
    {
      name: 'orphaned calls',
      holds: 'every upstream call belongs to a generation, and is open only while that runs',
      query: orphanedAttempts(db),
    },
    { name: 'running generations', holds: 'whatever runs has a call that is open', query: idleGenerations(db) },
    { name: 'generations', holds: 'what a generation cost is the sum of what its calls cost', query: unequalGenerations(db) },
  ]
}

function orphanedAttempts(db: Database): AuditQuery['query'] {
  return db.sql
    .selectFrom('attempts')
    .leftJoin('generations', 'generations.id', 'attempts.generation_id')
    .select(['attempts.id', ...noAmounts])
    .where((attempt) =>
      attempt.or([
        attempt('generations.id', 'is', null),
        attempt.and([attempt('attempts.state', '=', 'dispatching'), attempt('generations.status', '<>', 'running')]),
      ]),
    )
    .orderBy('attempts.id')
    .limit(AUDIT_ROWS)
}

function idleGenerations(db: Database): AuditQuery['query'] {
  const open = db.sql.selectFrom('attempts').select('generation_id').where('state', '=', 'dispatching')
  return db.sql
    .selectFrom('generations')
    .select(['id', ...noAmounts])
    .where('status', '=', 'running')
    .where('id', 'not in', open)
    .orderBy('id')
    .limit(AUDIT_ROWS)
}

function unequalGenerations(db: Database): AuditQuery['query'] {
  const costs = db.sql
    .selectFrom('attempts')
    .select(['generation_id', sql<bigint>`cast(sum(coalesce(cost_nanos, 0)) as bigint)`.as('cost_nanos')])
    .groupBy('generation_id')
  return db.sql
    .selectFrom('generations')
    .leftJoin(costs.as('calls'), 'calls.generation_id', 'generations.id')
    .select(['generations.id', sql<bigint>`coalesce(calls.cost_nanos, 0)`.as('expected_nanos'), 'generations.settled_nanos as found_nanos'])
    .where(sql<boolean>`generations.settled_nanos <> coalesce(calls.cost_nanos, 0)`)
    .orderBy('generations.id')
    .limit(AUDIT_ROWS)
}
