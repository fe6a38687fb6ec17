export { ledgerAudits } from './audit-ledger.ts'
export { type BookAmount, effectsOf, type MoneyBook } from './book-effects.ts'
export { type BudgetPeriod, type BudgetState, budgetPeriods } from './budgets/budget.ts'
export { budgetExceeded } from './budgets/budget-exceeded.ts'
export {
  changeBudget,
  endBudget,
  insertBudget,
  largestLimit,
  markAlertTold,
  type NewBudget,
  type UntoldAlert,
  untoldAlerts,
} from './budgets/keep-budgets.ts'
export { type BudgetedCall, raisedAlert, resolveHold } from './budgets/move-budgets.ts'
export { type BudgetScope, budgetsOfCall, budgetsPutOver, readBudgets } from './budgets/read-budgets.ts'
export { closeNextSpan, forgetEndedEntries } from './close-ledger.ts'
export { type LedgerBook, type LedgerCall, LedgerConflict, type LedgerKind, type LedgerLine } from './ledger-entry.ts'
export { type LedgerGroup, type LedgerRange, parseLedgerGroups } from './ledger-query.ts'
export { holdUnknown, loss, release, reserve, type Settlement, settle } from './ledger-statements.ts'
export { type LedgerEntry, readEntries } from './read-entries.ts'
export { type LedgerReport, type LedgerRow, type LedgerSums, readLedger } from './read-ledger.ts'
export { type Adjustment, adjust, type ChargedResolution, presume, resolveCharged, resolveFree } from './resolution-statements.ts'
