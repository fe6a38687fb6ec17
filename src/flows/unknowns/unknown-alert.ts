import { sumUnknowns, type UnknownTotal } from '../../generations/index.ts'
import { formatUsd } from '../../primitives/money.ts'
import type { GatewayParts, Policy } from '../gateway-parts.ts'

const HOUR_MS = 3_600_000

/** What is unknown, and what of it is beyond what the operator wants to be told of. */
export interface UnknownState {
  totals: readonly UnknownTotal[]
  /** In words; empty when all is within bounds. */
  alarms: string[]
}

/** How much is unknown now, and whether that is worth a warning. */
export async function unknownState(parts: GatewayParts): Promise<UnknownState> {
  const totals = await sumUnknowns(parts.database, { projectId: null })
  return { totals, alarms: alarmsOf(totals, parts.policy.unknownAlert, parts.clock.nowMs()) }
}

/** Amounts of one book count together here: a bound on money is a bound on all of it, whoever is owed. Play money is no real money. */
function alarmsOf(totals: readonly UnknownTotal[], bounds: Policy['unknownAlert'], nowMs: number): string[] {
  const count = totals.reduce((sum, total) => sum + total.count, 0)
  const oldestMs = Math.max(0, ...totals.map(({ oldest_at_ms }) => nowMs - oldest_at_ms))
  const alarms = count > bounds.count ? [`${count} calls, more than ${bounds.count}`] : []
  for (const [book, own] of Map.groupBy(totals, (total) => total.book)) {
    const held = own.reduce((sum, { held_nanos }) => sum + held_nanos, 0n)
    if (held > bounds.nanos) alarms.push(`$${formatUsd(held)} held in the ${book} book, more than $${formatUsd(bounds.nanos)}`)
  }
  if (oldestMs > bounds.ageMs) alarms.push(`the oldest for ${Math.floor(oldestMs / HOUR_MS)} h, more than ${bounds.ageMs / HOUR_MS} h`)
  return alarms
}
