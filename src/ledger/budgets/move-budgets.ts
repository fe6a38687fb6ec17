import { type ExpressionBuilder, type RawBuilder, sql } from 'kysely'
import { failure } from '../../contract/failure.ts'
import type { Statement, StatementContext, StatementResult, Tables } from '../../db/index.ts'
import { type Nanos, sum } from '../../primitives/money.ts'
import type { LedgerCall, LedgerLine } from '../ledger-entry.ts'
import { alertPercents, periodIdAt } from './budget.ts'

/*
 * What calls do to budgets, as statements of the transaction in which the ledger books the same. Which budgets a call counts against is
 * found in SQL when it is reserved and written down in `budget_holds`; every later statement works from there, so that the end of an
 * attempt finds its reservation after midnight, after a restart and after the budget has ended. An attempt without budgets moves nothing.
 */

/** What decides which budgets a call counts against. */
export type BudgetedCall = Pick<LedgerCall, 'projectId' | 'keyId' | 'routeOwner' | 'book'>

type Budgets = ExpressionBuilder<Tables, 'budgets'>

/** A key and those it replaces or is replaced by: exchanging a key lifts no limit. */
function chainOf(keyId: string): RawBuilder<string> {
  const first = sql`(select coalesce(own.chain_id, own.id) from api_keys own where own.id = ${keyId})`
  return sql<string>`(select ${keyId} union select k.id from api_keys k where k.id = ${first} or k.chain_id = ${first})`
}

/** Picks the budgets that hold for a call. */
export function holdsFor({ projectId, keyId, routeOwner, book }: BudgetedCall) {
  return (budget: Budgets) =>
    budget.and([
      budget('budgets.ended_at_ms', 'is', null),
      budget('budgets.project_id', '=', projectId),
      budget('budgets.book', '=', book),
      budget.or([budget('budgets.key_id', 'is', null), ...(keyId === null ? [] : [budget('budgets.key_id', 'in', chainOf(keyId))])]),
      budget.or([budget('budgets.route_owner', 'is', null), budget('budgets.route_owner', '=', routeOwner)]),
    ])
}

/** The id of the period that a budget is in at a moment. */
export function periodAt(atMs: number): RawBuilder<string> {
  const [day, month] = [periodIdAt('day', atMs), periodIdAt('month', atMs)]
  return sql<string>`case ${sql.ref('budgets.period')} when 'day' then cast(${day} as text) when 'month' then cast(${month} as text) else 'total' end`
}

/**
 * Sets an amount aside in every budget that holds for a call; a period's row is made by the first call in it. All of it or nothing: where
 * one budget has not enough left, the whole transaction fails. The rows are changed before they are looked at, so that nobody else can
 * change them between the look and the commit.
 * @throws (through `transact`) `Failure('budget_exceeded')`
 */
export function reserveInBudgets(context: StatementContext, call: BudgetedCall & { attemptId: string }, nanos: Nanos): Statement[] {
  const { sql: builder, nowMs } = context
  const { attemptId } = call
  const holding = builder.selectFrom('budgets').where(holdsFor(call))
  return [
    {
      query: builder
        .insertInto('budget_periods')
        .columns(['budget_id', 'period', 'limit_nanos', 'spent_nanos', 'reserved_nanos', 'held_nanos', 'created_at_ms'])
        .expression(
          holding.select([
            'budgets.id',
            periodAt(nowMs).as('period'),
            'budgets.limit_nanos',
            sql<bigint>`0`.as('spent_nanos'),
            sql<bigint>`0`.as('reserved_nanos'),
            sql<bigint>`0`.as('held_nanos'),
            sql<number>`cast(${nowMs} as bigint)`.as('created_at_ms'),
          ]),
        )
        .onConflict((conflict) => conflict.columns(['budget_id', 'period']).doNothing()),
    },
    {
      query: builder
        .insertInto('budget_holds')
        .columns(['attempt_id', 'budget_id', 'period', 'nanos', 'state'])
        .expression(
          holding.select([
            sql<string>`cast(${attemptId} as text)`.as('attempt_id'),
            'budgets.id',
            periodAt(nowMs).as('period'),
            sql<bigint>`cast(${nanos} as bigint)`.as('nanos'),
            sql<string>`'reserved'`.as('state'),
          ]),
        ),
    },
    {
      query: builder
        .updateTable('budget_periods')
        .set((row) => ({ reserved_nanos: row('reserved_nanos', '+', nanos) }))
        .where(ofAttempt(attemptId, 'reserved')),
    },
    {
      query: builder
        .selectFrom('budget_periods')
        .select('budget_id')
        .where(ofAttempt(attemptId, 'reserved'))
        .where(sql<boolean>`spent_nanos + reserved_nanos > limit_nanos`),
      expect: { rows: 0, otherwise: () => failure('budget_exceeded') },
    },
  ]
}

