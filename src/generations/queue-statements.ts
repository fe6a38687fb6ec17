import type { ErrorObject } from '../contract/record.ts'
import type { Statement, StatementContext } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'
import { insertAttempt, type NewAttempt } from './attempt-statements.ts'
import { GenerationEnded, insertGeneration, type NewGeneration, type Rerouting, routeColumns } from './generation-statements.ts'

/*
 * A generation that nobody waits for is queued before it runs, and may be queued again where its call was surely not made. Each step says
 * from which state it goes, so that of several who want to take it only one does.
 */

/** Records a generation that is to run later. Run it in the transaction that reserves its money. */
export function recordQueued(context: StatementContext, generation: NewGeneration): Statement {
  return insertGeneration(context, generation, 'queued')
}

/** How a queued generation begins. */
export interface QueuedStart extends Rerouting {
  attempt: NewAttempt
  reservedNanos: Nanos
}

/**
 * Takes a generation out of the queue and records the attempt that is about to be made: once that is on disk, and not before, the attempt's
 * socket may be opened.
 * @throws (through `transact`) GenerationEnded when it is not queued any more
 */
export function startQueued(context: StatementContext, { attempt, reservedNanos, generationId, ...route }: QueuedStart): Statement[] {
  const start = { status: 'running', started_at_ms: context.nowMs, reserved_nanos: reservedNanos, ...routeColumns(route) }
  return [from(context, 'queued', generationId, start), insertAttempt(context, generationId, attempt)]
}

/**
 * Puts a running generation back into the queue: its attempt has ended without having cost anything, and another may follow later. Run it in
 * the transaction that ends the attempt and reserves for the next.
 * @throws (through `transact`) GenerationEnded when it is not running any more
 */
export function queueAgain(context: StatementContext, generationId: string, reservedNanos: Nanos): Statement {
  return from(context, 'running', generationId, { status: 'queued', started_at_ms: null, reserved_nanos: reservedNanos })
}

/** How a generation ends that never ran, or runs no more. */
export interface QueuedEnd {
  generationId: string
  status: 'cancelled' | 'failed'
  error: ErrorObject
}

/**
 * Ends a generation in the queue. Run it in the transaction that releases its reservation.
 * @throws (through `transact`) GenerationEnded when it is not queued any more
 */
export function endQueued(context: StatementContext, { generationId, status, error }: QueuedEnd): Statement {
  return from(context, 'queued', generationId, {
    status,
    completed_at_ms: context.nowMs,
    next_action: error.next_action,
    error_json: JSON.stringify(error),
  })
}

type Change = Partial<{
  status: string
  started_at_ms: number | null
  completed_at_ms: number
  reserved_nanos: Nanos
  next_action: string
  error_json: string
}>

function from({ sql }: StatementContext, status: 'queued' | 'running', generationId: string, change: Change): Statement {
  return {
    query: sql.updateTable('generations').set(change).where('id', '=', generationId).where('status', '=', status),
    expect: { rows: 1, otherwise: () => new GenerationEnded(generationId) },
  }
}
