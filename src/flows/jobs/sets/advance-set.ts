import { errorBody, Failure } from '../../../contract/failure.ts'
import { type JobSetItemRow, type JobSetRow, type Statement, type StatementContext, statementContext } from '../../../db/index.ts'
import { ItemTaken, moveSet, progressOf, refuseItem, SetChanged, type SetProgress, takeItem, waitingItems } from '../../../jobs/index.ts'
import { fp } from '../../../primitives/fail-point.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { acceptJob } from '../accept-job.ts'
import { type ToldState, tellJob } from '../tell-job.ts'
import { itemAsk, NotYet } from './item-ask.ts'
import { openPart, type SetOrder } from './set-order.ts'
import { stateOfSet } from './show-set.ts'

/** Jobs of one set that wait or run at once: others come in between, and a pause takes hold soon. */
const MOST_OPEN = { standard: 200, economy: 10_000 } as const
const AT_A_TIME = 50

/**
 * Makes jobs of the items of a set that wait, as many as may be open, and ends the set when nothing of it is open any more. May be done again
 * at any time: each item is taken in the transaction that accepts its job.
 * @returns true when more could be done at once
 */
export async function advanceSet(parts: GatewayParts, set: JobSetRow): Promise<boolean> {
  const progress = await progressOf(parts.database, set.id)
  const { waiting, queued, running } = progress.counts
  if (waiting === 0 && queued === 0 && running === 0) {
    await endSet(parts, set, progress)
    return false
  }
  if (set.state !== 'open' || waiting === 0) return false
  const order = await openPart<SetOrder>(parts, set.id, set.sealed)
  const room = MOST_OPEN[order.lane] - queued - running
  if (room <= 0) return false
  const items = await waitingItems(parts.database, set.id, Math.min(room, AT_A_TIME))
  for (const item of items) if (!(await makeJob(parts, set, order, item))) return false
  return items.length > 0
}

/** Makes a job of one item, or notes why none can be made. @returns false where the set goes on later, or not by itself */
async function makeJob(parts: GatewayParts, set: JobSetRow, order: SetOrder, item: JobSetItemRow): Promise<boolean> {
  try {
    fp('set_before_item')
    await using prepared = await itemAsk(parts, set, order, item)
    await acceptJob(parts, prepared.ask, wishesOf(set, order, item))
    fp('set_after_item')
    return true
  } catch (error) {
    if (error instanceof ItemTaken) return true
    if (error instanceof NotYet) return false
    if (!(error instanceof Failure) || error.outcome !== 'not_charged') throw error
    return set.kind === 'bulk' && stopsAll(error) ? pauseFor(parts, set, error) : refuse(parts, set, item, error)
  }
}

/** What keeps the next item back as well: the set waits for it instead of failing one after the other. */
function stopsAll({ code, shouldRetry }: Failure): boolean {
  return shouldRetry === true || code === 'budget_exceeded' || code === 'storage_full' || code === 'no_route'
}

/** A moment's trouble is waited for; what somebody must mend is said. */
async function pauseFor(parts: GatewayParts, set: JobSetRow, { code, shouldRetry }: Failure): Promise<false> {
  if (shouldRetry === true) return false
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await moved(parts, [moveSet(context, set.id, { from: ['open'], to: 'paused', reason: code })])
  parts.logger.warn({ set_id: set.id, code }, 'a bulk was paused, because its next job would be refused')
  return false
}

async function refuse(parts: GatewayParts, set: JobSetRow, item: JobSetItemRow, error: Failure): Promise<boolean> {
  if (error.shouldRetry === true) return false
  const body = errorBody(error, { requestId: parts.newId('req') }).error
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const refusing = refuseItem(context, { id: set.id, place: item.place }, JSON.stringify(body))
  await parts.database.transact([refusing]).catch((thrown: unknown) => {
    if (!(thrown instanceof ItemTaken)) throw thrown
  })
  return true
}

function wishesOf(set: JobSetRow, order: SetOrder, item: JobSetItemRow) {
  const { lane, priority, startAtMs, deadlineMs } = order
  return {
    shape: set.shape as 'unified' | 'native' | 'task',
    lane,
    priority,
    startAtMs,
    deadlineMs,
    baseUrl: set.base_url,
    set: { id: set.id, place: item.place },
    also: (context: StatementContext, jobId: string) => [takeItem(context, { id: set.id, place: item.place }, jobId)],
  }
}

async function endSet(parts: GatewayParts, set: JobSetRow, progress: SetProgress): Promise<void> {
  const state = stateOfSet({ ...set, state: 'ended' }, progress)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const told = tellJob(context, { jobId: set.id, projectId: set.project_id }, `job.${state}` as ToldState, {
    counts: { ...progress.counts },
  })
  const isEnded = await moved(parts, [moveSet(context, set.id, { from: ['open', 'paused'], to: 'ended' }), told])
  if (isEnded) parts.jobEvents.happened(set.id)
}

/** @returns false when somebody else moved the set first */
export async function moved(parts: GatewayParts, statements: Statement[]): Promise<boolean> {
  try {
    await parts.database.transact(statements)
    return true
  } catch (error) {
    if (error instanceof SetChanged) return false
    throw error
  }
}
