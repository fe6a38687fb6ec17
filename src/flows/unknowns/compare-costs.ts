import { readLedger } from '../../ledger/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import type { Nanos } from '../../primitives/money.ts'
import type { RouteContract } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { routesOfAccount } from './routes-of-account.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A bill is complete some hours after its day has ended. */
const COMPLETE_AFTER_MS = 12 * HOUR_MS
/** Calls around midnight stand in the books of one day and on the bill of another: over a week that evens out. */
const DAYS = 7
/** Books and bill that are further apart than this are worth a look. */
const ALARM_AT = 0.02

/** The books of an account beside its bill. */
export interface CostComparison {
  routeIds: readonly string[]
  owner: string
  /** First day and the day after the last, `YYYY-MM-DD`, UTC. */
  from: string
  to: string
  /** What is booked as charged. */
  booked: Nanos
  /** What calls may have cost of which nobody knows. */
  held: Nanos
  billed: Nanos
  /** How far the bill lies outside of what can be explained, as a share of the larger of both; 0 = it is explained. */
  drift: number
  isAlarm: boolean
}

/**
 * Step E5: compares what the ledger says of the last seven whole days with what each account was billed. It decides about no call: a bill
 * names none. Only accounts that nothing else uses can be compared (`usage_api` with `exclusive`).
 */
export async function compareCosts(parts: GatewayParts): Promise<CostComparison[]> {
  const toMs = Math.floor((parts.clock.nowMs() - COMPLETE_AFTER_MS) / DAY_MS) * DAY_MS
  const range = { fromMs: toMs - DAYS * DAY_MS, toMs }
  const comparisons: CostComparison[] = []
  const seen = new Set<string>()
  for (const route of parts.routes.list()) {
    const routeIds = route.usageApi ? routesOfAccount(parts, route) : []
    if (routeIds.length === 0 || routeIds.some((id) => seen.has(id))) continue
    for (const id of routeIds) seen.add(id)
    const billed = await bill(parts, route, range)
    if (billed !== null) comparisons.push(compared({ route, routeIds, range, billed, ...(await books(parts, routeIds, range)) }))
  }
  return comparisons
}

async function bill(
  parts: GatewayParts,
  { id, protocol, baseUrl, usageApi }: RouteContract,
  range: { fromMs: number; toMs: number },
): Promise<Nanos | null> {
  const provider = parts.providers.get(protocol)
  if (!provider?.countCosts || !usageApi) return null
  const answer = await provider.countCosts({ baseUrl, key: usageApi.key, apiKeyId: usageApi.apiKeyId, ...range })
  if ('nanos' in answer) return answer.nanos
  parts.logger.warn({ route_id: id, outcome: answer.unavailable }, 'what the account was billed could not be asked')
  return null
}

async function books(parts: GatewayParts, routeIds: readonly string[], range: { fromMs: number; toMs: number }) {
  let booked: Nanos = 0n
  let held: Nanos = 0n
  let cursor: string | null = null
  do {
    const page = await readLedger(parts.database, { ...range, group: ['route'], cursor, limit: 1000 })
    for (const { route, charged, held_unknown } of page.rows) {
      if (!routeIds.includes(route ?? '')) continue
      booked += charged
      held += held_unknown
    }
    cursor = page.next_cursor
  } while (cursor !== null)
  return { booked, held }
}

interface Compared {
  route: RouteContract
  routeIds: readonly string[]
  range: { fromMs: number; toMs: number }
  booked: Nanos
  held: Nanos
  billed: Nanos
}

function compared({ route, routeIds, range, booked, held, billed }: Compared): CostComparison {
  const outside = billed > booked + held ? billed - booked - held : billed < booked ? booked - billed : 0n
  const larger = billed > booked ? billed : booked
  const drift = larger === 0n ? 0 : Number(outside) / Number(larger)
  const day = (atMs: number) => isoTime(atMs).slice(0, 10)
  const span = { from: day(range.fromMs), to: day(range.toMs) }
  return { routeIds, owner: route.owner, ...span, booked, held, billed, drift, isAlarm: drift > ALARM_AT }
}
