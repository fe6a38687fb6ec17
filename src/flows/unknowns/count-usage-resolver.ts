import { type CountedAttempt, findRouteAttempts, type UnknownAttempt } from '../../generations/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import type { UsageAnswer } from '../../providers/index.ts'
import type { RouteContract } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { type Comparison, compareUsage, type OwnCall, type Stretch, stretchesOf } from './compare-usage.ts'
import { routesOfAccount } from './routes-of-account.ts'
import { type Finding, isTimeToAsk, type UnknownResolver } from './unknown-resolver.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * Step E4: asks how many calls the account was counted for. Only where the key of the route is declared to be used by nothing else; the count
 * says how many, never which, so it decides when it is all of them or none.
 */
export const countUsageResolver: UnknownResolver = {
  step: 'E4',
  isDue: isTimeToAsk,
  async resolve(parts, due) {
    const findings: Finding[] = []
    for (const [routeId, unknowns] of Map.groupBy(due, ({ route_id }) => route_id)) {
      const route = parts.routes.list().find(({ id }) => id === routeId)
      if (route?.usageApi) findings.push(...(await askRoute(parts, route, unknowns)))
    }
    return findings
  },
}

async function askRoute(parts: GatewayParts, route: RouteContract, unknowns: readonly UnknownAttempt[]): Promise<Finding[]> {
  const starts = unknowns.map(({ started_at_ms }) => started_at_ms)
  const span = { routeIds: routesOfAccount(parts, route), fromMs: Math.min(...starts) - DAY_MS, toMs: Math.max(...starts) + DAY_MS }
  const asked = new Set(unknowns.map(({ attempt_id }) => attempt_id))
  const calls = (await findRouteAttempts(parts.database, span)).flatMap((attempt) => ownCall(attempt) ?? [])
  const stretches = stretchesOf(calls).filter((stretch) => stretch.calls.some(({ id }) => asked.has(id)))
  const findings: Finding[] = []
  for (const stretch of stretches) {
    const answer = await count(parts, route, stretch)
    if (answer === null) return findings
    if ('unavailable' in answer) {
      parts.logger.warn({ route_id: route.id, outcome: answer.unavailable }, 'what the account was counted for could not be asked')
      return findings
    }
    const nowMs = parts.clock.nowMs()
    findings.push(...compareUsage(stretch, answer.counts, nowMs).flatMap((comparison) => findingsOf(comparison, stretch, nowMs)))
  }
  return findings
}

async function count(parts: GatewayParts, { protocol, baseUrl, usageApi }: RouteContract, stretch: Stretch): Promise<UsageAnswer | null> {
  const provider = parts.providers.get(protocol)
  if (!provider?.countUsage || !usageApi) return null
  return provider.countUsage({ baseUrl, key: usageApi.key, apiKeyId: usageApi.apiKeyId, fromMs: stretch.fromMs, toMs: stretch.toMs })
}

const standings: Readonly<Record<string, OwnCall['standing']>> = {
  ok: 'charged',
  charged_lost: 'charged',
  resolved_charged: 'charged',
  unknown: 'open',
  presumed_charged: 'presumed',
  dispatching: 'running',
}

const sources: Readonly<Record<string, OwnCall['source']>> = { generate: 'image.generation', edit: 'image.edit' }

/** Null for a call that was surely not charged. A call without an answer may have gone on upstream until its time was over. */
function ownCall(attempt: CountedAttempt): OwnCall | null {
  const standing = standings[attempt.state]
  if (!standing) return null
  const lastedMs = standing === 'charged' ? (attempt.total_ms ?? attempt.timeout_ms) : Math.max(attempt.total_ms ?? 0, attempt.timeout_ms)
  const { id, model_sent: model, started_at_ms: fromMs } = attempt
  return { id, model, source: sources[attempt.operation] ?? null, fromMs, toMs: fromMs + lastedMs, standing }
}

function findingsOf({ open, outcome, reason, ...figures }: Comparison, stretch: Stretch, nowMs: number): Finding[] {
  const evidence = {
    asked_at: isoTime(nowMs),
    from: isoTime(stretch.fromMs),
    to: isoTime(stretch.toMs),
    model: figures.model,
    source: figures.source,
    counted_requests: figures.countedRequests,
    counted_images: figures.countedImages,
    explained_calls: figures.explained,
    unknown_calls: figures.unknown,
    reason,
  }
  return open.map((attemptId) => ({ attemptId, outcome, evidence }))
}
