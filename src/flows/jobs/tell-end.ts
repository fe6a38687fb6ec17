import type { Statement, StatementContext } from '../../db/index.ts'
import { moneyJson, type Nanos } from '../../primitives/money.ts'
import type { BookedRun, Booking } from '../book-call.ts'
import { type ToldState, tellJob } from './tell-job.ts'

/** Tells how a job ended, in the transaction that books it: its pictures first, then its state. Ids and amounts, no words and no bytes. */
export function tellEnd(
  context: StatementContext,
  run: BookedRun,
  { verdict, images, retouched }: Pick<Booking, 'verdict' | 'images' | 'retouched'>,
  { settledNanos, heldNanos }: { settledNanos: Nanos; heldNanos: Nanos },
): Statement[] {
  const job = { jobId: run.id, projectId: run.principal.projectId }
  const results = (retouched.length > 0 ? retouched : images).map(({ id, sha256 }) => ({ id, sha256 }))
  const cost = { settled: { ...moneyJson(settledNanos) }, held_unknown: { ...moneyJson(heldNanos) } }
  const error = verdict.failure && { code: verdict.failure.publicCode, outcome: verdict.failure.outcome }
  return [
    ...(results.length > 0 ? [tellJob(context, job, 'job.stored', { images: results })] : []),
    tellJob(context, job, stateOf(verdict), { images: results, cost, ...(error && { error }) }),
  ]
}

function stateOf({ failure, money }: Booking['verdict']): ToldState {
  if (failure === null) return 'job.completed'
  return money === 'hold' ? 'job.outcome_unknown' : 'job.failed'
}
