import { failure } from '../contract/failure.ts'
import type { Database, LegalHoldRow, Statement, StatementContext } from '../db/index.ts'

/** What can be held. */
export type HoldSubject = 'image' | 'generation' | 'project'

/** A hold about to be placed. */
export interface NewLegalHold {
  id: string
  subjectKind: HoldSubject
  subjectId: string
  projectId: string
  reason: string
  actor: string
}

/** Places a hold. Several on one thing stand beside each other: each has its own end. */
export function placeHold({ sql, nowMs }: StatementContext, hold: NewLegalHold): Statement {
  return {
    query: sql.insertInto('legal_holds').values({
      id: hold.id,
      subject_kind: hold.subjectKind,
      subject_id: hold.subjectId,
      project_id: hold.projectId,
      reason: hold.reason,
      placed_by: hold.actor,
      placed_at_ms: nowMs,
      release_reason: null,
      released_by: null,
      released_at_ms: null,
    }),
  }
}

/** Releases a hold, once; the first release stays what it was. */
export function releaseHold(
  { sql, nowMs }: StatementContext,
  { id, reason, actor }: { id: string; reason: string; actor: string },
): Statement {
  return {
    query: sql
      .updateTable('legal_holds')
      .set({ release_reason: reason, released_by: actor, released_at_ms: nowMs })
      .where('id', '=', id)
      .where('released_at_ms', 'is', null),
  }
}

/** Refuses a transaction that would delete something held. @param subjects ids of what would go, and of what it belongs to */
export function assertNotHeld({ sql }: Pick<StatementContext, 'sql'>, subjects: readonly string[]): Statement {
  return {
    query: sql
      .selectFrom('legal_holds')
      .select('id')
      .where('released_at_ms', 'is', null)
      .where('subject_id', 'in', [...new Set(subjects)]),
    expect: { rows: 0, otherwise: () => failure('legal_hold') },
  }
}

/** Which holds. */
export interface HoldQuery {
  subjectId?: string | undefined
  /** True: only those in force. */
  active: boolean
  /** Goes on behind this one. */
  after: string | null
  limit: number
}

/** Holds, the oldest first. */
export function listHolds(db: Database, { subjectId, active, after, limit }: HoldQuery): Promise<LegalHoldRow[]> {
  return db.read(
    db.sql
      .selectFrom('legal_holds')
      .selectAll()
      .$if(subjectId !== undefined, (query) => query.where('subject_id', '=', subjectId!))
      .$if(active, (query) => query.where('released_at_ms', 'is', null))
      .$if(after !== null, (query) => query.where('id', '>', after!))
      .orderBy('id')
      .limit(limit),
  )
}

/** One hold; null when there is none of this id. */
export async function findHold(db: Database, id: string): Promise<LegalHoldRow | null> {
  const [hold] = await db.read(db.sql.selectFrom('legal_holds').selectAll().where('id', '=', id))
  return hold ?? null
}
