import { sql } from 'kysely'
import { failure } from '../../contract/failure.ts'
import type { Database, Statement, StatementContext } from '../../db/index.ts'
import { type Nanos, parseUsd } from '../../primitives/money.ts'
import { type Budget, periodIdAt } from './budget.ts'

/** A budget about to be made. */
export type NewBudget = Omit<Budget, 'createdAtMs' | 'endedAtMs'>

/** Far above what pictures cost, and far enough below 2^63 that percentages of it can be computed in whole nanos. */
export const largestLimit: Nanos = parseUsd('10000000')

/**
 * Makes a budget for a project, or for a live key of it. It counts the calls that are made from now on.
 * @throws (through `transact`) `Failure('not_found')` when there is no such project or key.
 */
export function insertBudget({ sql: builder, nowMs }: StatementContext, budget: NewBudget): Statement[] {
  const { projectId, keyId } = budget
  const key = builder.selectFrom('api_keys').select('id').where('id', '=', keyId).where('project_id', '=', projectId)
  const project = builder.selectFrom('projects').select('id').where('id', '=', projectId).where('archived_at_ms', 'is', null)
  const exists = (query: Statement['query'], param: string): Statement => ({
    query,
    expect: { rows: 1, otherwise: () => failure('not_found', { param }) },
  })
  return [
    exists(project, 'project_id'),
    ...(keyId === null ? [] : [exists(key.where('revoked_at_ms', 'is', null), 'key_id')]),
    {
      query: builder.insertInto('budgets').values({
        id: budget.id,
        project_id: projectId,
        key_id: keyId,
        name: budget.name,
        period: budget.period,
        book: budget.book,
        route_owner: budget.routeOwner,
        limit_nanos: budget.limit,
        created_at_ms: nowMs,
        ended_at_ms: null,
      }),
    },
  ]
}

/**
 * Changes a budget that holds: its name, and its limit from the period under way on. What is spent and set aside stays as it is.
 * @throws (through `transact`) `Failure('not_found')`
 */
export function changeBudget(
  { sql: builder, nowMs }: StatementContext,
  { id, name, limit }: { id: string; name?: string | undefined; limit?: Nanos | undefined },
): Statement[] {
  const found: Statement = {
    query: builder
      .updateTable('budgets')
      .set((row) => ({ name: name ?? row.ref('name'), limit_nanos: limit ?? row.ref('limit_nanos') }))
      .where('id', '=', id)
      .where('ended_at_ms', 'is', null),
    expect: { rows: 1, otherwise: () => failure('not_found', { param: 'id' }) },
  }
  if (limit === undefined) return [found]
  const [day, month] = [periodIdAt('day', nowMs), periodIdAt('month', nowMs)]
  const kind = sql`(select b.period from budgets b where b.id = budget_periods.budget_id)`
  const current = sql<string>`case ${kind} when 'day' then cast(${day} as text) when 'month' then cast(${month} as text) else 'total' end`
  // A period that begins while the limit is being changed is later than this one, and is changed as well.
  const periods = builder
    .updateTable('budget_periods')
    .set({ limit_nanos: limit })
    .where('budget_id', '=', id)
    .where('period', '>=', current)
  return [found, { query: periods }]
}

/**
 * Ends a budget: it holds for no new call. Calls that it was reserved for still give back or spend what they have set aside.
 * @throws (through `transact`) `Failure('not_found')`
 */
export function endBudget({ sql: builder, nowMs }: StatementContext, id: string): Statement {
  return {
    query: builder.updateTable('budgets').set({ ended_at_ms: nowMs }).where('id', '=', id).where('ended_at_ms', 'is', null),
    expect: { rows: 1, otherwise: () => failure('not_found', { param: 'id' }) },
  }
}

/** An alert that nobody was told of yet. */
export interface UntoldAlert {
  budgetId: string
  projectId: string
  keyId: string | null
  periodId: string
  percent: number
}

/** Alerts that log and metric have not said yet, in the order they were raised. */
export async function untoldAlerts(db: Database): Promise<UntoldAlert[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('budget_alerts as a')
      .innerJoin('budgets as b', 'b.id', 'a.budget_id')
      .select(['a.budget_id', 'a.period', 'a.percent', 'b.project_id', 'b.key_id'])
      .where('a.told_at_ms', 'is', null)
      .orderBy('a.at_ms')
      .orderBy('a.budget_id')
      .orderBy('a.percent'),
  )
  return rows.map((row) => ({
    budgetId: row.budget_id,
    projectId: row.project_id,
    keyId: row.key_id,
    periodId: row.period,
    percent: row.percent,
  }))
}

/** Marks an alert as told; `changes` is 0 when somebody else has told it. */
export function markAlertTold({ sql: builder, nowMs }: StatementContext, { budgetId, periodId, percent }: UntoldAlert): Statement {
  return {
    query: builder
      .updateTable('budget_alerts')
      .set({ told_at_ms: nowMs })
      .where('budget_id', '=', budgetId)
      .where('period', '=', periodId)
      .where('percent', '=', percent)
      .where('told_at_ms', 'is', null),
  }
}
