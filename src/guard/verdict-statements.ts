import { type ExpressionBuilder, sql as raw } from 'kysely'
import {
  activeHolds,
  type Database,
  deletedImages,
  type GuardVerdictRow,
  inFewLengths,
  type Statement,
  type StatementContext,
  type Tables,
} from '../db/index.ts'
import type { GuardOverall } from './verdict.ts'

/** Words that may be read in an answer for so long, or for ever. */
interface KeptWords {
  sealed: string
  /** null = as long as the picture. */
  deleteAfterMs: number | null
}

/** Keeps the texts that the pictures of a generation shall show; belongs into the transaction that records it. */
export function recordGuardTexts(context: StatementContext, generationId: string, { sealed, deleteAfterMs }: KeptWords): Statement {
  const row = { generation_id: generationId, sealed, created_at_ms: context.nowMs, delete_after_ms: deleteAfterMs }
  return { query: context.sql.insertInto('guard_texts').values(row) }
}

/** The texts that the pictures of a generation shall show, sealed; null when none were declared, or their time is over. */
export async function findGuardTexts(db: Database, generationId: string): Promise<string | null> {
  const [row] = await db.read(db.sql.selectFrom('guard_texts').select('sealed').where('generation_id', '=', generationId))
  return row?.sealed ?? null
}

/** Removes the texts that were declared for a generation, and what was read of them: whoever said them wants them forgotten. Verdicts and figures stay. */
export function dropGuardTexts({ sql }: StatementContext, generationId: string): Statement[] {
  const images = sql.selectFrom('images').select('id').where('generation_id', '=', generationId)
  const noWords = { words_sealed: null, words_delete_after_ms: null }
  return [
    { query: sql.deleteFrom('guard_texts').where('generation_id', '=', generationId) },
    { query: sql.updateTable('guard_verdicts').set(noWords).where('image_id', 'in', images) },
  ]
}

/**
 * Notes that pictures are to be judged; belongs into the transaction that records them. Results of edits are, and all for which texts were
 * declared; others, and those noted before, stay as they are. `changes` of the result says how many were noted.
 */
export function recordPendingVerdicts({ sql, nowMs }: StatementContext, imageIds: readonly string[]): Statement[] {
  if (imageIds.length === 0) return []
  const judged = sql
    .selectFrom('images')
    .innerJoin('generations', 'generations.id', 'images.generation_id')
    .leftJoin('guard_texts', 'guard_texts.generation_id', 'images.generation_id')
    .where('images.id', 'in', imageIds)
    .where('images.storage', '=', 'stored')
    .where((when) => when.or([when('generations.operation', '=', 'edit'), when('guard_texts.generation_id', 'is not', null)]))
    .select([
      'images.id as image_id',
      raw<'pending'>`'pending'`.as('state'),
      raw<number>`cast(0 as integer)`.as('tries'),
      raw<number>`cast(${nowMs} as bigint)`.as('created_at_ms'),
    ])
  return [
    {
      query: sql
        .insertInto('guard_verdicts')
        .columns(['image_id', 'state', 'tries', 'created_at_ms'])
        .expression(judged)
        .onConflict((conflict) => conflict.column('image_id').doNothing()),
    },
  ]
}

/**
 * Takes a picture to judge it, so that no other process does; `changes` of the result is 1 when it was free: never taken, or taken by a process
 * that has ended, or for too long.
 */
export function claimVerdict(
  { sql, nowMs }: StatementContext,
  { imageId, by, untilMs }: { imageId: string; by: string; untilMs: number },
): Statement {
  return {
    query: sql
      .updateTable('guard_verdicts')
      .set((values) => ({ claimed_by: by, claimed_until_ms: untilMs, tries: values('tries', '+', 1) }))
      .where('image_id', '=', imageId)
      .where('state', '=', 'pending')
      .where((when) => isFree(when, nowMs)),
  }
}

/** Lets go of a picture that was not judged, for whoever looks next. */
export function releaseVerdict({ sql }: StatementContext, claim: VerdictClaim): Statement {
  return {
    query: claimed(sql, claim).set((values) => ({ claimed_by: null, claimed_until_ms: null, tries: values('tries', '-', 1) })),
  }
}

/** What was found about a picture. */
export interface JudgedPicture extends VerdictClaim {
  overall: GuardOverall
  reportJson: string
  words: KeptWords | null
  /** The side-by-side picture's bytes in the store, whose object is recorded in the same transaction; null when there is none. */
  sideBySideSha256: string | null
}

/** Keeps a verdict. One that is there stays, and so does the claim of another process: `changes` of the result is 0 then. */
export function recordVerdict(context: StatementContext, judged: JudgedPicture): Statement {
  return finish(context, judged, {
    state: 'judged',
    overall: judged.overall,
    report_json: judged.reportJson,
    words_sealed: judged.words?.sealed ?? null,
    words_delete_after_ms: judged.words?.deleteAfterMs ?? null,
    side_by_side_sha256: judged.sideBySideSha256,
  })
}

/** Keeps why a picture could not be judged: it is for people then. @param failed.error for people; shows no path and no word of a text */
export function recordVerdictFailure(context: StatementContext, { error, ...claim }: VerdictClaim & { error: string }): Statement {
  return finish(context, claim, { state: 'failed', overall: 'needs_human', error })
}

function finish({ sql, nowMs }: StatementContext, claim: VerdictClaim, end: Partial<GuardVerdictRow>): Statement {
  return { query: claimed(sql, claim).set({ ...end, claimed_by: null, claimed_until_ms: null, finished_at_ms: nowMs }) }
}

/** Who judges a picture. */
interface VerdictClaim {
  imageId: string
  /** The process that claimed it. */
  by: string
}

