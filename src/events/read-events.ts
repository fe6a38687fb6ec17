import type { Database, EventRow, Statement, StatementContext } from '../db/index.ts'

/** How long what happened can be read again. */
const KEPT_FOR_MS = 30 * 24 * 60 * 60 * 1000

/** What happened to some things after an event, the oldest first. */
export function eventsOf(
  db: Database,
  { subjectIds, afterSeq, limit }: { subjectIds: readonly string[]; afterSeq: number; limit: number },
): Promise<EventRow[]> {
  return db.read(
    db.sql.selectFrom('events').selectAll().where('subject_id', 'in', subjectIds).where('seq', '>', afterSeq).orderBy('seq').limit(limit),
  )
}

/** The last thing that happened to something; null when nothing did. */
export async function lastEventOf(db: Database, subjectId: string): Promise<EventRow | null> {
  const [row] = await db.read(db.sql.selectFrom('events').selectAll().where('subject_id', '=', subjectId).orderBy('seq', 'desc').limit(1))
  return row ?? null
}

/** What happened in a project within a time, from an event on, the oldest first. */
export function eventsBetween(
  db: Database,
  { projectId, fromMs, toMs, afterSeq, limit }: { projectId: string; fromMs: number; toMs: number; afterSeq: number; limit: number },
): Promise<EventRow[]> {
  return db.read(
    db.sql
      .selectFrom('events')
      .selectAll()
      .where('project_id', '=', projectId)
      .where('seq', '>', afterSeq)
      .where('at_ms', '>=', fromMs)
      .where('at_ms', '<', toMs)
      .orderBy('seq')
      .limit(limit),
  )
}

/** What happened after an event, in a project or anywhere, the oldest first. */
export function eventsAfter(
  db: Database,
  { projectId, afterSeq, limit }: { projectId: string | null; afterSeq: number; limit: number },
): Promise<EventRow[]> {
  return db.read(
    db.sql
      .selectFrom('events')
      .selectAll()
      .where('seq', '>', afterSeq)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
      .orderBy('seq')
      .limit(limit),
  )
}

/** Numbers of the oldest event that is kept and of the newest; 0 where there is none. */
export async function eventsEnd(db: Database): Promise<{ first: number; last: number }> {
  const [row] = await db.read(db.sql.selectFrom('events').select(({ fn }) => [fn.min('seq').as('first'), fn.max('seq').as('last')]))
  return { first: Number(row?.first ?? 0), last: Number(row?.last ?? 0) }
}

/** Events for which no messages were made yet, the oldest first. */
export function eventsToHandOut(db: Database, limit: number): Promise<EventRow[]> {
  return db.read(db.sql.selectFrom('events').selectAll().where('handed_out_at_ms', 'is', null).orderBy('seq').limit(limit))
}

/** Notes that every receiver of these events had its message made. Run it in the transaction that makes them. */
export function handedOut({ sql, nowMs }: StatementContext, seqs: readonly number[]): Statement {
  return {
    query: sql.updateTable('events').set({ handed_out_at_ms: nowMs }).where('seq', 'in', seqs).where('handed_out_at_ms', 'is', null),
    expect: { rows: seqs.length, otherwise: () => new Error('these events were handed out before') },
  }
}

/** Removes events that nobody can ask for any more. */
export function forgetOldEvents({ sql, nowMs }: StatementContext, limit: number): Statement {
  const old = sql
    .selectFrom('events')
    .select('seq')
    .where('at_ms', '<', nowMs - KEPT_FOR_MS)
    .where('handed_out_at_ms', 'is not', null)
    .limit(limit)
  return { query: sql.deleteFrom('events').where('seq', 'in', old) }
}

/** The span of the generation that an event is about, as a W3C `traceparent`; null for one about something else, or that nobody traces. */
export async function traceParentOfEvent(db: Database, eventId: string): Promise<string | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('events')
      .innerJoin('generations', 'generations.id', 'events.subject_id')
      .select('generations.trace_parent')
      .where('events.id', '=', eventId),
  )
  return row?.trace_parent ?? null
}
