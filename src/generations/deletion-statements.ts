import type { DeletionPolicy } from '../contract/retention.ts'
import {
  activeHolds,
  type Database,
  type GenerationInputRow,
  type GenerationRow,
  type ImageRow,
  type Statement,
  type StatementContext,
} from '../db/index.ts'
import type { ProjectScope } from './find-generation.ts'

type ImagePlace = Pick<ImageRow, 'id' | 'sha256' | 'is_preview' | 'derived_from' | 'deleted_at_ms'>
type InputPlace = Pick<GenerationInputRow, 'id' | 'sha256' | 'sent_sha256' | 'deleted_at_ms'>

/** All pictures of a generation, deleted ones included. */
export interface GenerationPictures {
  generation: Pick<GenerationRow, 'id' | 'project_id' | 'completed_at_ms'>
  images: ImagePlace[]
  inputs: InputPlace[]
}

/** Finds them; null when there is no generation that the caller may see. */
export async function findPictures(db: Database, { id, projectId }: ProjectScope & { id: string }): Promise<GenerationPictures | null> {
  const [[generation], images, inputs] = await db.readAll<[GenerationPictures['generation'], ImagePlace, InputPlace]>([
    db.sql
      .selectFrom('generations')
      .select(['id', 'project_id', 'completed_at_ms'])
      .where('id', '=', id)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!)),
    db.sql
      .selectFrom('images')
      .select(['id', 'sha256', 'is_preview', 'derived_from', 'deleted_at_ms'])
      .where('generation_id', '=', id)
      .orderBy('attempt_id')
      .orderBy('idx'),
    db.sql
      .selectFrom('generation_inputs')
      .select(['id', 'sha256', 'sent_sha256', 'deleted_at_ms'])
      .where('generation_id', '=', id)
      .orderBy('role')
      .orderBy('idx'),
  ])
  return generation ? { generation, images, inputs } : null
}

const byRequest: DeletionPolicy = 'by_request'

/** Deletes images because somebody asked, in so far as they are there. Their records stay. Rows of the result name them. */
export function deleteImages({ sql, nowMs }: StatementContext, ids: readonly string[]): Statement[] {
  if (ids.length === 0) return []
  const query = sql.updateTable('images').set({ deleted_at_ms: nowMs, deletion_policy: byRequest })
  return [{ query: query.where('id', 'in', ids).where('deleted_at_ms', 'is', null).returning('id') }]
}

/** The same for what a generation brought along. */
export function deleteInputs({ sql, nowMs }: StatementContext, ids: readonly string[]): Statement[] {
  if (ids.length === 0) return []
  const query = sql.updateTable('generation_inputs').set({ deleted_at_ms: nowMs, deletion_policy: byRequest })
  return [{ query: query.where('id', 'in', ids).where('deleted_at_ms', 'is', null).returning('id') }]
}

/** Something whose time is over. */
export interface DueRow {
  id: string
  /** The objects it refers to. */
  sha256s: string[]
}

type DueTable = 'images' | 'generation_inputs'

/** Images whose time is over and that nobody holds, the longest overdue first. */
export async function dueImages(db: Database, nowMs: number, limit: number): Promise<DueRow[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('images')
      .select(['id', 'sha256'])
      .where('deleted_at_ms', 'is', null)
      .where('delete_after_ms', '<=', nowMs)
      .where((when) => when.not(when.exists(activeHolds(db.sql, holdersOf('images')))))
      .orderBy('delete_after_ms')
      .orderBy('id')
      .limit(limit),
  )
  return rows.map(({ id, sha256 }) => ({ id, sha256s: [sha256] }))
}

/** The same for what generations brought along, those under way excepted. */
export async function dueInputs(db: Database, nowMs: number, limit: number): Promise<DueRow[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('generation_inputs')
      .innerJoin('generations', 'generations.id', 'generation_inputs.generation_id')
      .select(['generation_inputs.id', 'generation_inputs.sha256', 'generation_inputs.sent_sha256'])
      .where('generation_inputs.deleted_at_ms', 'is', null)
      .where('generation_inputs.delete_after_ms', '<=', nowMs)
      .where('generations.completed_at_ms', 'is not', null)
      .where((when) => when.not(when.exists(activeHolds(db.sql, holdersOf('generation_inputs')))))
      .orderBy('generation_inputs.delete_after_ms')
      .orderBy('generation_inputs.id')
      .limit(limit),
  )
  return rows.map(({ id, sha256, sent_sha256 }) => ({ id, sha256s: [sha256, sent_sha256] }))
}

/** Deletes those of them whose time is over and that nobody holds, judged again now. `changes` says how many. */
export function expireImages({ sql, nowMs }: StatementContext, ids: readonly string[]): Statement {
  return {
    query: sql
      .updateTable('images')
      .set({ deleted_at_ms: nowMs })
      .where('id', 'in', ids)
      .where('deleted_at_ms', 'is', null)
      .where('delete_after_ms', '<=', nowMs)
      .where((when) => when.not(when.exists(activeHolds(sql, holdersOf('images'))))),
  }
}

/** The same for what generations brought along. */
export function expireInputs({ sql, nowMs }: StatementContext, ids: readonly string[]): Statement {
  return {
    query: sql
      .updateTable('generation_inputs')
      .set({ deleted_at_ms: nowMs })
      .where('id', 'in', ids)
      .where('deleted_at_ms', 'is', null)
      .where('delete_after_ms', '<=', nowMs)
      .where((when) => when.not(when.exists(activeHolds(sql, holdersOf('generation_inputs'))))),
  }
}

/** What can be held in place of a row: itself, its generation, its project. */
const holdersOf = (table: DueTable) => [`${table}.id`, `${table}.generation_id`, `${table}.project_id`]

/** How much waits to be deleted. */
export interface DueCount {
  images: number
  oldestMs: number | null
}

/** Counts images whose time is over, held ones left out. */
export async function countDueImages(db: Database, nowMs: number): Promise<DueCount> {
  const [row] = await db.read(
    db.sql
      .selectFrom('images')
      .select((of) => [of.fn.countAll<number>().as('images'), of.fn.min('delete_after_ms').as('oldest_ms')])
      .where('deleted_at_ms', 'is', null)
      .where('delete_after_ms', '<=', nowMs)
      .where((when) => when.not(when.exists(activeHolds(db.sql, holdersOf('images'))))),
  )
  return { images: Number(row?.images ?? 0), oldestMs: row?.oldest_ms ?? null }
}
