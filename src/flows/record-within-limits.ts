import { Failure, failure } from '../contract/failure.ts'
import type { Statement, StatementContext } from '../db/index.ts'
import { assertProjectRoom } from '../generations/index.ts'
import { type BudgetedCall, budgetExceeded, budgetsOfCall } from '../ledger/index.ts'
import type { Nanos } from '../primitives/money.ts'
import { noRoomNow } from './assert-allowed.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** What a call is measured by when it is accepted. */
export interface MeasuredCall {
  call: BudgetedCall
  /** What is set aside for it. */
  nanos: Nanos
  /** Pictures it asks for. */
  images: number
}

const MINUTE_MS = 60_000
const MOMENT_MS = 1000

/**
 * Runs the transaction that accepts a call, with its project's limits of rate and concurrency in it, and says of a budget that refuses it
 * which one that is. Calls that come at once are counted one after another: none passes on what the others have used up.
 * @throws Failure `project_rate_limited`, `budget_exceeded`; then nothing of the transaction was done.
 */
export async function recordWithinLimits(
  parts: GatewayParts,
  context: StatementContext,
  measured: MeasuredCall,
  statements: readonly Statement[],
): Promise<void> {
  const { projectId } = measured.call
  const { settings } = await parts.access.projects.settingsOf(projectId)
  const room = assertProjectRoom(context, { projectId, images: measured.images, pace: settings }, ({ limit }) =>
    // Whoever lost a race meets a minute that others have just filled.
    noRoomNow(limit, settings, limit === 'concurrent_calls' ? MOMENT_MS : MINUTE_MS),
  )
  await namingBudget(parts, measured, parts.database.transact([...room, ...statements]))
}

/** Waits for a transaction that reserves, and replaces a refusal by a budget with one that names it. */
export async function namingBudget<Result>(
  parts: GatewayParts,
  { call, nanos }: Pick<MeasuredCall, 'call' | 'nanos'>,
  reserving: Promise<Result>,
): Promise<Result> {
  try {
    return await reserving
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'budget_exceeded') throw error
    const budgets = await budgetsOfCall(parts.database, call, parts.clock.nowMs())
    // Where room was made in the meantime, the narrowest is named: it is the one that refused, or the next to do so.
    const [narrowest] = budgets.sort((a, b) => (a.left < b.left ? -1 : 1))
    throw narrowest ? budgetExceeded(budgets.find(({ left }) => left < nanos) ?? narrowest, nanos) : failure('budget_exceeded')
  }
}
