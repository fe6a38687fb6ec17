import { sql } from 'kysely'
import { activeHolds, type Database, type Statement, type StatementContext, type TurnDocumentRow } from '../db/index.ts'

/** A sealed document on its way into the database. */
export interface NewTurnDocument {
  generationId: string
  /** As `sealDocument` made it. */
  sealed: string
  /** Counted from now; null = kept until it is deleted. */
  deleteAfterMs: number | null
}

/**
 * Keeps what was said in a turn, in place of what was kept of it before: of a background response the question first, then both. A turn that
 * was deleted meanwhile stays without; `changes` of the result says so.
 */
export function recordTurnDocument(context: StatementContext, { generationId, sealed, deleteAfterMs }: NewTurnDocument): Statement {
  const { sql: builder, nowMs } = context
  const deleted = builder.selectFrom('response_turns').where('generation_id', '=', generationId).where('deleted_at_ms', 'is not', null)
  const row = builder
    .selectNoFrom([
      sql<string>`${generationId}`.as('generation_id'),
      sql<string>`${sealed}`.as('sealed'),
      sql<number>`cast(${nowMs} as bigint)`.as('created_at_ms'),
      sql<number | null>`cast(${deleteAfterMs === null ? null : nowMs + deleteAfterMs} as bigint)`.as('delete_after_ms'),
    ])
    .where((when) => when.not(when.exists(deleted.select('generation_id'))))
  return {
    query: builder
      .insertInto('turn_documents')
      .columns(['generation_id', 'sealed', 'created_at_ms', 'delete_after_ms'])
      .expression(row)
      .onConflict((conflict) =>
        conflict.column('generation_id').doUpdateSet((values) => ({
          sealed: values.ref('excluded.sealed'),
          delete_after_ms: values.ref('excluded.delete_after_ms'),
        })),
      ),
  }
}

/** Finds the sealed documents of some generations, in no order; one whose time is over is not found. */
export function findTurnDocuments(
  db: Database,
  { generationIds, nowMs }: { generationIds: readonly string[]; nowMs: number },
): Promise<TurnDocumentRow[]> {
  if (generationIds.length === 0) return Promise.resolve([])
  return db.read(
    db.sql
      .selectFrom('turn_documents')
      .selectAll()
      .where('generation_id', 'in', generationIds)
      .where((when) => when.or([when('delete_after_ms', 'is', null), when('delete_after_ms', '>', nowMs)])),
  )
}

/** Finds the sealed document of a generation; null when there is none, or its time is over. */
export async function findTurnDocument(
  db: Database,
  { generationId, nowMs }: { generationId: string; nowMs: number },
): Promise<TurnDocumentRow | null> {
  const [row] = await findTurnDocuments(db, { generationIds: [generationId], nowMs })
  return row ?? null
}

/** Removes what was said in a turn, and nothing else of it. */
export function deleteTurnDocument({ sql: builder }: StatementContext, { generationId }: { generationId: string }): Statement {
  return { query: builder.deleteFrom('turn_documents').where('generation_id', '=', generationId) }
}

/**
 * Removes documents whose time is over, and those of deleted turns that have ended since, held ones excepted; at most so many. `changes` of the result says how
 * many, so that a sweep knows whether to go on.
 */
export function deleteExpiredTurnDocuments({ sql: builder, nowMs }: StatementContext, limit: number): Statement {
  const expired = builder
    .selectFrom('turn_documents')
    .innerJoin('generations', 'generations.id', 'turn_documents.generation_id')
    .leftJoin('response_turns', 'response_turns.generation_id', 'turn_documents.generation_id')
    .select('turn_documents.generation_id')
    .where((when) =>
      when.or([
        when('turn_documents.delete_after_ms', '<=', nowMs),
        when.and([when('response_turns.deleted_at_ms', 'is not', null), when('response_turns.finished_at_ms', 'is not', null)]),
      ]),
    )
    .where((when) => when.not(when.exists(activeHolds(builder, ['generations.id', 'generations.project_id']))))
    .limit(limit)
  return { query: builder.deleteFrom('turn_documents').where('generation_id', 'in', expired) }
}
