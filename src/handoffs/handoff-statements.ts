import { failure } from '../contract/failure.ts'
import { activeHolds, type Database, type HandoffRow, type Statement, type StatementContext } from '../db/index.ts'

/** A ticket about to be opened. */
export type NewHandoff = Omit<HandoffRow, 'created_at_ms' | 'state' | 'closed_at_ms' | 'generation_id'>

/** Opens a ticket. */
export function recordHandoff({ sql, nowMs }: StatementContext, handoff: NewHandoff): Statement {
  const open = { state: 'open', closed_at_ms: null, generation_id: null } as const
  return { query: sql.insertInto('handoffs').values({ ...handoff, ...open, created_at_ms: nowMs }) }
}

/** Uses a ticket up, once and in time. Run it in the transaction that records its generation. @throws (through `transact`) Failure `handoff_closed` */
export function closeHandoff({ sql, nowMs }: StatementContext, { id, generationId }: { id: string; generationId: string }): Statement {
  return {
    query: sql
      .updateTable('handoffs')
      .set({ state: 'used', closed_at_ms: nowMs, generation_id: generationId })
      .where('id', '=', id)
      .where('state', '=', 'open')
      .where('expires_at_ms', '>', nowMs),
    expect: { rows: 1, otherwise: () => failure('handoff_closed') },
  }
}

/** Takes a ticket back. @throws (through `transact`) Failure `handoff_closed` for one that is not open */
export function cancelHandoff({ sql, nowMs }: StatementContext, id: string): Statement {
  return {
    query: sql.updateTable('handoffs').set({ state: 'cancelled', closed_at_ms: nowMs }).where('id', '=', id).where('state', '=', 'open'),
    expect: { rows: 1, otherwise: () => failure('handoff_closed') },
  }
}

/** Removes words whose time is over, held ones excepted; at most so many. `changes` says how many. */
export function forgetOldHandoffs({ sql, nowMs }: StatementContext, limit: number): Statement {
  const due = sql
    .selectFrom('handoffs')
    .select('handoffs.id')
    .where('handoffs.sealed', 'is not', null)
    .where('handoffs.delete_after_ms', '<=', nowMs)
    .where((when) => when.not(when.exists(activeHolds(sql, ['handoffs.generation_id', 'handoffs.project_id']))))
    .limit(limit)
  return { query: sql.updateTable('handoffs').set({ sealed: null }).where('id', 'in', due) }
}

/** Which tickets. */
export interface HandoffFilter {
  /** Null = every project's. */
  projectId: string | null
  state?: 'open' | 'used' | 'cancelled' | 'expired' | undefined
  /** Older than this one. */
  before: string | null
  limit: number
  nowMs: number
}

/** Tickets, the newest first. */
export function listHandoffs(db: Database, { projectId, state, before, limit, nowMs }: HandoffFilter): Promise<HandoffRow[]> {
  return db.read(
    db.sql
      .selectFrom('handoffs')
      .selectAll()
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
      .$if(state !== undefined, (query) => query.where('state', '=', state === 'expired' ? 'open' : state!))
      .$if(state === 'open', (query) => query.where('expires_at_ms', '>', nowMs))
      .$if(state === 'expired', (query) => query.where('expires_at_ms', '<=', nowMs))
      .$if(before !== null, (query) => query.where('id', '<', before!))
      .orderBy('id', 'desc')
      .limit(limit),
  )
}

/** A ticket; null when there is none that the caller may see. */
export async function findHandoff(db: Database, { id, projectId }: { id: string; projectId: string | null }): Promise<HandoffRow | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('handoffs')
      .selectAll()
      .where('id', '=', id)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!)),
  )
  return row ?? null
}
