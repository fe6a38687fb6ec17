import { sql } from 'kysely'
import type { Database, Statement, StatementContext, StoredReplyRow } from '../db/index.ts'

/** An answer on its way into the database. */
export interface NewReply {
  generationId: string
  /** HTTP status. */
  status: number
  /** Its text around the pictures, sealed; null for an error, and for a text too long to be kept. */
  sealed: string | null
}

/**
 * Keeps the answer of a generation, in place of what was kept before: an unknown call may be answered late. Run it in the transaction that ends
 * the attempt. What was said in a turn that was deleted meanwhile is not kept.
 */
export function recordReply({ sql: builder, nowMs }: StatementContext, { generationId, status, sealed }: NewReply): Statement {
  const deleted = builder.selectFrom('response_turns').where('generation_id', '=', generationId).where('deleted_at_ms', 'is not', null)
  const row = builder
    .selectNoFrom([
      sql<string>`${generationId}`.as('generation_id'),
      sql<number>`cast(${status} as integer)`.as('status'),
      sql<string | null>`${sealed}`.as('sealed'),
      sql<number>`cast(${nowMs} as bigint)`.as('created_at_ms'),
    ])
    .where((when) => when.not(when.exists(deleted.select('generation_id'))))
  return {
    query: builder
      .insertInto('stored_replies')
      .columns(['generation_id', 'status', 'sealed', 'created_at_ms'])
      .expression(row)
      .onConflict((conflict) =>
        conflict.column('generation_id').doUpdateSet((values) => ({
          status: values.ref('excluded.status'),
          sealed: values.ref('excluded.sealed'),
          created_at_ms: values.ref('excluded.created_at_ms'),
        })),
      ),
  }
}

/** Finds the answer of a generation; null when none is kept. */
export async function findReply(db: Database, generationId: string): Promise<StoredReplyRow | null> {
  const [row] = await db.read(db.sql.selectFrom('stored_replies').selectAll().where('generation_id', '=', generationId))
  return row ?? null
}

/** Removes what was kept of the answers to a response, for good; nothing else of it. */
export function deleteReplies({ sql: builder }: StatementContext, generationId: string): Statement {
  return { query: builder.deleteFrom('stored_replies').where('generation_id', '=', generationId) }
}
