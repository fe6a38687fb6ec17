import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { Database, Tables } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'
import { type BookEffect, type BucketSort, bookEffects, type MoneyBook } from './book-effects.ts'
import { readCursor, writeCursor } from './cursor.ts'
import { HOLD_BUCKET, type LedgerBook } from './ledger-entry.ts'
import { groupColumn, type LedgerGroup, type LedgerRange, pageSize } from './ledger-query.ts'
import { holdIsClosed } from './resolution-statements.ts'

/** Sums of a part of the ledger. */
export interface LedgerSums {
  route_owner: string
  book: LedgerBook
  /** Upstream calls that were reserved. */
  calls: number
  /** Pictures they delivered. */
  images: number
  /** What they cost, losses included: the settled side of `provider_cost`. */
  charged: Nanos
  /** How much of `charged` gave no picture. */
  lost: Nanos
  /** How much of `charged` is presumed: nobody found out in time, and nothing has confirmed or corrected it since. */
  presumed: Nanos
  /** What the project is charged of it: the settled side of `tenant_invoice`. */
  invoiced: Nanos
  /** Set aside for calls that have not ended. */
  reserved: Nanos
  /** What calls may have cost of which nobody knows. */
  held_unknown: Nanos
}

/** A row of the report: the groups asked for, then the sums. `key` is null for the admin's own calls, `tag` for untagged ones. */
export type LedgerRow = LedgerSums & { [Group in LedgerGroup]?: string | null }

/** The ledger as `GET /v2/ledger` shows it, amounts still in nanos. */
export interface LedgerReport {
  rows: LedgerRow[]
  /** Over the whole range, whatever page this is; real and play money never share a line. */
  totals_by_owner: LedgerSums[]
  next_cursor: string | null
}

/**
 * Sums the ledger by owner and book and whatever else is asked. Rows and totals are of one moment. All adding up is done by the
 * database in 64-bit integers; a sum beyond them is an error, never a rounded number.
 * @throws `Failure('invalid_value')` for a cursor or limit that cannot be used.
 */
export async function readLedger(db: Database, query: LedgerRange & { group?: readonly LedgerGroup[] }): Promise<LedgerReport> {
  const groups = query.group ?? []
  const limit = pageSize(query.limit)
  const mark = ['ledger', query.fromMs ?? null, query.toMs ?? null, query.projectId ?? null, ...groups]
  const places = [sql.ref('route_owner'), sql.ref('book'), ...groups.map(place)]
  const after = query.cursor
    ? readCursor(
        mark,
        query.cursor,
        places.map(() => 'string'),
      )
    : null

  const page = sums(db, query)
    .select(groups.map((group) => sql<string | null>`${sql.ref(groupColumn[group])}`.as(group)))
    .groupBy(['route_owner', 'book', ...groups.map((group) => groupColumn[group])])
    .$if(after !== null, (report) => report.where(sql<boolean>`(${sql.join(places)}) > (${sql.join(after!)})`))
    .orderBy(sql.join(places))
    .limit(limit + 1)
  const totals = sums(db, query).groupBy(['route_owner', 'book']).orderBy('route_owner').orderBy('book')
  const [found, totalsFound] = await db.readAll<[SumsRow, SumsRow]>([page, totals])

  const rows = found.slice(0, limit).map(toRow)
  const more = found.length > limit
  return {
    rows,
    totals_by_owner: totalsFound.map(toRow),
    next_cursor: more ? writeCursor(mark, positionOf(rows.at(-1)!, groups)) : null,
  }
}

/** A group's place in the order of rows. Null and the empty text would share one, so the schema refuses an empty tag. */
function place(group: LedgerGroup): RawBuilder<string> {
  return sql<string>`coalesce(${sql.ref(groupColumn[group])}, '')`
}

function positionOf(row: LedgerRow, groups: readonly LedgerGroup[]): string[] {
  return [row.route_owner, row.book, ...groups.map((group) => row[group] ?? '')]
}

