import type { BatchRow, Statement, StatementContext } from '../db/index.ts'

/** How far a batch has come. */
export type BatchState = BatchRow['state']
/** What a batch came to. */
export type BatchOutcome = NonNullable<BatchRow['outcome']>

/** A batch that begins to collect its lines. */
export interface NewBatch {
  id: string
  routeId: string
  routeOwner: string
  operation: 'generate' | 'edit'
  /** As the route sends it. */
  modelSent: string
}

/** Records a batch without a line. */
export function recordBatch({ sql, nowMs }: StatementContext, batch: NewBatch): Statement {
  const row: BatchRow = {
    id: batch.id,
    route_id: batch.routeId,
    route_owner: batch.routeOwner,
    operation: batch.operation,
    model_sent: batch.modelSent,
    state: 'collecting',
    created_at_ms: nowMs,
    state_at_ms: nowMs,
    tries: 0,
    next_look_at_ms: nowMs,
    input_file_id: null,
    input_bytes: null,
    input_sha256: null,
    create_sent_at_ms: null,
    absent_since_ms: null,
    made_anew: 0,
    upstream_id: null,
    upstream_status: null,
    upstream_total: 0,
    upstream_completed: 0,
    upstream_failed: 0,
    expires_at_ms: null,
    output_file_id: null,
    error_file_id: null,
    answers: null,
    cancel_asked_at_ms: null,
    errors_json: null,
    outcome: null,
    ended_at_ms: null,
  }
  return { query: sql.insertInto('batches').values(row) }
}

/** The batch is not as it was seen. Nothing of the transaction was done. */
export class BatchChanged extends Error {
  constructor(batchId: string) {
    super(`batch ${batchId} is not as it was seen; nothing was done`)
    this.name = 'BatchChanged'
  }
}

/** What of a batch's row may change with a step. */
export type BatchChange = Partial<
  Pick<
    BatchRow,
    | 'input_file_id'
    | 'input_bytes'
    | 'input_sha256'
    | 'create_sent_at_ms'
    | 'absent_since_ms'
    | 'made_anew'
    | 'upstream_id'
    | 'upstream_status'
    | 'upstream_total'
    | 'upstream_completed'
    | 'upstream_failed'
    | 'expires_at_ms'
    | 'output_file_id'
    | 'error_file_id'
    | 'answers'
    | 'cancel_asked_at_ms'
    | 'errors_json'
    | 'outcome'
    | 'tries'
    | 'next_look_at_ms'
  >
>

/** Which batch is changed, in which state whoever changes it saw it. */
export type SeenBatch = Pick<BatchRow, 'id' | 'state'>

/** Moves a batch to its next state, with what was found out; its tries begin anew. @throws (through `transact`) BatchChanged */
export function moveBatch(context: StatementContext, seen: SeenBatch, to: BatchState, change: BatchChange = {}): Statement {
  const { nowMs } = context
  const ended_at_ms = to === 'ended' ? nowMs : null
  return update(context, seen, { tries: 0, next_look_at_ms: nowMs, ...change, state: to, state_at_ms: nowMs, ended_at_ms })
}

/** Notes something of a batch that stays in its state. @throws (through `transact`) BatchChanged */
export function changeBatch(context: StatementContext, seen: SeenBatch, change: BatchChange): Statement {
  return update(context, seen, change)
}

function update({ sql }: StatementContext, { id, state }: SeenBatch, change: Partial<BatchRow>): Statement {
  return {
    query: sql.updateTable('batches').set(change).where('id', '=', id).where('state', '=', state),
    expect: { rows: 1, otherwise: () => new BatchChanged(id) },
  }
}
