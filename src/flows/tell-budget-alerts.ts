import { statementContext } from '../db/index.ts'
import { markAlertTold, untoldAlerts } from '../ledger/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/**
 * Says by log and metric which budgets have crossed a threshold since the last time, each once. Alerts are raised in the transactions that
 * move money; one whose process died before it was told is told by the next round. Never rejects: nobody's call waits on it.
 */
export async function tellBudgetAlerts(parts: GatewayParts): Promise<void> {
  try {
    for (const alert of await untoldAlerts(parts.database)) {
      const context = statementContext(parts.database, parts.clock, parts.newId)
      const [marked] = await parts.database.transact([markAlertTold(context, alert)])
      if (marked!.changes === 0) continue
      const { budgetId, projectId, keyId, periodId, percent } = alert
      parts.metrics.budgetAlert(percent)
      parts.logger.warn(
        { budget_id: budgetId, project_id: projectId, key_id: keyId, budget_period: periodId, percent },
        `a budget is spent to ${percent} %`,
      )
    }
  } catch (error) {
    parts.logger.error({ err: error }, 'alerts of budgets could not be told')
  }
}