type SumsRow = { [Group in LedgerGroup]?: string | null } & {
  route_owner: string
  book: string
  calls: number
  images: number
  charged_nanos: bigint
  lost_nanos: bigint
  presumed_nanos: bigint
  invoiced_nanos: bigint
  reserved_nanos: bigint
  held_unknown_nanos: bigint
}

function toRow(row: SumsRow): LedgerRow {
  const { book, charged_nanos, lost_nanos, presumed_nanos, invoiced_nanos, reserved_nanos, held_unknown_nanos, ...rest } = row
  return {
    ...rest,
    book: book as LedgerBook,
    charged: charged_nanos,
    lost: lost_nanos,
    presumed: presumed_nanos,
    invoiced: invoiced_nanos,
    reserved: reserved_nanos,
    held_unknown: held_unknown_nanos,
  }
}

type Entries = SelectQueryBuilder<Tables, 'ledger_entries', object>

/**
 * What every row of the report sums. A reservation counts on the day it was made and only while nothing has released it, and a hold while
 * nothing has closed it, so a call that ends after midnight leaves no debt on one day and no credit on the next. Reads index
 * `ledger_by_time` or `ledger_by_project`.
 */
function sums(db: Database, range: LedgerRange) {
  return within(db.sql.selectFrom('ledger_entries'), range).select((entry) => [
    'route_owner',
    'book',
    sql<number>`count(case when kind = 'reserve' then 1 end)`.as('calls'),
    sql<number>`cast(sum(images) as bigint)`.as('images'),
    settledIn('provider_cost').as('charged_nanos'),
    settledIn('provider_cost', ({ kind }) => kind !== 'settle').as('lost_nanos'),
    sumOf(sql`kind = 'presume' and bucket <> ${HOLD_BUCKET} and ${entry.not(entry.exists(later(db, 'adjust')))}`).as('presumed_nanos'),
    settledIn('tenant_invoice').as('invoiced_nanos'),
    sumOf(sql`kind = 'reserve' and ${entry.not(entry.exists(later(db, 'release')))}`).as('reserved_nanos'),
    sumOf(sql`kind = 'hold_unknown' and ${entry.not(holdIsClosed(db)(entry))}`).as('held_unknown_nanos'),
  ])
}

function sumOf(condition: RawBuilder<unknown>) {
  return sql<bigint>`cast(coalesce(sum(case when ${condition} then nanos end), 0) as bigint)`
}

/** The settled side of a book, as the table of effects has it; of some kinds only, where that is asked. */
export function settledIn(book: MoneyBook, counts: (effect: BookEffect) => boolean = () => true) {
  const counting = bookEffects.filter((effect) => effect[book].settled !== 0 && counts(effect))
  const cases = counting.map(
    (effect) =>
      sql`when kind = ${effect.kind} and ${ofSort(effect.buckets)} then ${sql.raw(effect[book].settled < 0 ? '-nanos' : 'nanos')}`,
  )
  return sql<bigint>`cast(coalesce(sum(case ${sql.join(cases, sql` `)} end), 0) as bigint)`
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
function later(db: Database, kind: 'release' | 'adjust') {
  return db.sql
    .selectFrom('ledger_entries as later')
    .select('later.id')
    .where('later.attempt_id', '=', sql.ref<string>('ledger_entries.attempt_id'))
    .where('later.book', '=', sql.ref<string>('ledger_entries.book'))
    .where('later.kind', '=', kind)
    .limit(1)
    .offset(0)
}

/** Narrows a query of entries to a range of time and a project. */
export function within<Query extends Entries>(entries: Query, { fromMs, toMs, projectId }: LedgerRange): Query {
  let narrowed: Entries = entries
  if (fromMs !== undefined) narrowed = narrowed.where('at_ms', '>=', fromMs)
  if (toMs !== undefined) narrowed = narrowed.where('at_ms', '<', toMs)
  if (projectId != null) narrowed = narrowed.where('project_id', '=', projectId)
  return narrowed as Query
}
