const DAY_MS = 86_400_000

/** A day of the ledger: UTC, `2026-11-20`. */
export const dayOf = (atMs: number) => new Date(atMs).toISOString().slice(0, 10)
export const startOf = (day: string) => Date.parse(`${day}T00:00:00Z`)

/** Every day from one to another, both included. */
export function daysBetween(first: string, last: string): string[] {
  const count = Math.max(0, Math.round((startOf(last) - startOf(first)) / DAY_MS)) + 1
  return Array.from({ length: count }, (_, place) => dayOf(startOf(first) + place * DAY_MS))
}

/** So many days, today included. */
export const lastDays = (count: number, nowMs: number) => daysBetween(dayOf(nowMs - (count - 1) * DAY_MS), dayOf(nowMs))

/** How many days of a month are still to come, today included. */
export function daysLeftInMonth(nowMs: number): number {
  const now = new Date(nowMs)
  const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)
  return Math.ceil((end - nowMs) / DAY_MS)
}

/** The first day of the month under way. */
export const firstOfMonth = (nowMs: number) => `${dayOf(nowMs).slice(0, 7)}-01`
