import { isoTime } from '../../primitives/clock.ts'
import type { Nanos } from '../../primitives/money.ts'
import type { LedgerBook } from '../ledger-entry.ts'

/** How long a budget lasts before it begins anew. Days and months are UTC; `total` never begins anew. */
export type BudgetPeriod = 'day' | 'month' | 'total'

/** All periods, shortest first. */
export const budgetPeriods = ['day', 'month', 'total'] as const satisfies readonly BudgetPeriod[]

/** How much of a period's limit must be spent or held for an alert, in percent. */
export const alertPercents = [50, 80, 100] as const

/** How much a project, or one key of it, may spend in a period. */
export interface Budget {
  id: string
  projectId: string
  /** Null = all keys of the project, and the admin's own calls in it. */
  keyId: string | null
  name: string
  period: BudgetPeriod
  /** A budget counts real money or play money, never both. */
  book: LedgerBook
  /** Null = whoever bills. */
  routeOwner: string | null
  limit: Nanos
  createdAtMs: number
  /** Null while it holds. */
  endedAtMs: number | null
}

/** A budget as it stands in its period now. */
export interface BudgetState extends Budget {
  /** `2026-11-20`, `2026-11` or `total`. */
  periodId: string
  /** When the next period begins; null for `total`. */
  renewsAtMs: number | null
  spent: Nanos
  /** Set aside for calls under way. */
  reserved: Nanos
  /** Set aside for calls of which nobody knows what they cost. */
  held: Nanos
  /** What a new call may cost; negative once calls have cost more than was set aside for them, or the limit was lowered. */
  left: Nanos
  alerts: readonly BudgetAlert[]
}

/** A threshold that was crossed in a period. */
export interface BudgetAlert {
  percent: number
  atMs: number
}

/** The id of the period that a moment lies in. Later ids of one kind of period sort behind earlier ones. */
export function periodIdAt(period: BudgetPeriod, atMs: number): string {
  if (period === 'total') return 'total'
  return isoTime(atMs).slice(0, period === 'day' ? 'YYYY-MM-DD'.length : 'YYYY-MM'.length)
}

/** When the period after the one of a moment begins; null for `total`. */
export function renewalAfter(period: BudgetPeriod, atMs: number): number | null {
  const now = new Date(atMs)
  if (period === 'day') return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1)
  return period === 'month' ? Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1) : null
}
