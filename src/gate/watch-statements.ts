import { type RawBuilder, sql as raw } from 'kysely'
import type { Database, RouteWatchRow, Statement, StatementContext } from '../db/index.ts'

/** So many pictures in a row that are not what was asked take the verdict of the gate away. */
export const MISMATCHES_TO_REOPEN = 3

/** The pictures of one attempt that has ended. */
export interface WatchedPictures {
  routeId: string
  configSha256: string
  pictures: number
  /** How many of them were not what was asked; at most `pictures`. */
  mismatched: number
  generationId: string
  /**
   * When the pictures were made, where they are counted later: one that is as asked says nothing about mismatches that came after it.
   * @default now
   */
  madeAtMs?: number
  /** What was wrong with the last of them; null when nothing was. */
  reason: string | null
}

const REASON_LONGEST = 500

/**
 * Counts the pictures of an attempt, in one statement that other attempts cannot come between: a picture that is as asked ends the row of
 * mismatches, another configuration begins anew, and the third mismatch in a row re-opens the gate. Its one result row is the
 * `RouteWatchRow` as it is now; `isFreshlyReopened` tells whether this attempt did it.
 */
export function countWatchedPictures({ sql, nowMs }: StatementContext, watched: WatchedPictures): Statement {
  const first = firstRow(watched, nowMs)
  return {
    query: sql
      .insertInto('route_watch')
      .values(first)
      .onConflict((conflict) => conflict.column('route_id').doUpdateSet(added(first, watched, nowMs)))
      .returningAll(),
  }
}

/** The row where nothing was counted before. */
function firstRow({ routeId, configSha256, pictures, mismatched, generationId, reason }: WatchedPictures, nowMs: number): RouteWatchRow {
  const isMismatch = mismatched > 0
  const words = (reason ?? 'not what was asked').slice(0, REASON_LONGEST)
  const inARow = mismatched === pictures ? mismatched : 0
  const isReopened = inARow >= MISMATCHES_TO_REOPEN
  return {
    route_id: routeId,
    config_sha256: configSha256,
    mismatches_in_a_row: inARow,
    mismatches_total: mismatched,
    pictures_total: pictures,
    last_mismatch_at_ms: isMismatch ? nowMs : null,
    last_mismatch_generation_id: isMismatch ? generationId : null,
    last_mismatch_reason: isMismatch ? words : null,
    reopened_at_ms: isReopened ? nowMs : null,
    reopened_reason: isReopened ? words : null,
  }
}

type Changes = { [Column in Exclude<keyof RouteWatchRow, 'route_id'>]?: RawBuilder<RouteWatchRow[Column]> }

/** What is added to a row of the same configuration; one of another is written over. */
function added(first: RouteWatchRow, watched: WatchedPictures, nowMs: number): Changes {
  const { pictures, mismatched } = watched
  const madeAtMs = watched.madeAtMs ?? nowMs
  const unlessNew = <Value>(sameConfig: RawBuilder<Value>, anew: RawBuilder<Value>) =>
    raw<Value>`case when route_watch.config_sha256 = excluded.config_sha256 then ${sameConfig} else ${anew} end`
  const inARow =
    mismatched === pictures
      ? raw<number>`route_watch.mismatches_in_a_row + ${raw.lit(mismatched)}`
      : raw<number>`case when route_watch.last_mismatch_at_ms > ${madeAtMs} then route_watch.mismatches_in_a_row else 0 end`
  const reopens = raw<boolean>`route_watch.reopened_at_ms is null and ${inARow} >= ${raw.lit(MISMATCHES_TO_REOPEN)}`
  const keep = <Value>(column: keyof RouteWatchRow, next: RawBuilder<Value>) =>
    unlessNew(mismatched > 0 ? next : raw<Value>`route_watch.${raw.ref(column)}`, raw<Value>`excluded.${raw.ref(column)}`)
  return {
    config_sha256: raw`excluded.config_sha256`,
    mismatches_in_a_row: unlessNew(inARow, raw`excluded.mismatches_in_a_row`),
    mismatches_total: unlessNew(raw`route_watch.mismatches_total + excluded.mismatches_total`, raw`excluded.mismatches_total`),
    pictures_total: unlessNew(raw`route_watch.pictures_total + excluded.pictures_total`, raw`excluded.pictures_total`),
    last_mismatch_at_ms: keep('last_mismatch_at_ms', raw`excluded.last_mismatch_at_ms`),
    last_mismatch_generation_id: keep('last_mismatch_generation_id', raw`excluded.last_mismatch_generation_id`),
    last_mismatch_reason: keep('last_mismatch_reason', raw`excluded.last_mismatch_reason`),
    reopened_at_ms: keep('reopened_at_ms', raw`case when ${reopens} then ${nowMs} else route_watch.reopened_at_ms end`),
    reopened_reason: keep(
      'reopened_reason',
      raw`case when ${reopens} then ${first.last_mismatch_reason} else route_watch.reopened_reason end`,
    ),
  }
}

/** True when the attempt that was just counted is the one that re-opened the gate: somebody should be told, once. */
export function isFreshlyReopened(row: RouteWatchRow, { mismatched }: Pick<WatchedPictures, 'mismatched'>, nowMs: number): boolean {
  const before = row.mismatches_in_a_row - mismatched
  return row.reopened_at_ms === nowMs && row.mismatches_in_a_row >= MISMATCHES_TO_REOPEN && before < MISMATCHES_TO_REOPEN
}

/** How the pictures of every route turn out. */
export async function watchedRoutes(db: Database): Promise<RouteWatchRow[]> {
  return db.read(db.sql.selectFrom('route_watch').selectAll().orderBy('route_id'))
}

/** How the pictures of one route turn out; null when none was counted. */
export async function findRouteWatch(db: Database, { routeId }: { routeId: string }): Promise<RouteWatchRow | null> {
  const [row] = await db.read(db.sql.selectFrom('route_watch').selectAll().where('route_id', '=', routeId))
  return row ?? null
}
