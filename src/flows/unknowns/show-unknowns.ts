import type { UnknownsReply } from '../../contract/record.ts'
import {
  evidenceRecord,
  findEvidence,
  findUnknowns,
  type ProjectScope,
  RESOLVE_WITHIN_MS,
  sumUnknowns,
  type UnknownAttempt,
} from '../../generations/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { moneyJson } from '../../primitives/money.ts'
import type { GatewayParts } from '../gateway-parts.ts'

type ShownUnknown = UnknownsReply['unknowns'][number]

/** Which unknown outcomes are asked for, and by whom. */
export interface UnknownsAsk extends ProjectScope {
  routeId?: string | undefined
  /** Only those that old, or older. */
  minAgeMs?: number | undefined
  /** `next_cursor` of the page before. */
  cursor?: string | undefined
  limit: number
}

/** Calls whose outcome nobody knows, oldest first, with what was found out so far and how much is held in all. */
export async function showUnknowns(parts: GatewayParts, ask: UnknownsAsk): Promise<UnknownsReply> {
  const nowMs = parts.clock.nowMs()
  const { projectId, routeId, cursor: after, limit, minAgeMs } = ask
  const startedUntilMs = minAgeMs === undefined ? undefined : nowMs - minAgeMs
  const found = await findUnknowns(parts.database, { projectId, routeId, after, startedUntilMs, limit: limit + 1 })
  const page = found.slice(0, limit)
  const evidence = await findEvidence(
    parts.database,
    page.map(({ generation_id }) => generation_id),
  )
  const totals = await sumUnknowns(parts.database, { projectId })
  const oldestMs = Math.min(...totals.map(({ oldest_at_ms }) => oldest_at_ms))
  return {
    unknowns: page.map((unknown) => present(unknown, evidence, projectId === null, nowMs)),
    totals: {
      count: totals.reduce((sum, { count }) => sum + count, 0),
      oldest_at: totals.length === 0 ? null : isoTime(oldestMs),
      held: totals.map(({ route_owner, book, count, held_nanos, oldest_at_ms }) => ({
        route_owner,
        book: book as ShownUnknown['book'],
        count,
        held: moneyJson(held_nanos),
        oldest_at: isoTime(oldest_at_ms),
      })),
    },
    next_cursor: found.length > limit ? page.at(-1)!.attempt_id : null,
  }
}

function present(
  unknown: UnknownAttempt,
  evidence: Awaited<ReturnType<typeof findEvidence>>,
  mayResolve: boolean,
  nowMs: number,
): ShownUnknown {
  return {
    generation_id: unknown.generation_id,
    attempt_id: unknown.attempt_id,
    project_id: unknown.project_id,
    route_id: unknown.route_id,
    route_owner: unknown.route_owner,
    book: unknown.book as ShownUnknown['book'],
    operation: unknown.operation,
    model: unknown.model_asked,
    client_request_id: unknown.client_request_id,
    request_id: unknown.upstream_request_id,
    cause: unknown.outcome,
    held: moneyJson(unknown.held_nanos),
    estimated: moneyJson(unknown.estimated_nanos),
    sent_at: isoTime(unknown.started_at_ms),
    age_s: Math.max(0, Math.floor((nowMs - unknown.started_at_ms) / 1000)),
    resolve_by: isoTime(unknown.started_at_ms + RESOLVE_WITHIN_MS),
    evidence: evidence.filter(({ attempt_id }) => attempt_id === unknown.attempt_id).map(evidenceRecord),
    actions: mayResolve ? ['resolve', 'run_again'] : ['run_again'],
  }
}
