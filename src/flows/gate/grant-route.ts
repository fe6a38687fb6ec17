import type { RouteGrant } from '../../contract/record.ts'
import { statementContext } from '../../db/index.ts'
import { presentRouteGrant, recordRouteGrant, revokeRouteGrants, standingEntry } from '../../gate/index.ts'
import { routeConfigSha256 } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { standingRoute } from '../route-standings.ts'

/** Leave to test a refused route by hand. */
export interface GrantOrder {
  routeId: string
  reason: string
  forMs: number
  actor: string
}

/** Grants manual tests of a route under its present configuration, on record and in the log. @throws Failure `no_route` */
export async function grantRoute(parts: GatewayParts, { routeId, reason, forMs, actor }: GrantOrder): Promise<RouteGrant> {
  const { route } = parts.routes.named('', routeId)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const { grant, statement } = recordRouteGrant(context, {
    routeId,
    configSha256: routeConfigSha256(route),
    reason,
    actor,
    untilMs: context.nowMs + forMs,
  })
  await parts.database.transact([statement])
  await parts.standings.changed(parts)
  parts.logger.warn({ route_id: routeId, actor, reason, until_ms: grant.until_ms }, 'manual tests of a route were granted')
  return presentRouteGrant(grant)
}

/** Takes every grant of a route back. @returns how many were in force */
export async function withdrawGrants(parts: GatewayParts, { routeId, actor }: Pick<GrantOrder, 'routeId' | 'actor'>): Promise<number> {
  parts.routes.named('', routeId)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const [revoked] = await parts.database.transact([revokeRouteGrants(context, { routeId })])
  await parts.standings.changed(parts)
  parts.logger.warn({ route_id: routeId, actor, count: revoked!.changes }, 'grants of manual tests were taken back')
  return revoked!.changes
}

/** How every route stands, and what was found out about it. */
export function listStandings(parts: GatewayParts) {
  const nowMs = parts.clock.nowMs()
  const entry = (route: ReturnType<typeof parts.routes.list>[number]) =>
    standingEntry(standingRoute(route), parts.standings.of(route, nowMs), parts.standings.runOf(route), parts.standings.watchOf(route))
  return { routes: parts.routes.list().map(entry) }
}