/** A verdict as long as it is this process's to give. */
function claimed(sql: StatementContext['sql'], { imageId, by }: VerdictClaim) {
  return sql.updateTable('guard_verdicts').where('image_id', '=', imageId).where('state', '=', 'pending').where('claimed_by', '=', by)
}

/** What is known of a picture's verdict; null when nothing was to be judged. */
export async function findGuardReport(db: Database, imageId: string): Promise<GuardVerdictRow | null> {
  const [row] = await db.read(db.sql.selectFrom('guard_verdicts').selectAll().where('image_id', '=', imageId))
  return row ?? null
}

/** State and verdict of pictures, by their ids; those that are not judged are left out. */
export async function findGuardVerdicts(
  db: Database,
  imageIds: readonly string[],
): Promise<Map<string, Pick<GuardVerdictRow, 'state' | 'overall'>>> {
  if (imageIds.length === 0) return new Map()
  const rows = await db.read(
    db.sql.selectFrom('guard_verdicts').select(['image_id', 'state', 'overall']).where('image_id', 'in', inFewLengths(imageIds)),
  )
  return new Map(rows.map(({ image_id, state, overall }) => [image_id, { state, overall }]))
}

/**
 * Pictures that wait to be judged and that nobody is at, the longest waiting first. One whose drift is still to be measured comes after that: judged
 * without it, it would be for people. Reads index `guard_verdicts_pending`, which the planner takes
 * only when it sees `'pending'` written out, not bound.
 */
export function pendingVerdicts(
  db: Database,
  { nowMs, limit }: { nowMs: number; limit: number },
): Promise<Pick<GuardVerdictRow, 'image_id' | 'tries'>[]> {
  return db.read(
    db.sql
      .selectFrom('guard_verdicts')
      .select(['image_id', 'tries'])
      .where('state', '=', raw.lit('pending'))
      .where((when) => isFree(when, nowMs))
      .where((when) => when.not(when.exists(driftToMeasure(when))))
      .orderBy('created_at_ms')
      .orderBy('image_id')
      .limit(limit),
  )
}

function driftToMeasure(when: ExpressionBuilder<Tables, 'guard_verdicts'>) {
  return when
    .selectFrom('drift_reports')
    .select('drift_reports.image_id')
    .whereRef('drift_reports.image_id', '=', 'guard_verdicts.image_id')
    .where('drift_reports.state', '=', 'pending')
}

function isFree(when: ExpressionBuilder<Tables, 'guard_verdicts'>, nowMs: number) {
  const living = when.selectFrom('nodes').select('nodes.id').where('nodes.state', '=', 'live')
  return when.or([
    when('guard_verdicts.claimed_by', 'is', null),
    when('guard_verdicts.claimed_until_ms', '<=', nowMs),
    when('guard_verdicts.claimed_by', 'not in', living),
  ])
}

/** Takes the side-by-side pictures and the words of deleted pictures away; the figures stay. Belongs into the transaction that deletes them. */
export function dropSideBySides({ sql }: Pick<StatementContext, 'sql'>, imageIds: readonly string[]): Statement[] {
  if (imageIds.length === 0) return []
  const gone = { side_by_side_sha256: null, words_sealed: null, words_delete_after_ms: null }
  return [{ query: sql.updateTable('guard_verdicts').set(gone).where('image_id', 'in', deletedImages(sql, imageIds)) }]
}

/** The objects of the side-by-side pictures of some pictures. */
export async function sideBySidesOf(db: Database, imageIds: readonly string[]): Promise<string[]> {
  if (imageIds.length === 0) return []
  const rows = await db.read(
    db.sql
      .selectFrom('guard_verdicts')
      .select('side_by_side_sha256')
      .where('image_id', 'in', imageIds)
      .where('side_by_side_sha256', 'is not', null),
  )
  return rows.map(({ side_by_side_sha256 }) => side_by_side_sha256!)
}

/** Removes declared texts whose time is over, held ones and those of pictures that are still to be judged excepted; at most so many. */
export function forgetGuardTexts({ sql, nowMs }: StatementContext, limit: number): Statement {
  const due = sql
    .selectFrom('guard_texts')
    .innerJoin('generations', 'generations.id', 'guard_texts.generation_id')
    .select('guard_texts.generation_id')
    .where('guard_texts.delete_after_ms', '<=', nowMs)
    .where('generations.completed_at_ms', 'is not', null)
    .where((when) => when.not(when.exists(stillToJudge(when))))
    .where((when) => when.not(when.exists(activeHolds(sql, ['generations.id', 'generations.project_id']))))
    .limit(limit)
  return { query: sql.deleteFrom('guard_texts').where('generation_id', 'in', due) }
}

function stillToJudge(when: ExpressionBuilder<Tables, 'guard_texts'>) {
  return when
    .selectFrom('images')
    .innerJoin('guard_verdicts', 'guard_verdicts.image_id', 'images.id')
    .select('images.id')
    .whereRef('images.generation_id', '=', 'guard_texts.generation_id')
    .where('guard_verdicts.state', '=', 'pending')
}

/** Removes the words of verdicts whose time is over, held ones excepted; at most so many. Figures and verdict stay. */
export function forgetGuardWords({ sql, nowMs }: StatementContext, limit: number): Statement {
  const due = sql
    .selectFrom('guard_verdicts')
    .innerJoin('images', 'images.id', 'guard_verdicts.image_id')
    .select('guard_verdicts.image_id')
    .where('guard_verdicts.words_delete_after_ms', '<=', nowMs)
    .where((when) => when.not(when.exists(activeHolds(sql, ['images.id', 'images.generation_id', 'images.project_id']))))
    .limit(limit)
  return {
    query: sql.updateTable('guard_verdicts').set({ words_sealed: null, words_delete_after_ms: null }).where('image_id', 'in', due),
  }
}
