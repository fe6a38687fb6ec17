import { sql } from 'kysely'
import type { AttemptRow, Database, GenerationRow, UnknownEvidenceRow } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'
import type { ProjectScope } from './find-generation.ts'

type OfAttempt = Pick<
  AttemptRow,
  | 'generation_id'
  | 'route_id'
  | 'state'
  | 'client_request_id'
  | 'model_sent'
  | 'started_at_ms'
  | 'total_ms'
  | 'upstream_request_id'
  | 'outcome'
>
type OfGeneration = Pick<
  GenerationRow,
  'project_id' | 'route_owner' | 'book' | 'operation' | 'surface' | 'model_asked' | 'timeout_ms' | 'estimated_nanos' | 'request_shape_json'
>

/** An attempt whose outcome nobody knows, with what is needed to ask about it. */
export type UnknownAttempt = OfAttempt & OfGeneration & { attempt_id: string; held_nanos: Nanos; response_id: string | null }

/** Which of them are meant. */
export interface UnknownQuery extends ProjectScope {
  routeId?: string | undefined
  /** Only those that were begun at this time or before. */
  startedUntilMs?: number | undefined
  /** Id of the attempt after which the page begins. */
  after?: string | undefined
  limit: number
}

/** Attempts whose outcome is unknown, oldest first. Reads index `attempts_unknown`. */
export function findUnknowns(db: Database, query: UnknownQuery): Promise<UnknownAttempt[]> {
  const { routeId, startedUntilMs, after, limit, projectId } = query
  return db.read(
    unknownAttempts(db, { projectId })
      .leftJoin('response_turns', 'response_turns.generation_id', 'attempts.generation_id')
      .select(['attempts.id as attempt_id', 'attempts.generation_id', 'attempts.route_id', 'attempts.state', 'attempts.client_request_id'])
      .select(['attempts.model_sent', 'attempts.started_at_ms', 'attempts.total_ms', 'attempts.upstream_request_id', 'attempts.outcome'])
      .select(['generations.project_id', 'generations.route_owner', 'generations.book', 'generations.operation', 'generations.surface'])
      .select(['generations.model_asked', 'generations.timeout_ms', 'generations.estimated_nanos', 'generations.request_shape_json'])
      .select(['hold.nanos as held_nanos', 'response_turns.response_id'])
      .$if(routeId !== undefined, (found) => found.where('attempts.route_id', '=', routeId!))
      .$if(startedUntilMs !== undefined, (found) => found.where('attempts.started_at_ms', '<=', startedUntilMs!))
      .$if(after !== undefined, (found) =>
        found.where(
          sql<boolean>`(attempts.started_at_ms, attempts.id) > (select last.started_at_ms, last.id from attempts as last where last.id = ${after})`,
        ),
      )
      .orderBy('attempts.started_at_ms')
      .orderBy('attempts.id')
      .limit(limit),
  )
}

/** How much is unknown, of one owner and book. */
export interface UnknownTotal {
  route_owner: string
  book: string
  count: number
  held_nanos: Nanos
  oldest_at_ms: number
}

/** What is unknown in all, by owner and book: real and play money never share a line. */
export function sumUnknowns(db: Database, scope: ProjectScope): Promise<UnknownTotal[]> {
  return db.read(unknownTotals(db, scope))
}

/** The question that `sumUnknowns` asks. */
export function unknownTotals(db: Pick<Database, 'sql'>, scope: ProjectScope) {
  return unknownAttempts(db, scope)
    .select(['generations.route_owner', 'generations.book'])
    .select(sql<number>`cast(count(*) as bigint)`.as('count'))
    .select(sql<bigint>`cast(sum(hold.nanos) as bigint)`.as('held_nanos'))
    .select(sql<number>`min(attempts.started_at_ms)`.as('oldest_at_ms'))
    .groupBy(['generations.route_owner', 'generations.book'])
    .orderBy('generations.route_owner')
    .orderBy('generations.book')
}

/**
 * Every unknown attempt has one hold: both are written in one transaction, and so is their end. Joined crosswise, which holds SQLite to this order: it would
 * begin with the whole ledger, not knowing how few attempts are unknown.
 */
function unknownAttempts(db: Pick<Database, 'sql'>, { projectId }: ProjectScope) {
  return db.sql
    .selectFrom('attempts')
    .crossJoin('generations')
    .crossJoin('ledger_entries as hold')
    .whereRef('generations.id', '=', 'attempts.generation_id')
    .whereRef('hold.attempt_id', '=', 'attempts.id')
    .where('hold.kind', '=', 'hold_unknown')
    .where('attempts.state', '=', sql.lit('unknown'))
    .$if(projectId !== null, (found) => found.where('generations.project_id', '=', projectId!))
}

/** What was noted about some generations, oldest first. */
export function findEvidence(db: Database, generationIds: readonly string[]): Promise<UnknownEvidenceRow[]> {
  if (generationIds.length === 0) return Promise.resolve([])
  return db.read(
    db.sql.selectFrom('unknown_evidence').selectAll().where('generation_id', 'in', generationIds).orderBy('at_ms').orderBy('id'),
  )
}

/** A call on a route, as far as counting it needs. */
export type CountedAttempt = Pick<AttemptRow, 'id' | 'state' | 'model_sent' | 'started_at_ms' | 'total_ms'> &
  Pick<GenerationRow, 'operation' | 'timeout_ms' | 'request_shape_json'>

/** Every call that was begun on some routes in a span of time, both ends included. Reads index `attempts_by_route`. */
export function findRouteAttempts(
  db: Database,
  span: { routeIds: readonly string[]; fromMs: number; toMs: number },
): Promise<CountedAttempt[]> {
  return db.read(
    db.sql
      .selectFrom('attempts')
      .innerJoin('generations', 'generations.id', 'attempts.generation_id')
      .select(['attempts.id', 'attempts.state', 'attempts.model_sent', 'attempts.started_at_ms', 'attempts.total_ms'])
      .select(['generations.operation', 'generations.timeout_ms', 'generations.request_shape_json'])
      .where('attempts.route_id', 'in', span.routeIds)
      .where('attempts.started_at_ms', '>=', span.fromMs)
      .where('attempts.started_at_ms', '<=', span.toMs)
      .orderBy('attempts.started_at_ms'),
  )
}
