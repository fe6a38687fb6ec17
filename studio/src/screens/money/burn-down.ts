import type { api } from '#sdk'
import { dayOf, daysBetween } from './days.ts'
import { sumBy } from './spending.ts'

/** What is left of a budget at the end of each day of its period. */
export interface BurnDown {
  days: string[]
  /** Null for days to come. */
  left: (bigint | null)[]
  /** As if it were spent evenly; null where the budget has no end. */
  even: bigint[] | null
  /** Nanos a day, of the last seven days of it, today left out; 0 = nothing can be said. */
  pace: bigint
}

/** The first day that counts in the period under way: a budget counts nothing from before it was made. */
export function firstDayOf({ period, period_id, created_at }: api.Budget): string {
  const made = created_at.slice(0, 10)
  const begins = period === 'total' ? made : period === 'month' ? `${period_id}-01` : period_id
  return begins > made ? begins : made
}

/**
 * Goes backwards from what is left now, by what the ledger booked each day: so that its end is what the budget itself says.
 * @param rows of the ledger, by day, project and key
 */
export function burnDown(budget: api.Budget, rows: readonly api.Ledger['rows'][number][], nowMs: number): BurnDown {
  const first = firstDayOf(budget)
  const today = dayOf(nowMs)
  const last = budget.renews_at === null ? today : dayOf(Date.parse(budget.renews_at) - 1)
  const days = daysBetween(first, last)
  const own = rows.filter((row) => counts(budget, row))
  const spent = sumBy(
    own,
    ({ day }) => day ?? '',
    ({ charged }) => BigInt(charged.nanos),
  )
  const limit = BigInt(budget.limit.nanos)
  let left = limit - BigInt(budget.spent.nanos)
  const leftBy = new Map<string, bigint>()
  for (const day of daysBetween(first, today).toReversed()) {
    leftBy.set(day, left)
    left += spent.get(day) ?? 0n
  }
  const week = daysBetween(first, today).slice(0, -1).slice(-7)
  const pace = week.length === 0 ? 0n : week.reduce((sum, day) => sum + (spent.get(day) ?? 0n), 0n) / BigInt(week.length)
  const even = budget.renews_at === null ? null : days.map((_, place) => limit - (limit * BigInt(place + 1)) / BigInt(days.length))
  return { days, left: days.map((day) => leftBy.get(day) ?? null), even, pace }
}

function counts({ project_id, key_id, book, route_owner }: api.Budget, row: api.Ledger['rows'][number]): boolean {
  return (
    row.book === book &&
    row.project === project_id &&
    (key_id ?? row.key) === row.key &&
    (route_owner ?? row.route_owner) === row.route_owner
  )
}