/** Gives back what an attempt has set aside and books what it cost, more than was set aside included. */
export function settleInBudgets(context: StatementContext, attemptId: string, lines: readonly LedgerLine[]): Statement[] {
  const charged = sum(lines.map(({ nanos }) => nanos))
  return [...endHolds(context, attemptId, 'reserved', charged), ...(charged > 0n ? [raiseAlerts(context, attemptId)] : [])]
}

/** Keeps set aside what an attempt may have cost, until `resolveHold`. */
export function holdInBudgets({ sql: builder, nowMs, newId }: StatementContext, attemptId: string, nanos: Nanos): Statement[] {
  return [
    {
      query: builder
        .updateTable('budget_periods')
        .set((row) => ({
          reserved_nanos: sql<bigint>`reserved_nanos + ${nanos} - (${heldBy(attemptId)})`,
          held_nanos: row('held_nanos', '+', nanos),
        }))
        .where(ofAttempt(attemptId, 'reserved')),
    },
    {
      query: builder
        .updateTable('budget_holds')
        .set({ nanos, state: 'held' })
        .where('attempt_id', '=', attemptId)
        .where('state', '=', 'reserved'),
    },
    raiseAlerts({ sql: builder, nowMs, newId }, attemptId),
  ]
}

/**
 * Moves the budgets when it becomes known what an attempt cost that was held as unknown: `charged` (0n = it was free) is spent, in the
 * period the call was made in, and the hold goes back. Run it in the transaction that books the resolution; without a hold it moves nothing.
 */
export function resolveHold(context: StatementContext, attemptId: string, { charged }: { charged: Nanos }): Statement[] {
  return [...endHolds(context, attemptId, 'held', charged), ...(charged > 0n ? [raiseAlerts(context, attemptId)] : [])]
}

/** Corrects what an attempt spent, in the period it was made in, once what it cost was booked wrongly: negative gives back. */
export function correctSpent(context: StatementContext, attemptId: string, byNanos: Nanos): Statement[] {
  if (byNanos === 0n) return []
  const correct: Statement = {
    query: context.sql
      .updateTable('budget_periods')
      .set((row) => ({ spent_nanos: row('spent_nanos', '+', byNanos) }))
      .where(ofAttempt(attemptId, 'ended')),
  }
  return byNanos > 0n ? [correct, raiseAlerts(context, attemptId)] : [correct]
}

function endHolds({ sql: builder }: StatementContext, attemptId: string, from: 'reserved' | 'held', charged: Nanos): Statement[] {
  const set = sql<bigint>`(${heldBy(attemptId)})`
  return [
    {
      query: builder
        .updateTable('budget_periods')
        .set((row) => ({
          spent_nanos: row('spent_nanos', '+', charged),
          reserved_nanos: sql<bigint>`reserved_nanos - ${set}`,
          ...(from === 'held' && { held_nanos: sql<bigint>`held_nanos - ${set}` }),
        }))
        .where(ofAttempt(attemptId, from)),
    },
    {
      query: builder.updateTable('budget_holds').set({ state: 'ended' }).where('attempt_id', '=', attemptId).where('state', '=', from),
    },
  ]
}

/** The rows that an attempt has something set aside in; found by their key. */
function ofAttempt(attemptId: string, state: 'reserved' | 'held' | 'ended'): RawBuilder<boolean> {
  return sql<boolean>`(budget_id, period) in (select h.budget_id, h.period from budget_holds h where h.attempt_id = ${attemptId} and h.state = ${state})`
}

/** What an attempt has set aside in the row that is being changed. */
function heldBy(attemptId: string): RawBuilder<bigint> {
  return sql<bigint>`select h.nanos from budget_holds h where h.attempt_id = ${attemptId} and h.budget_id = budget_periods.budget_id`
}

/** Notes every threshold that what is spent or held has reached, once in a period. */
function raiseAlerts({ sql: builder, nowMs }: StatementContext, attemptId: string): Statement {
  const percents = sql.join(
    alertPercents.map((percent) => sql`select ${sql.lit(percent)} as percent`),
    sql` union all `,
  )
  return {
    query: builder
      .insertInto('budget_alerts')
      .columns(['budget_id', 'period', 'percent', 'at_ms'])
      .expression(sql`
        select p.budget_id, p.period, t.percent, cast(${nowMs} as bigint)
        from budget_holds h
        join budget_periods p on p.budget_id = h.budget_id and p.period = h.period
        cross join (${percents}) t
        where h.attempt_id = ${attemptId} and (p.spent_nanos + p.held_nanos) * 100 >= p.limit_nanos * t.percent`)
      .onConflict((conflict) => conflict.columns(['budget_id', 'period', 'percent']).doNothing())
      .returning('percent as budget_alert'),
  }
}

/** True when statements of a transaction made an alert that has not been told yet. */
export function raisedAlert(results: readonly StatementResult[]): boolean {
  return results.some(({ rows }) => rows[0] !== undefined && Object.hasOwn(rows[0], 'budget_alert'))
}
