import { sql } from 'kysely'
import type { Database } from '../db/index.ts'

/** Jobs of the economy lane that wait, and as far as their records say could be lines of one batch. */
export interface EconomyGroup {
  routeId: string
  operation: string
  modelAsked: string
}

/** How many of them there are, and how long they can wait. */
export interface EconomyWait extends EconomyGroup {
  jobs: number
  /** Since when the first of them may be collected, milliseconds since 1970. */
  oldestAtMs: number
  earliestDeadlineMs: number
}

function waiting(db: Database, nowMs: number) {
  return db.sql
    .selectFrom('generations')
    .innerJoin('jobs', 'jobs.id', 'generations.id')
    .where('generations.status', '=', sql.lit('queued'))
    .where('jobs.lane', '=', 'economy')
    .where('jobs.ready_at_ms', '<=', nowMs)
    .where('jobs.deadline_ms', '>', nowMs)
}

/** Groups of jobs that wait to be collected. */
export async function findEconomyWaits(db: Database, nowMs: number): Promise<EconomyWait[]> {
  const rows = await db.read(
    waiting(db, nowMs)
      .select([
        'generations.route_id',
        'generations.operation',
        'generations.model_asked',
        sql<number>`count(*)`.as('jobs'),
        sql<number>`min(jobs.ready_at_ms)`.as('oldest_ms'),
        sql<number>`min(jobs.deadline_ms)`.as('earliest_ms'),
      ])
      .groupBy(['generations.route_id', 'generations.operation', 'generations.model_asked']),
  )
  return rows.map((row) => ({
    routeId: row.route_id,
    operation: row.operation,
    modelAsked: row.model_asked,
    jobs: row.jobs,
    oldestAtMs: row.oldest_ms,
    earliestDeadlineMs: row.earliest_ms,
  }))
}

/** Jobs of a group, in the order in which they become lines: by priority, then by age. */
export async function findEconomyJobs(
  db: Database,
  group: EconomyGroup,
  { nowMs, limit }: { nowMs: number; limit: number },
): Promise<string[]> {
  const rows = await db.read(
    waiting(db, nowMs)
      .where('generations.route_id', '=', group.routeId)
      .where('generations.operation', '=', group.operation)
      .where('generations.model_asked', '=', group.modelAsked)
      .select('jobs.id')
      .orderBy('jobs.priority', 'desc')
      .orderBy('jobs.id')
      .limit(limit),
  )
  return rows.map(({ id }) => id)
}
