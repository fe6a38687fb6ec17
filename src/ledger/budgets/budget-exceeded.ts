import { type Failure, failure } from '../../contract/failure.ts'
import { isoTime } from '../../primitives/clock.ts'
import { formatUsd, moneyJson, type Nanos } from '../../primitives/money.ts'
import type { BudgetState } from './budget.ts'

/** The refusal of a call that a budget has not enough left for, naming the budget, its period, what is left and when it renews. */
export function budgetExceeded(budget: BudgetState, needed: Nanos): Failure {
  const { id, name, keyId, period, periodId, limit, left, renewsAtMs } = budget
  const renewal = renewsAtMs === null ? 'It does not renew' : `It renews at ${isoTime(renewsAtMs)}`
  return failure('budget_exceeded', {
    message:
      `The budget '${name}' of this ${keyId === null ? 'project' : 'key'} has ${formatUsd(left)} USD left ` +
      `(${periodId} of ${formatUsd(limit)}), and the call may cost ${formatUsd(needed)}. ${renewal}. Nothing was sent or charged.`,
    extra: {
      budget: {
        id,
        name,
        period,
        period_id: periodId,
        limit: moneyJson(limit),
        left: moneyJson(left),
        needed: moneyJson(needed),
        renews_at: renewsAtMs === null ? null : isoTime(renewsAtMs),
      },
    },
  })
}
