import type { SelectQueryBuilder } from 'kysely'
import type { BudgetRow, Database, Tables } from '../../db/index.ts'
import type { Nanos } from '../../primitives/money.ts'
import type { LedgerBook } from '../ledger-entry.ts'
import { type BudgetPeriod, type BudgetState, periodIdAt, renewalAfter } from './budget.ts'
import { type BudgetedCall, holdsFor, periodAt } from './move-budgets.ts'

/** Which budgets are asked for; null = any. */
export interface BudgetScope {
  id?: string
  projectId: string | null
}

type BudgetQuery = SelectQueryBuilder<Tables, 'budgets', object>

/** Budgets as they stand at a moment, oldest first, ended ones included. */
export function readBudgets(db: Database, { id, projectId }: BudgetScope, atMs: number): Promise<BudgetState[]> {
  return statesOf(db, atMs, (budgets) => {
    const ofProject = projectId === null ? budgets : budgets.where('budgets.project_id', '=', projectId)
    return id === undefined ? ofProject : ofProject.where('budgets.id', '=', id)
  })
}

/** The budgets that hold for a call, those of its project before those of its key. */
export async function budgetsOfCall(db: Database, call: BudgetedCall, atMs: number): Promise<BudgetState[]> {
  const budgets = await statesOf(db, atMs, (all) => all.where(holdsFor(call)))
  return budgets.sort((a, b) => Number(a.keyId !== null) - Number(b.keyId !== null))
}

async function statesOf(db: Database, atMs: number, narrow: (budgets: BudgetQuery) => BudgetQuery): Promise<BudgetState[]> {
  const budgets = narrow(db.sql.selectFrom('budgets'))
  const rows = budgets
    .leftJoin('budget_periods as p', (join) => join.onRef('p.budget_id', '=', 'budgets.id').on('p.period', '=', periodAt(atMs)))
    .selectAll('budgets')
    .select(['p.limit_nanos as period_limit_nanos', 'p.spent_nanos', 'p.reserved_nanos', 'p.held_nanos'])
    .orderBy('budgets.id')
  const alerts = db.sql
    .selectFrom('budget_alerts')
    .select(['budget_id', 'period', 'percent', 'at_ms'])
    .where('budget_id', 'in', budgets.select('budgets.id'))
    .orderBy('percent')
  const [found, raised] = await db.readAll<[FoundBudget, FoundAlert]>([rows, alerts])
  return found.map((row) => stateOf(row, raised, atMs))
}

type FoundBudget = BudgetRow & {
  period_limit_nanos: Nanos | null
  spent_nanos: Nanos | null
  reserved_nanos: Nanos | null
  held_nanos: Nanos | null
}

interface FoundAlert {
  budget_id: string
  period: string
  percent: number
  at_ms: number
}

function stateOf(row: FoundBudget, alerts: readonly FoundAlert[], atMs: number): BudgetState {
  const period = row.period as BudgetPeriod
  const periodId = periodIdAt(period, atMs)
  const { spent_nanos: spent, reserved_nanos: reserved, held_nanos: held } = row
  const limit = row.period_limit_nanos ?? row.limit_nanos
  return {
    id: row.id,
    projectId: row.project_id,
    keyId: row.key_id,
    name: row.name,
    period,
    book: row.book as LedgerBook,
    routeOwner: row.route_owner,
    limit,
    createdAtMs: row.created_at_ms,
    endedAtMs: row.ended_at_ms,
    periodId,
    renewsAtMs: renewalAfter(period, atMs),
    spent: spent ?? 0n,
    reserved: (reserved ?? 0n) - (held ?? 0n),
    held: held ?? 0n,
    left: limit - (spent ?? 0n) - (reserved ?? 0n),
    alerts: alerts
      .filter((alert) => alert.budget_id === row.id && alert.period === periodId)
      .map(({ percent, at_ms }) => ({ percent, atMs: at_ms })),
  }
}

/**
 * The budgets that would stand above their limit if an attempt cost this much, by name. Of this moment: calls that end at the same time
 * are not in it.
 */
export async function budgetsPutOver(db: Database, attemptId: string, charged: Nanos): Promise<string[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('budget_holds as h')
      .innerJoin('budget_periods as p', (join) => join.onRef('p.budget_id', '=', 'h.budget_id').onRef('p.period', '=', 'h.period'))
      .innerJoin('budgets', 'budgets.id', 'h.budget_id')
      .select(['budgets.name', 'p.limit_nanos', 'p.spent_nanos', 'p.reserved_nanos', 'h.nanos'])
      .where('h.attempt_id', '=', attemptId)
      .where('h.state', '<>', 'ended')
      .orderBy('budgets.id'),
  )
  return rows.filter((row) => row.spent_nanos + row.reserved_nanos - row.nanos + charged > row.limit_nanos).map(({ name }) => name)
}
