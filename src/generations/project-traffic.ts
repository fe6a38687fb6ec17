import { type Kysely, sql } from 'kysely'
import type { Database, Statement, StatementContext, Tables } from '../db/index.ts'

const MINUTE_MS = 60_000

/** How much a project may do at a time; null = as much as it likes. */
export interface ProjectPace {
  imagesPerMinute: number | null
  concurrentCalls: number | null
}

/** What a project has under way and what it asked for within the last minute. */
export interface ProjectTraffic {
  running: number
  /** Pictures asked for within a minute. */
  images: number
  /** How long until one picture more could be asked for, were the limit reached: when the oldest call leaves the minute. */
  freeInMs: number
}

/** Reads what a project does now. @param nowMs the minute ends here */
export async function readProjectTraffic(db: Database, projectId: string, nowMs: number): Promise<ProjectTraffic> {
  const [[calls], [asked]] = await db.readAll<[{ running: number }, { images: number; oldest_ms: number | null }]>([
    db.sql
      .selectFrom('generations')
      .where('project_id', '=', projectId)
      .where('status', '=', sql.lit('running'))
      .where(isNoLine)
      .select(sql<number>`count(*)`.as('running')),
    db.sql
      .selectFrom(begunSince(db.sql, projectId, nowMs - MINUTE_MS).as('begun'))
      .select([sql<number>`coalesce(sum(images_asked), 0)`.as('images'), sql<number | null>`min(begun_at_ms)`.as('oldest_ms')]),
  ])
  const oldestMs = asked!.oldest_ms ?? nowMs - MINUTE_MS
  return { running: calls!.running, images: asked!.images, freeInMs: Math.max(0, oldestMs + MINUTE_MS - nowMs) }
}

/** Lines of batches are no calls of their own: upstream makes them when it likes, and nothing here is kept busy by them. */
const isNoLine = sql<boolean>`not exists (select 1 from jobs where jobs.id = generations.id and jobs.lane = ${sql.lit('economy')})`

/** What a project began after a time: a job begins when it leaves the queue, anything else when it comes. */
function begunSince(builder: Kysely<Tables>, projectId: string, afterMs: number) {
  const ofProject = builder.selectFrom('generations').where('project_id', '=', projectId)
  const atOnce = ofProject
    .where('created_at_ms', '>', afterMs)
    .where('started_at_ms', 'is', null)
    .where('status', 'not in', [sql.lit('queued'), sql.lit('cancelled')])
    .select(['images_asked', 'created_at_ms as begun_at_ms'])
  const fromQueue = ofProject
    .where('started_at_ms', '>', afterMs)
    .where(isNoLine)
    .select(['images_asked', sql<number>`started_at_ms`.as('begun_at_ms')])
  return atOnce.unionAll(fromQueue)
}

/** Why a call cannot begin now. */
export interface NoRoom {
  limit: 'images_per_minute' | 'concurrent_calls'
}

/**
 * Makes a transaction fail where a project is at its limit. Run these before the call itself is recorded: they count what is there, in the
 * transaction in which the call is added to it, so that calls that come at once cannot pass together.
 * @param noRoom makes the failure
 */
export function assertProjectRoom(
  { sql: builder, nowMs }: StatementContext,
  { projectId, images, pace }: { projectId: string; images: number; pace: ProjectPace },
  noRoom: (why: NoRoom) => Error,
): Statement[] {
  const ofProject = builder.selectFrom('generations').where('project_id', '=', projectId)
  const running = ofProject.where('status', '=', sql.lit('running')).where(isNoLine).select(sql`count(*)`.as('running'))
  const asked = builder
    .selectFrom(begunSince(builder, projectId, nowMs - MINUTE_MS).as('begun'))
    .select(sql`coalesce(sum(images_asked), 0)`.as('images'))
  const { concurrentCalls, imagesPerMinute } = pace
  const holds = (condition: ReturnType<typeof sql<boolean>>, limit: NoRoom['limit']): Statement => ({
    query: builder.selectFrom('projects').select('id').where('id', '=', projectId).where(condition),
    expect: { rows: 1, otherwise: () => noRoom({ limit }) },
  })
  return [
    ...(concurrentCalls === null ? [] : [holds(sql<boolean>`(${running}) < ${concurrentCalls}`, 'concurrent_calls')]),
    ...(imagesPerMinute === null ? [] : [holds(sql<boolean>`(${asked}) + ${images} <= ${imagesPerMinute}`, 'images_per_minute')]),
  ]
}
