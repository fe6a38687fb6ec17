import { sql } from 'kysely'
import { deleteAfterMs, type RetentionRule } from '../contract/retention.ts'
import { activeHolds, type Database, type Statement, type StatementContext, type StoredReplyRow } from '../db/index.ts'

/** An answer on its way into the database. */
export interface NewReply {
  generationId: string
  /** HTTP status. */
  status: number
  /** Its text around the pictures, sealed; null for an error, and for a text too long to be kept. */
  sealed: string | null
  /** For how long; absent = until somebody deletes it. */
  kept?: RetentionRule
}

/**
 * Keeps the answer of a generation, in place of what was kept before: an unknown call may be answered late. Run it in the transaction that ends
 * the attempt. What was said in a turn that was deleted meanwhile is not kept.
 */
export function recordReply({ sql: builder, nowMs }: StatementContext, { generationId, status, sealed, kept }: NewReply): Statement {
  const deleted = builder.selectFrom('response_turns').where('generation_id', '=', generationId).where('deleted_at_ms', 'is not', null)
  const row = builder
    .selectNoFrom([
      sql<string>`${generationId}`.as('generation_id'),
      sql<number>`cast(${status} as integer)`.as('status'),
      sql<string | null>`${sealed}`.as('sealed'),
      sql<number>`cast(${nowMs} as bigint)`.as('created_at_ms'),
      sql<number | null>`cast(${sealed === null || !kept ? null : deleteAfterMs(kept, nowMs)} as bigint)`.as('delete_after_ms'),
    ])
    .where((when) => when.not(when.exists(deleted.select('generation_id'))))
  return {
    query: builder
      .insertInto('stored_replies')
      .columns(['generation_id', 'status', 'sealed', 'created_at_ms', 'delete_after_ms'])
      .expression(row)
      .onConflict((conflict) =>
        conflict.column('generation_id').doUpdateSet((values) => ({
          status: values.ref('excluded.status'),
          sealed: values.ref('excluded.sealed'),
          created_at_ms: values.ref('excluded.created_at_ms'),
          delete_after_ms: values.ref('excluded.delete_after_ms'),
        })),
      ),
  }
}

/** Finds the answer of a generation; null when none is kept. */
export async function findReply(db: Database, generationId: string): Promise<StoredReplyRow | null> {
  const [row] = await db.read(db.sql.selectFrom('stored_replies').selectAll().where('generation_id', '=', generationId))
  return row ?? null
}

/**
 * Removes the texts of answers whose time is over and that nobody holds, at most so many; that there was an answer stays. `changes` of the
 * result says how many.
 */
export function forgetExpiredReplies({ sql: builder, nowMs }: StatementContext, limit: number): Statement {
  const expired = builder
    .selectFrom('stored_replies')
    .innerJoin('generations', 'generations.id', 'stored_replies.generation_id')
    .select('stored_replies.generation_id')
    .where('stored_replies.delete_after_ms', '<=', nowMs)
    .where((when) => when.not(when.exists(activeHolds(builder, ['generations.id', 'generations.project_id']))))
    .limit(limit)
  return {
    query: builder.updateTable('stored_replies').set({ sealed: null, delete_after_ms: null }).where('generation_id', 'in', expired),
  }
}

/** Removes what was kept of the answers to a response, for good; nothing else of it. */
export function deleteReplies({ sql: builder }: StatementContext, generationId: string): Statement {
  return { query: builder.deleteFrom('stored_replies').where('generation_id', '=', generationId) }
}
