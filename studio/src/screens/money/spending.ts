import type { api } from '#sdk'
import type { MoneyGroup } from './money-search.ts'

/** What is charged by whom: sums of two of them never share a line, a chart or a total. */
export interface Bill {
  owner: string
  book: 'provider' | 'sandbox'
  kind: 'official' | 'provider' | 'sandbox'
}

/** Part of a bill on one day. */
export interface Spent {
  day: string
  /** Of the group: a model, a key; empty where there is none. */
  name: string
  owner: string
  book: Bill['book']
  calls: number
  charged: bigint
  lost: bigint
  presumed: bigint
  reserved: bigint
  held: bigint
}

/** A row of the ledger that was grouped by day and one more. */
export function spentOf(row: api.Ledger['rows'][number], group: MoneyGroup): Spent {
  return {
    day: row.day ?? '',
    name: (group === 'quality' ? null : row[group]) ?? '',
    owner: row.route_owner,
    book: row.book,
    calls: row.calls,
    charged: BigInt(row.charged.nanos),
    lost: BigInt(row.lost.nanos),
    presumed: BigInt(row.presumed.nanos),
    reserved: BigInt(row.reserved.nanos),
    held: BigInt(row.held_unknown.nanos),
  }
}

/** The bills of some sums: official ones first, play money last. */
export function billsOf(
  totals: readonly Pick<api.Ledger['rows'][number], 'route_owner' | 'book'>[],
  routes: readonly api.RouteCard[],
): Bill[] {
  const officials = new Set(routes.filter(({ kind }) => kind === 'official').map(({ owner }) => owner))
  const bills = totals.map(({ route_owner: owner, book }): Bill => {
    const kind = book === 'sandbox' ? 'sandbox' : officials.has(owner) ? 'official' : 'provider'
    return { owner, book, kind }
  })
  const order = ['official', 'provider', 'sandbox']
  return bills.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind) || (one.owner < other.owner ? -1 : 1))
}

/** Whether something belongs to a bill. */
export const isOf =
  ({ owner, book }: Pick<Bill, 'owner' | 'book'>) =>
  (of: Pick<Bill, 'owner' | 'book'>) =>
    of.owner === owner && of.book === book

/** Sums by a name of each row, in the order they came. */
export function sumBy<Row>(rows: readonly Row[], nameOf: (row: Row) => string, amount: (row: Row) => bigint): Map<string, bigint> {
  const sums = new Map<string, bigint>()
  for (const row of rows) sums.set(nameOf(row), (sums.get(nameOf(row)) ?? 0n) + amount(row))
  return sums
}

/** The sum of one amount of all rows. */
export const total = <Row>(rows: readonly Row[], amount: (row: Row) => bigint) => rows.reduce((sum, row) => sum + amount(row), 0n)
