import { type RouteCard, routesReplySchema } from '../../contract/record.ts'
import type { GatewayParts } from '../../flows/index.ts'
import type { PriceCard } from '../../pricing/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { type RouteContract, routeCard } from '../../routes/index.ts'
import { errorReplies } from '../error-replies.ts'
import { keyRoute } from '../http-route.ts'

/** Who serves, on what contract, and what nobody stated. */
export const routesRoute = keyRoute({
  method: 'GET',
  path: '/v2/routes',
  tenant: 'none',
  tag: 'models',
  summary: 'List the routes with their contracts',
  description:
    'Every fact that was stated of a route, and the names of those that nobody stated. Keys are not part of it, nor where they are kept.',
  replies: { 200: { description: 'The routes, in the order they are asked.', schema: routesReplySchema }, ...errorReplies(401) },
  handle: ({ parts }) => ({ routes: parts.routes.list().map((route) => presentRoute(parts, route)) }),
})

function presentRoute(parts: GatewayParts, route: RouteContract) {
  const { grade, restrictions, ...standing } = parts.standings.of(route, parts.clock.nowMs())
  const card = { ...routeCard(route), price_cards: pricedBy(route, parts) }
  return { ...card, grade, standing: { ...standing, restrictions }, health: presentHealth(parts, route) }
}

function presentHealth(parts: GatewayParts, route: RouteContract): RouteCard['health'] {
  const { since_ms, retry_at_ms, ...state } = parts.health.stateOf(route)
  const time = (epochMs: number | null) => (epochMs === null ? null : isoTime(epochMs))
  return { ...state, since: time(since_ms), retry_at: time(retry_at_ms) }
}

function pricedBy(route: RouteContract, { priceCards }: GatewayParts) {
  return priceCards.filter((card) => card.owner === route.owner && (route.priceCard ?? card.id) === card.id).map(presentCard)
}

function presentCard({ id, date, kind, models, source, confidence }: PriceCard) {
  return { id, date, kind, models, source, confidence }
}
