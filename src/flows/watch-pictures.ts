import type { RouteWatchRow, StatementResult } from '../db/index.ts'
import { isFreshlyReopened, type WatchedPictures } from '../gate/index.ts'
import type { Evidence } from '../images/index.ts'
import { type RouteContract, routeConfigSha256 } from '../routes/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** Signals that say whether a picture is what was asked of the model that was named. A file that breaks off says nothing of that. */
const telling: ReadonlySet<string> = new Set([
  'pixels',
  'format',
  'background',
  'size_echo',
  'quality_echo',
  'model_echo',
  'usage',
  'request_id',
])

/** What speaks against a picture, in words; null when nothing does. */
export function mismatchOf({ findings }: Pick<Evidence, 'findings'>): string | null {
  const against = findings.filter(({ signal, verdict }) => verdict === 'against' && telling.has(signal))
  return against.length === 0 ? null : against.map(({ signal, detail }) => `${signal}: ${detail}`).join('; ')
}

/** Pictures of one attempt, as far as they are told apart already. */
export interface WatchedImages {
  route: RouteContract
  generationId: string
  images: readonly { evidence: Pick<Evidence, 'findings'>; facts: { hasContentCredentials: boolean } | null }[]
}

/**
 * What the pictures of an attempt say about its route. One that bears content credentials and is what was asked so far is counted when those
 * were read. Null where nothing is counted: nobody watches the sandbox, whose faults are asked for.
 */
export function watchedPictures({ route, generationId, images }: WatchedImages): WatchedPictures | null {
  const reasons = images.map(({ evidence }) => mismatchOf(evidence))
  const counted = images.filter(({ facts }, index) => reasons[index] !== null || !facts?.hasContentCredentials)
  if (route.kind === 'sandbox' || counted.length === 0) return null
  const mismatches = reasons.filter((reason) => reason !== null)
  return {
    routeId: route.id,
    configSha256: routeConfigSha256(route),
    pictures: counted.length,
    mismatched: mismatches.length,
    generationId,
    reason: mismatches.at(-1) ?? null,
  }
}

/** Takes over what a transaction with `countWatchedPictures` came to, and says aloud when it re-opened the gate of the route. */
export function noteWatched(parts: GatewayParts, watched: WatchedPictures, results: readonly StatementResult[], atMs: number): void {
  const row = results.flatMap(({ rows }) => rows).find((candidate) => Object.hasOwn(candidate, 'mismatches_in_a_row')) as
    | RouteWatchRow
    | undefined
  if (!row) return
  parts.standings.note(row)
  if (!isFreshlyReopened(row, watched, atMs)) return
  parts.signals.send('routes')
  parts.metrics.routeReopened(row.route_id)
  parts.logger.error(
    { route_id: row.route_id, generation_id: watched.generationId, count: row.mismatches_in_a_row, reason: row.reopened_reason },
    'pictures in a row are not what was asked: the gate of the route is open again',
  )
}
