import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'
import { closedSpans } from './closed-spans.ts'
import { readCursor, writeCursor } from './cursor.ts'
import type { LedgerBook } from './ledger-entry.ts'
import { ledgerLines } from './ledger-lines.ts'
import { groupColumn, type LedgerGroup, type LedgerRange, pageSize } from './ledger-query.ts'

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
 * database in 64-bit integers; a sum beyond them is an error, never a rounded number. Hours and days that are over come as the sums they were closed with.
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

  const closed = await closedSpans(db, query)
  const sums = () => db.sql.selectFrom(ledgerLines(db, query, closed).as('lines')).select(summed)
  const page = sums()
    .select(groups.map((group) => sql<string | null>`${sql.ref(groupColumn[group])}`.as(group)))
    .groupBy(['route_owner', 'book', ...groups.map((group) => groupColumn[group])])
    .$if(after !== null, (report) => report.where(sql<boolean>`(${sql.join(places)}) > (${sql.join(after!)})`))
    .orderBy(sql.join(places))
    .limit(limit + 1)
  const totals = sums().groupBy(['route_owner', 'book']).orderBy('route_owner').orderBy('book')
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

/** What every row of the report sums. */
const summed = [
  'route_owner',
  'book',
  whole('calls'),
  whole('images'),
  ...(['charged_nanos', 'lost_nanos', 'presumed_nanos', 'invoiced_nanos', 'reserved_nanos', 'held_unknown_nanos'] as const).map(nanos),
] as const

function whole<Name extends 'calls' | 'images'>(name: Name) {
  return sql<number>`cast(sum(${sql.ref(name)}) as bigint)`.as(name)
}

function nanos<Name extends string>(name: Name) {
  return sql<bigint>`cast(sum(${sql.ref(name)}) as bigint)`.as(name)
}
