import type { RouteHealthChange } from '../routes/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** Says by log and metric that a route was switched off, takes no calls for a while, or is back. */
export function tellRouteHealth({ logger, metrics }: Pick<GatewayParts, 'logger' | 'metrics'>, change: RouteHealthChange): void {
  const { routeId, from, to, reason } = change
  metrics.routeChanged({ routeId, state: to })
  const details = { route_id: routeId, from, to, reason }
  if (to === 'disabled') logger.error(details, 'a route is switched off: its account must be looked at')
  else if (to === 'open') logger.warn(details, 'a route takes no calls for a while: too many failed')
  else logger.info(details, 'a route changed')
}
