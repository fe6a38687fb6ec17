import { type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { StatementContext, Tables } from '../db/index.ts'
import { type BookEffect, type BucketSort, bookEffects, type MoneyBook } from './book-effects.ts'
import { HOLD_BUCKET } from './ledger-entry.ts'
import { holdIsClosed } from './resolution-statements.ts'

/*
 * What one line of the ledger counts for in a report, in SQL. Some of it depends on the line alone and stands for ever; the rest ends with a later line
 * of the same call: a reservation counts until it is released, a hold until it is closed, a presumption until it is confirmed or corrected.
 */

type Line = ExpressionBuilder<Tables, 'ledger_entries'>

/** Whether something of a line may still change. */
export function isOpenLine(context: Pick<StatementContext, 'sql'>) {
  return (line: Line): Expression<SqlBool> => {
    const { reserved, held, presumed } = openConditions(context, line)
    return sql<SqlBool>`(${reserved} or ${held} or ${presumed})`
  }
}

/** What stands for ever, the money in nanos. */
export function settledAmounts() {
  return [
    sql<number>`case when kind = 'reserve' then 1 else 0 end`.as('calls'),
    'images',
    settledOf('provider_cost').as('charged_nanos'),
    settledOf('provider_cost', ({ kind }) => kind !== 'settle').as('lost_nanos'),
    settledOf('tenant_invoice').as('invoiced_nanos'),
  ] as const
}

/** What later lines may end, in nanos. */
export function openAmounts(context: Pick<StatementContext, 'sql'>) {
  return (line: Line) => {
    const { reserved, held, presumed } = openConditions(context, line)
    return [amountIf(presumed).as('presumed_nanos'), amountIf(reserved).as('reserved_nanos'), amountIf(held).as('held_unknown_nanos')]
  }
}

function openConditions(context: Pick<StatementContext, 'sql'>, line: Line) {
  return {
    reserved: sql`(kind = 'reserve' and ${line.not(line.exists(later(context, 'release')))})`,
    held: sql`(kind = 'hold_unknown' and ${line.not(holdIsClosed(context)(line))})`,
    presumed: sql`(kind = 'presume' and bucket <> ${HOLD_BUCKET} and ${line.not(line.exists(later(context, 'adjust')))})`,
  }
}

function amountIf(condition: RawBuilder<unknown>) {
  return sql<bigint>`case when ${condition} then nanos else cast(0 as bigint) end`
}

/** The settled side of a book, as the table of effects has it; of some kinds only, where that is asked. */
export function settledOf(book: MoneyBook, counts: (effect: BookEffect) => boolean = () => true) {
  const counting = bookEffects.filter((effect) => effect[book].settled !== 0 && counts(effect))
  const cases = counting.map(
    (effect) =>
      sql`when kind = ${effect.kind} and ${ofSort(effect.buckets)} then ${sql.raw(effect[book].settled < 0 ? '-nanos' : 'nanos')}`,
  )
  return sql<bigint>`case ${sql.join(cases, sql` `)} else cast(0 as bigint) end`
}

/** The sum of it. */
export function settledIn(book: MoneyBook) {
  return sql<bigint>`cast(coalesce(sum(${settledOf(book)}), 0) as bigint)`
}

function ofSort(sort: BucketSort): RawBuilder<unknown> {
  switch (sort) {
    case 'any':
      return sql`1 = 1`
    case 'hold':
      return sql`bucket = ${HOLD_BUCKET}`
    case 'cost':
      return sql`bucket <> ${HOLD_BUCKET}`
    case 'more':
    case 'less':
      return sql`bucket like ${`${sort}-%`}`
  }
}

/**
 * A later entry of the call it is asked about; found by the unique key of the ledger. The offset says nothing and keeps PostgreSQL to that key: it would
 * gather all later entries there are first, which takes as long for one day as for all.
 */
function later({ sql: from }: Pick<StatementContext, 'sql'>, kind: 'release' | 'adjust') {
  return from
    .selectFrom('ledger_entries as later')
    .select('later.id')
    .where('later.attempt_id', '=', sql.ref<string>('ledger_entries.attempt_id'))
    .where('later.book', '=', sql.ref<string>('ledger_entries.book'))
    .where('later.kind', '=', kind)
    .limit(1)
    .offset(0)
}
