import type { RouteNews } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/**
 * Listens to the other processes that share the database: what they put on record, what they begin and end on routes, what an operator changed there.
 * A signal that is missed is made good by looking: everybody who is woken here looks by themselves from time to time.
 */
export function hearOthers(parts: GatewayParts): void {
  const { signals } = parts
  const renewRoutes = () => renew(parts, 'what is known of routes', () => parts.standings.refresh(parts))
  const renewKeys = () => renew(parts, 'keys of upstreams', () => parts.vault.refresh())
  signals.on('job', (jobId) => parts.jobEvents.heard(jobId))
  signals.on('ended', (generationId) => parts.underWay.endedElsewhere(generationId))
  signals.on('sets', () => parts.jobSets.look())
  signals.on('batches', (batchId) => parts.batches.heard(batchId === '' ? null : batchId))
  signals.on('access', () => parts.access.forgetKnown())
  signals.on('routes', renewRoutes)
  signals.on('vault', renewKeys)
  signals.on('health', (news) => hearOfRoute(parts, news))
  signals.onGap(() => {
    parts.health.forgetElsewhere()
    parts.access.forgetKnown()
    parts.jobEvents.heard(null)
    renewRoutes()
    renewKeys()
  })
}

/** What others are told of routes in: who tells, and the news as JSON. */
export const routeNews = (from: string, news: RouteNews) => `${from} ${JSON.stringify(news)}`

function hearOfRoute(parts: GatewayParts, told: string): void {
  const space = told.indexOf(' ')
  const news = JSON.parse(told.slice(space + 1)) as RouteNews
  const route = parts.routes.find(news.routeId)
  // A process that was started with another file may know other routes.
  if (route) parts.health.heard(told.slice(0, space), route, news)
}

function renew(parts: GatewayParts, what: string, read: () => Promise<unknown>): void {
  read().catch((error: unknown) => parts.logger.error({ err: error }, `${what} changed elsewhere and could not be read again`))
}
