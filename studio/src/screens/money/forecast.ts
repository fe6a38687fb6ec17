import { dayOf, daysLeftInMonth, firstOfMonth, lastDays } from './days.ts'

const PACE_DAYS = 7
const DAY_MS = 86_400_000

/** Where spending leads if it goes on as in the last days. */
export interface Forecast {
  /** Nanos a day: the mean of the last seven days, today left out because it is not over. */
  pace: bigint
  /** Days that the mean is of: fewer where spending began later. 0 = nothing was spent before today, and nothing can be said. */
  paceDays: number
  spentThisMonth: bigint
  /** What the month comes to. */
  monthEnd: bigint
}

/** @param byDay what was charged on each day, as far as anything was. */
export function forecast(byDay: ReadonlyMap<string, bigint>, nowMs: number): Forecast {
  const today = dayOf(nowMs)
  const week = lastDays(PACE_DAYS + 1, nowMs).slice(0, -1)
  const first = [...byDay.keys()].filter((day) => day < today).sort()[0]
  const counted = first === undefined ? [] : week.filter((day) => day >= first)
  const sum = counted.reduce((all, day) => all + (byDay.get(day) ?? 0n), 0n)
  const pace = counted.length === 0 ? 0n : sum / BigInt(counted.length)
  const monthStart = firstOfMonth(nowMs)
  const spentThisMonth = [...byDay].reduce((all, [day, nanos]) => (day >= monthStart ? all + nanos : all), 0n)
  const spentToday = byDay.get(today) ?? 0n
  const restOfToday = pace > spentToday ? pace - spentToday : 0n
  const monthEnd = spentThisMonth + restOfToday + pace * BigInt(daysLeftInMonth(nowMs) - 1)
  return { pace, paceDays: counted.length, spentThisMonth, monthEnd }
}

/** The day on which an amount is used up at a pace; null where it never is. */
export function usedUpOn(left: bigint, pace: bigint, nowMs: number): string | null {
  if (pace <= 0n) return null
  const days = Number(left / pace)
  return days > 3650 ? null : dayOf(nowMs + days * DAY_MS)
}
