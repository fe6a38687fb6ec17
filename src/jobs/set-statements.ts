import type { JobSetItemRow, JobSetRow, Statement, StatementContext } from '../db/index.ts'
import type { JobReceiver, JobShape } from './job-statements.ts'

/** Why jobs belong together: one call for each picture, a set that a route makes in steps, a bulk. */
export type SetKind = 'fanout' | 'series' | 'bulk'

/** Several jobs that belong together. */
export interface NewJobSet {
  id: string
  projectId: string
  keyId: string | null
  kind: SetKind
  name: string | null
  shape: JobShape
  /** What all its jobs have in common. */
  sealed: string
  baseUrl: string
  idempotencyKey: string | null
  fingerprint: string
  receiver: JobReceiver | null
  items: readonly NewSetItem[]
}

/** One of them, in the order in which they are to be made. */
export interface NewSetItem {
  label: string | null
  sealed: string
}

/** Items written by one statement: SQLite binds 32,766 values at most. */
const ITEMS_A_STATEMENT = 1000

/** Another request with the same key made a set before. Nothing of the transaction was done. */
export class SetKeyTaken extends Error {
  constructor() {
    super('the idempotency key names a set already; nothing was recorded')
    this.name = 'SetKeyTaken'
  }
}

/** Records a set with all its items, none of which is a job yet. */
export function recordSet({ sql, nowMs }: StatementContext, set: NewJobSet): Statement[] {
  const row: JobSetRow = {
    id: set.id,
    project_id: set.projectId,
    key_id: set.keyId,
    kind: set.kind,
    name: set.name,
    shape: set.shape,
    state: 'open',
    pause_reason: null,
    sealed: set.sealed,
    base_url: set.baseUrl,
    total: set.items.length,
    idempotency_key: set.idempotencyKey,
    fingerprint: set.fingerprint,
    webhook_id: set.receiver?.webhookId ?? null,
    webhook_events_json: set.receiver && JSON.stringify(set.receiver.events),
    created_at_ms: nowMs,
    ended_at_ms: null,
  }
  const items = set.items.map(
    ({ label, sealed }, place): JobSetItemRow => ({
      set_id: set.id,
      place,
      label,
      sealed,
      state: 'waiting',
      job_id: null,
      error_json: null,
    }),
  )
  const chunks = Array.from({ length: Math.ceil(items.length / ITEMS_A_STATEMENT) }, (_, index) =>
    items.slice(index * ITEMS_A_STATEMENT, (index + 1) * ITEMS_A_STATEMENT),
  )
  return [
    {
      query: sql
        .insertInto('job_sets')
        .values(row)
        .onConflict((conflict) => conflict.doNothing()),
      expect: { rows: 1, otherwise: () => new SetKeyTaken() },
    },
    ...chunks.map((values) => ({ query: sql.insertInto('job_set_items').values(values) })),
  ]
}

/** An item does not wait any more: somebody made a job of it, or its set was cancelled. Nothing of the transaction was done. */
export class ItemTaken extends Error {
  constructor(setId: string, place: number) {
    super(`item ${place} of ${setId} does not wait any more; nothing was done`)
    this.name = 'ItemTaken'
  }
}

/** Makes a job of an item. Run it in the transaction that accepts the job. @throws (through `transact`) ItemTaken */
export function takeItem(context: StatementContext, { id, place }: { id: string; place: number }, jobId: string): Statement {
  return fromWaiting(context, id, place, { state: 'queued', job_id: jobId })
}

/** Notes why no job was made of an item. @throws (through `transact`) ItemTaken */
export function refuseItem(context: StatementContext, { id, place }: { id: string; place: number }, errorJson: string): Statement {
  return fromWaiting(context, id, place, { state: 'refused', error_json: errorJson })
}

function fromWaiting({ sql }: StatementContext, setId: string, place: number, change: Partial<JobSetItemRow>): Statement {
  return {
    query: sql
      .updateTable('job_set_items')
      .set(change)
      .where('set_id', '=', setId)
      .where('place', '=', place)
      .where('state', '=', 'waiting'),
    expect: { rows: 1, otherwise: () => new ItemTaken(setId, place) },
  }
}

/** Cancels every item of which no job was made. */
export function cancelWaitingItems({ sql }: StatementContext, setId: string): Statement {
  return { query: sql.updateTable('job_set_items').set({ state: 'cancelled' }).where('set_id', '=', setId).where('state', '=', 'waiting') }
}

/** The set is not as it was seen. Nothing of the transaction was done. */
export class SetChanged extends Error {
  constructor(setId: string) {
    super(`set ${setId} is not as it was seen; nothing was done`)
    this.name = 'SetChanged'
  }
}

/** Moves a set from one state to another. @throws (through `transact`) SetChanged when it is in none of `from` */
export function moveSet(
  { sql, nowMs }: StatementContext,
  setId: string,
  move: { from: readonly ('open' | 'paused')[]; to: 'open' | 'paused' | 'cancelled' | 'ended'; reason?: string | null },
): Statement {
  const ended_at_ms = move.to === 'cancelled' || move.to === 'ended' ? nowMs : null
  return {
    query: sql
      .updateTable('job_sets')
      .set({ state: move.to, pause_reason: move.reason ?? null, ended_at_ms })
      .where('id', '=', setId)
      .where('state', 'in', move.from),
    expect: { rows: 1, otherwise: () => new SetChanged(setId) },
  }
}
