import type { BatchItemRow, Statement, StatementContext } from '../db/index.ts'

/** What became of a line. */
export type LineWord = NonNullable<BatchItemRow['line']>

/** A job that becomes a line of a batch. */
export type NewBatchItem = Pick<BatchItemRow, 'batch_id' | 'place' | 'job_id' | 'attempt_id'> & { sealed: string }

/** Records a line. Run it in the transaction that takes its job out of the queue. */
export function recordItem({ sql }: StatementContext, item: NewBatchItem): Statement {
  return { query: sql.insertInto('batch_items').values({ ...item, line: null, ended_at_ms: null }) }
}

/** The line was ended before. Nothing of the transaction was done. */
export class LineEnded extends Error {
  constructor(attemptId: string) {
    super(`the line of ${attemptId} has ended before; nothing was done`)
    this.name = 'LineEnded'
  }
}

/** Ends a line. Run it in the transaction that ends its attempt, so that reading it once more does nothing. @throws (through `transact`) LineEnded */
export function endItem({ sql, nowMs }: StatementContext, attemptId: string, line: LineWord): Statement {
  return {
    query: sql
      .updateTable('batch_items')
      .set({ line, sealed: null, ended_at_ms: nowMs })
      .where('attempt_id', '=', attemptId)
      .where('line', 'is', null),
    expect: { rows: 1, otherwise: () => new LineEnded(attemptId) },
  }
}
