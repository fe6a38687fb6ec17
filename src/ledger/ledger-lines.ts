import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { Database, LedgerEntryRow, Tables } from '../db/index.ts'
import type { ClosedSpans, TimeSpan } from './closed-spans.ts'
import type { LedgerRange } from './ledger-query.ts'
import { openAmounts, settledAmounts } from './line-amounts.ts'

/** One of them. */
export type LineRow = Pick<LedgerEntryRow, (typeof columns)[number]> & Record<'calls' | 'images', number> & Record<NanosColumn, bigint>
type NanosColumn = 'charged_nanos' | 'lost_nanos' | 'presumed_nanos' | 'invoiced_nanos' | 'reserved_nanos' | 'held_unknown_nanos'

const columns = ['route_owner', 'book', 'day', 'model', 'route_id', 'project_id', 'key_id', 'project_tag'] as const
const none = sql<bigint>`cast(0 as bigint)`

/**
 * All that a report over a range adds up, one row for each line or stored sum. A reservation counts on the day it was made and only while nothing has
 * released it, and a hold while nothing has closed it, so a call that ends after midnight leaves no debt on one day and no credit on the next.
 * Reads index `ledger_by_time` or `ledger_by_project` where nothing is closed.
 */
export function ledgerLines(db: Database, range: LedgerRange, closed: ClosedSpans): RawBuilder<LineRow> {
  const { hours } = closed
  if (hours.toMs <= hours.fromMs) return sql`(${entries(db, range)})`
  const all = storedSums(db, range, closed)
    .unionAll(openEntries(db, range, hours))
    .unionAll(lateEntries(db, range, hours))
    .unionAll(entries(db, { ...range, toMs: hours.fromMs }))
    .unionAll(entries(db, { ...range, fromMs: hours.toMs }))
  return sql`(${all})`
}

/** Line by line, as they stand now. */
function entries(db: Database, range: LedgerRange) {
  return within(db.sql.selectFrom('ledger_entries'), range).select(columns).select(settledAmounts()).select(openAmounts(db))
}

/** Days, and the hours that are not in one of them. */
function storedSums(db: Database, { projectId }: LedgerRange, { hours, days }: ClosedSpans) {
  return db.sql
    .selectFrom('ledger_sums')
    .where((row) => {
      const span = (name: 'hour' | 'day', { fromMs, toMs }: TimeSpan) =>
        row.and([row('span', '=', name), row('from_ms', '>=', fromMs), row('from_ms', '<', toMs)])
      const outside =
        days.toMs > days.fromMs
          ? [
              { ...hours, toMs: days.fromMs },
              { ...hours, fromMs: days.toMs },
            ]
          : [hours]
      return row.or([span('day', days), ...outside.map((piece) => span('hour', piece))])
    })
    .$if(projectId != null, (rows) => rows.where('project_id', '=', projectId!))
    .select(columns)
    .select(['calls', 'images', 'charged_nanos', 'lost_nanos', 'invoiced_nanos'])
    .select([none.as('presumed_nanos'), none.as('reserved_nanos'), none.as('held_unknown_nanos')])
}

/** What was open when its hour was closed, as far as it still is. */
function openEntries(db: Database, range: LedgerRange, hours: TimeSpan) {
  const zero = sql<number>`0`
  return noted(db, 'ledger_open_entries', range, hours)
    .select(columns)
    .select([zero.as('calls'), zero.as('images'), none.as('charged_nanos'), none.as('lost_nanos'), none.as('invoiced_nanos')])
    .select(openAmounts(db))
}

/** What the sums of its hour do not have. */
function lateEntries(db: Database, range: LedgerRange, hours: TimeSpan) {
  return noted(db, 'ledger_late_entries', range, hours).select(columns).select(settledAmounts()).select(openAmounts(db))
}

function noted(db: Database, table: 'ledger_open_entries' | 'ledger_late_entries', { projectId }: LedgerRange, { fromMs, toMs }: TimeSpan) {
  const ids = db.sql.selectFrom(table).select('entry_id').where('at_ms', '>=', fromMs).where('at_ms', '<', toMs)
  return within(db.sql.selectFrom('ledger_entries').where('id', 'in', ids), { projectId })
}

type Entries = SelectQueryBuilder<Tables, 'ledger_entries', object>

/** Narrows a query of entries to a range of time and a project. */
export function within<Query extends Entries>(query: Query, { fromMs, toMs, projectId }: LedgerRange): Query {
  let narrowed: Entries = query
  if (fromMs !== undefined) narrowed = narrowed.where('at_ms', '>=', fromMs)
  if (toMs !== undefined) narrowed = narrowed.where('at_ms', '<', toMs)
  if (projectId != null) narrowed = narrowed.where('project_id', '=', projectId)
  return narrowed as Query
}
