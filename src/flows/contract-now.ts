import { frozenContract, type RouteContract } from '../routes/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** The contract of a route as it is frozen into a record, with how the route stands at this moment and what the gate took from it. */
export function contractNow(parts: GatewayParts, route: RouteContract, priceCard: string): Record<string, unknown> {
  const { grade, gate_verdict, valid_until, restrictions, granted } = parts.standings.of(route, parts.clock.nowMs())
  return { ...frozenContract(route, priceCard), grade, gate: { verdict: gate_verdict, valid_until, restrictions, granted } }
}
