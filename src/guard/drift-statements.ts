import { sql } from 'kysely'
import { type Database, type DriftReportRow, deletedImages, type Statement, type StatementContext } from '../db/index.ts'
import type { DriftMeasurement } from './drift-measurement.ts'

/** Notes that a picture is to be measured; belongs into the transaction that records it. A picture that is known already stays as it is. */
export function recordPendingDrift(context: StatementContext, { imageId }: { imageId: string }): Statement {
  return {
    query: context.sql
      .insertInto('drift_reports')
      .values({
        image_id: imageId,
        state: 'pending',
        report_json: null,
        heat_map_sha256: null,
        error: null,
        created_at_ms: context.nowMs,
        finished_at_ms: null,
      })
      .onConflict((conflict) => conflict.column('image_id').doNothing()),
  }
}

/** What was found out about a picture. */
export interface MeasuredDrift {
  imageId: string
  measurement: DriftMeasurement
  /** The heat map's bytes in the store, whose object is recorded in the same transaction; null when there is none. */
  heatMapSha256: string | null
}

/**
 * Keeps a measurement, also one that found the pictures not comparable. A report that is finished stays as it was: a second measurement, by
 * a sweep that came too soon, finds nothing else. `changes` of the result says which it was.
 */
export function recordDrift(context: StatementContext, { imageId, measurement, heatMapSha256 }: MeasuredDrift): Statement {
  return finish(context, imageId, {
    state: measurement.comparable ? 'measured' : 'not_comparable',
    report_json: JSON.stringify(measurement),
    heat_map_sha256: heatMapSha256,
    error: measurement.reason,
  })
}

/** Keeps why a picture could not be measured. @param failed.error for people; shows no path */
export function recordDriftFailure(context: StatementContext, { imageId, error }: { imageId: string; error: string }): Statement {
  return finish(context, imageId, { state: 'failed', report_json: null, heat_map_sha256: null, error })
}

type DriftEnd = Pick<DriftReportRow, 'state' | 'report_json' | 'heat_map_sha256' | 'error'>

function finish({ sql: builder, nowMs }: StatementContext, imageId: string, end: DriftEnd): Statement {
  return {
    query: builder
      .updateTable('drift_reports')
      .set({ ...end, finished_at_ms: nowMs })
      .where('image_id', '=', imageId)
      .where('state', '=', 'pending'),
  }
}

/** Takes the heat maps of deleted pictures away; the figures stay. Belongs into the transaction that deletes them. */
export function dropHeatMaps({ sql: builder }: Pick<StatementContext, 'sql'>, imageIds: readonly string[]): Statement[] {
  if (imageIds.length === 0) return []
  return [
    {
      query: builder.updateTable('drift_reports').set({ heat_map_sha256: null }).where('image_id', 'in', deletedImages(builder, imageIds)),
    },
  ]
}

/** The objects of the heat maps of some pictures. */
export async function heatMapsOf(db: Database, imageIds: readonly string[]): Promise<string[]> {
  if (imageIds.length === 0) return []
  const rows = await db.read(
    db.sql.selectFrom('drift_reports').select('heat_map_sha256').where('image_id', 'in', imageIds).where('heat_map_sha256', 'is not', null),
  )
  return rows.map(({ heat_map_sha256 }) => heat_map_sha256!)
}

/** Finds what is known of a picture's drift; null when nothing was to be measured. */
export async function findDrift(db: Database, imageId: string): Promise<DriftReportRow | null> {
  const [row] = await db.read(db.sql.selectFrom('drift_reports').selectAll().where('image_id', '=', imageId))
  return row ?? null
}

/**
 * Ids of pictures that wait to be measured, the longest waiting first; those of a process that died are among them. Reads index
 * `drift_reports_pending`, which the planner takes only when it sees `'pending'` written out, not bound.
 */
export async function pendingDrifts(db: Database, limit: number): Promise<string[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('drift_reports')
      .select('image_id')
      .where('state', '=', sql.lit('pending'))
      .orderBy('created_at_ms')
      .orderBy('image_id')
      .limit(limit),
  )
  return rows.map((row) => row.image_id)
}
