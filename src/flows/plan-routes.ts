import { type Failure, failure } from '../contract/failure.ts'
import type { ImageRequest } from '../contract/image-request.ts'
import type { RouteCall, RouteChoice, RouteNeed, Unavailable } from '../routes/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { PricedRoute } from './price-call.ts'
import { policyOf, type RoutingPolicy } from './routing-policy.ts'

/** Who asks for what, as far as the choice of routes goes. */
export interface RouteWish {
  projectId: string
  /** Catalogue id of the model. */
  modelId: string
  /** Route id of `x-darkroom-route`; null = whichever the policy puts first. */
  named: string | null
}

/** The routing policy of a project. */
export async function routingPolicy(parts: GatewayParts, projectId: string): Promise<RoutingPolicy> {
  const { name } = await parts.access.projects.settingsOf(projectId)
  return policyOf(parts.policy.routing, name)
}

/**
 * The routes that may be asked, best first, before anything of the request but its model is looked at: the one that is named, or those that
 * may carry production traffic, behind them those that may stand in.
 * @throws Failure `no_route` when there is none, or the gate refused the one that is named
 */
export async function candidateRoutes(parts: GatewayParts, { projectId, modelId, named }: RouteWish): Promise<RouteChoice[]> {
  if (named !== null) return [assertNamed(parts, parts.routes.named(modelId, named))]
  const policy = await routingPolicy(parts, projectId)
  const nowMs = parts.clock.nowMs()
  const listed = policy.order === 'listed' ? parts.routes.listed() : parts.routes.list()
  const allowed = listed.filter(({ owner }) => policy.allowOwners?.includes(owner) ?? true)
  const graded = (grade: string) => allowed.filter((route) => parts.standings.of(route, nowMs).grade === grade)
  const routes = [...graded('production'), ...graded('fallback')]
  if (routes.length === 0) throw nobodyServes(parts, allowed.length < listed.length)
  return routes.map((route) => parts.routes.choice(route, modelId))
}

function assertNamed(parts: GatewayParts, choice: RouteChoice): RouteChoice {
  const { grade, why } = parts.standings.of(choice.route, parts.clock.nowMs())
  if (grade !== 'refused') return choice
  throw failure('no_route', {
    status: 403,
    param: 'x-darkroom-route',
    message: `Route '${choice.route.id}' may not be used. ${why} Nothing was sent or charged; an administrator can grant manual tests of it.`,
  })
}

function nobodyServes(parts: GatewayParts, isNarrowed: boolean): Failure {
  if (isNarrowed)
    return failure('no_route', {
      message: "No route of an owner that the project's policy allows may carry production traffic now. Nothing was sent or charged.",
    })
  const tests = parts.routes.list().map(({ id }) => id)
  const way = tests.length === 0 ? 'None is configured.' : `Routes for manual tests can be named in x-darkroom-route: ${tests.join(', ')}.`
  return failure('no_route', { message: `No route may carry production traffic yet. Nothing was sent or charged. ${way}` })
}

/** Puts priced routes in the order of a policy. Those that stand in stay behind those for production. */
export function inPolicyOrder(parts: GatewayParts, priced: readonly PricedRoute[], { order }: RoutingPolicy): PricedRoute[] {
  const nowMs = parts.clock.nowMs()
  const rank = ({ choice }: PricedRoute) => (parts.standings.of(choice.route, nowMs).grade === 'fallback' ? 1 : 0)
  const by = {
    official: () => 0,
    listed: () => 0,
    cost: (a: PricedRoute, b: PricedRoute) =>
      a.estimate.expected < b.estimate.expected ? -1 : a.estimate.expected > b.estimate.expected ? 1 : 0,
    // One that was never measured is tried: it cannot become known otherwise.
    latency: (a: PricedRoute, b: PricedRoute) =>
      (parts.latencies.of(a.choice.route.id) ?? 0) - (parts.latencies.of(b.choice.route.id) ?? 0),
  }[order]
  return [...priced].sort((a, b) => rank(a) - rank(b) || by(a, b))
}

/** A route that took the call, its place there, and those that are left to turn to. */
export interface PlacedRoute {
  taken: PricedRoute
  place: RouteCall
  others: readonly PricedRoute[]
}

/**
 * Takes a place on the first route that has one.
 * @returns why there is none, of the route that will have one first
 */
export function takePlace(parts: GatewayParts, plan: readonly PricedRoute[], request: ImageRequest): PlacedRoute | Failure {
  let soonest: { route: RouteChoice['route']; why: Unavailable } | null = null
  for (const [index, priced] of plan.entries()) {
    const { route } = priced.choice
    const begun = parts.health.begin(route, needOf(request, priced))
    if (begun.reason === null) return { taken: priced, place: begun, others: plan.slice(index + 1) }
    if (soonest === null || (begun.retryAfterMs ?? Infinity) < (soonest.why.retryAfterMs ?? Infinity)) soonest = { route, why: begun }
  }
  return soonest === null ? failure('no_route') : unavailable(soonest.route.id, soonest.why)
}

/** What a call takes from the limits of a route. */
function needOf(request: ImageRequest, { estimate }: PricedRoute): RouteNeed {
  const tokens = Object.values(estimate.tokens ?? {}).reduce((sum, count) => sum + count, 0)
  return { images: request.n, tokens }
}

/** A route that takes no call now, as the caller is told. Nothing was sent. */
export function unavailable(routeId: string, { reason, retryAfterMs }: Unavailable): Failure {
  const wait = retryAfterMs === null ? {} : { retryAfterMs }
  switch (reason) {
    case 'auth':
      return failure('upstream_auth_failed', {
        status: 503,
        message: `${disabledWords(routeId)} its credentials were refused. ${sentNothing}`,
        ...wait,
      })
    case 'quota':
      return failure('upstream_quota_exceeded', {
        status: 503,
        message: `${disabledWords(routeId)} its account has no quota left. ${sentNothing}`,
        ...wait,
      })
    case 'breaker_open':
      return failure('route_unavailable', wait)
    default:
      return failure('upstream_rate_limited', {
        publicCode: 'rate_limit_exceeded',
        message: `Route '${routeId}' is at its limit (${limitWords[reason]}). Nothing was sent or charged; wait for the time in Retry-After and send it again.`,
        ...wait,
      })
  }
}

const disabledWords = (routeId: string) => `Route '${routeId}' is switched off, since`
const sentNothing = 'Nothing was sent or charged; the operator must mend the account or add another route.'
const limitWords = {
  rate_limited: 'upstream asked to wait',
  concurrency: 'calls at once',
  images_per_minute: 'images a minute',
  tokens_per_minute: 'tokens a minute',
} as const
