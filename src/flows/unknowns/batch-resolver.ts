import type { UnknownAttempt } from '../../generations/index.ts'
import type { UpstreamBatch } from '../../providers/index.ts'
import type { RouteContract } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { Finding, UnknownResolver } from './unknown-resolver.ts'

/** Upstream's clock may be behind ours. */
const CLOCK_TOLERANCE_MS = 5 * 60_000
const over = ['completed', 'failed', 'expired', 'cancelled']

/**
 * Step E3: lists the batches of the account. One that bears an attempt's id in its metadata says for certain what became of it, also when
 * its creation was never answered.
 */
export const batchResolver: UnknownResolver = {
  step: 'E3',
  isDue: () => true,
  async resolve(parts, due) {
    const findings: Finding[] = []
    for (const [routeId, unknowns] of Map.groupBy(due, ({ route_id }) => route_id)) {
      const route = parts.routes.list().find(({ id }) => id === routeId)
      if (route && mayHaveBatches(route)) findings.push(...(await askRoute(parts, route, unknowns)))
    }
    return findings
  },
}

/** Resellers and servers of one's own rarely have them; to ask there would be noise in their logs. */
const mayHaveBatches = ({ kind }: RouteContract) => kind === 'official' || kind === 'sandbox'

async function askRoute(parts: GatewayParts, route: RouteContract, unknowns: readonly UnknownAttempt[]): Promise<Finding[]> {
  const upstream = parts.providers.get(route.protocol)?.batches
  if (!upstream) return []
  const sinceMs = Math.min(...unknowns.map(({ started_at_ms }) => started_at_ms)) - CLOCK_TOLERANCE_MS
  const answer = await upstream.listBatches({ baseUrl: route.baseUrl, key: route.key, sinceMs })
  if ('unavailable' in answer) {
    parts.logger.info({ route_id: route.id, outcome: answer.unavailable }, 'the batches of the account could not be listed')
    return []
  }
  return unknowns.flatMap(({ attempt_id }) => {
    const batch = answer.batches.find(({ metadata, status }) => metadata['attempt_id'] === attempt_id && over.includes(status))
    return batch ? [findingOf(attempt_id, batch)] : []
  })
}

/** Finished work of a batch is billed, also when the batch expired or was cancelled. */
function findingOf(attemptId: string, { id, status, completed, failed, total }: UpstreamBatch): Finding {
  return { attemptId, outcome: completed > 0 ? 'charged' : 'not_charged', evidence: { batch_id: id, status, completed, failed, total } }
}
