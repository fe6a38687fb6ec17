import type { ContractWarning } from '../contract/image-request.ts'
import { budgetsPutOver } from '../ledger/index.ts'
import { formatUsd, type Nanos } from '../primitives/money.ts'
import type { BookedRun } from './book-call.ts'
import type { GatewayParts } from './gateway-parts.ts'

/**
 * What is to be remarked of a call that cost more than was set aside for it. It is booked as it is: the ledger says what happened, and a
 * budget that it puts above its limit refuses the next call.
 */
export async function overshootRemarks(parts: GatewayParts, run: BookedRun, charged: Nanos): Promise<ContractWarning[]> {
  const { reserve } = run.estimate
  if (charged <= reserve) return []
  const over = await budgetsPutOver(parts.database, run.attemptId, charged)
  const remark = (code: string, message: string): ContractWarning => ({ code, param: null, message })
  return [
    remark('over_reserve', `The call cost ${formatUsd(charged)} USD, more than the ${formatUsd(reserve)} that were set aside for it.`),
    ...over.map((name) => remark('over_budget', `With it the budget '${name}' is above its limit.`)),
  ]
}

/** Says by log and metric that a call cost more than was set aside for it. */
export function alarmOvershoot(parts: GatewayParts, run: BookedRun, charged: Nanos, remarks: readonly ContractWarning[]): void {
  if (remarks.length === 0) return
  parts.metrics.overshot(remarks.some(({ code }) => code === 'over_budget'))
  parts.logger.warn(
    {
      generation_id: run.id,
      attempt_id: run.attemptId,
      project_id: run.principal.projectId,
      reserved_nanos: run.estimate.reserve,
      settled_nanos: charged,
      warnings: remarks.map(({ code }) => code),
    },
    'a call cost more than was set aside for it',
  )
}
