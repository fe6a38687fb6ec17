import { deleteAfterMs, type RetentionRule } from '../contract/retention.ts'
import { activeHolds, type Database, type Statement, type StatementContext } from '../db/index.ts'

/** How long what a job was to make can be made again. */
const KEPT_FOR_MS = 30 * 24 * 60 * 60 * 1000

/** Keeps what a job is to make, sealed. Run it in the transaction that records the job. @param kept for how long at most; it is never forgotten before the job has ended */
export function recordOrder({ sql, nowMs }: StatementContext, jobId: string, sealed: string, kept: RetentionRule): Statement {
  const row = { job_id: jobId, sealed, created_at_ms: nowMs, delete_after_ms: deleteAfterMs(kept, nowMs) }
  return { query: sql.insertInto('job_orders').values(row) }
}

/** What a job is to make, sealed; null once its time is over. */
export async function findOrder(db: Database, jobId: string): Promise<string | null> {
  const [row] = await db.read(db.sql.selectFrom('job_orders').select('sealed').where('job_id', '=', jobId))
  return row?.sealed ?? null
}

/** Removes the oldest orders whose time is over, for good, those of jobs that still wait or run, or are held, excepted. */
export function forgetOldOrders({ sql, nowMs }: StatementContext, limit: number): Statement {
  const old = sql
    .selectFrom('job_orders')
    .innerJoin('generations', 'generations.id', 'job_orders.job_id')
    .select('job_orders.job_id')
    .where((when) => when.or([when('job_orders.created_at_ms', '<', nowMs - KEPT_FOR_MS), when('job_orders.delete_after_ms', '<=', nowMs)]))
    .where('generations.completed_at_ms', 'is not', null)
    .where((when) => when.not(when.exists(activeHolds(sql, ['generations.id', 'generations.project_id']))))
    .limit(limit)
  return { query: sql.deleteFrom('job_orders').where('job_id', 'in', old) }
}
