import { type ExpressionBuilder, sql as text } from 'kysely'
import type { ReviewReason } from '../contract/review-policy.ts'
import type { Database, ImageRow, ReviewItemRow, Tables } from '../db/index.ts'

type ImageFacts = Pick<ImageRow, 'width' | 'height' | 'format'> & { image_sha256: string; image_deleted_at_ms: number | null }

/** A picture in the queue. */
export type FoundReview = ReviewItemRow & ImageFacts

/** Where a review stands. A claim that is over is none. */
export type ReviewState = 'open' | 'claimed' | 'approved' | 'rejected' | 'changes_requested' | 'revoked' | 'deleted'

/** Where a review stands now. */
export function stateOf({ state, claim_until_ms }: Pick<ReviewItemRow, 'state' | 'claim_until_ms'>, nowMs: number): ReviewState {
  return state === 'claimed' && claim_until_ms !== null && claim_until_ms <= nowMs ? 'open' : (state as ReviewState)
}

/** Whether the time to decide is over. */
export function isOverdue({ closed_at_ms, due_at_ms }: Pick<ReviewItemRow, 'closed_at_ms' | 'due_at_ms'>, nowMs: number): boolean {
  return closed_at_ms === null && due_at_ms !== null && due_at_ms <= nowMs
}

/** Which reviews. */
export interface ReviewQuery {
  /** Null = those of all projects. */
  projectId: string | null
  state?: ReviewState | undefined
  reason?: ReviewReason | undefined
  imageId?: string | undefined
  overdue?: boolean | undefined
  fromMs?: number | undefined
  toMs?: number | undefined
  /** Goes on behind this one. */
  after: string | null
  limit: number
  nowMs: number
}

function foundReviews(db: Database) {
  return db.sql
    .selectFrom('review_items')
    .innerJoin('images', 'images.id', 'review_items.image_id')
    .selectAll('review_items')
    .select([
      'images.sha256 as image_sha256',
      'images.width',
      'images.height',
      'images.format',
      'images.deleted_at_ms as image_deleted_at_ms',
    ])
}

/** Reviews, the longest waiting first. */
export function listReviews(
  db: Database,
  { projectId, state, reason, imageId, overdue, fromMs, toMs, after, limit, nowMs }: ReviewQuery,
): Promise<FoundReview[]> {
  return db.read(
    foundReviews(db)
      .$if(projectId !== null, (query) => query.where('review_items.project_id', '=', projectId!))
      .$if(state !== undefined, (query) => query.where((row) => isInState(row, state!, nowMs)))
      .$if(reason !== undefined, (query) => query.where('review_items.reasons_json', 'like', `%"${reason!}"%`))
      .$if(imageId !== undefined, (query) => query.where('review_items.image_id', '=', imageId!))
      .$if(overdue === true, (query) => query.where('review_items.closed_at_ms', 'is', null).where('review_items.due_at_ms', '<=', nowMs))
      .$if(fromMs !== undefined, (query) => query.where('review_items.opened_at_ms', '>=', fromMs!))
      .$if(toMs !== undefined, (query) => query.where('review_items.opened_at_ms', '<', toMs!))
      .$if(after !== null, (query) => query.where('review_items.id', '>', after!))
      .orderBy('review_items.id')
      .limit(limit),
  )
}

function isInState(row: ExpressionBuilder<Pick<Tables, 'review_items' | 'images'>, 'review_items'>, state: ReviewState, nowMs: number) {
  const claimed = row.and([row('review_items.state', '=', 'claimed'), row('review_items.claim_until_ms', '>', nowMs)])
  const lapsed = row.and([row('review_items.state', '=', 'claimed'), row('review_items.claim_until_ms', '<=', nowMs)])
  if (state === 'claimed') return claimed
  return state === 'open' ? row.or([row('review_items.state', '=', 'open'), lapsed]) : row('review_items.state', '=', state)
}

/** One review; null when there is none that the caller may see. */
export async function findReview(db: Database, { id, projectId }: { id: string; projectId: string | null }): Promise<FoundReview | null> {
  const [found] = await db.read(
    foundReviews(db)
      .where('review_items.id', '=', id)
      .$if(projectId !== null, (query) => query.where('review_items.project_id', '=', projectId!)),
  )
  return found ?? null
}

/** The review of a picture; null when it is not in the queue. */
export async function reviewOfImage(db: Database, imageId: string): Promise<FoundReview | null> {
  const [found] = await db.read(foundReviews(db).where('review_items.image_id', '=', imageId))
  return found ?? null
}

/** Reviews that wait for the guard's word, the longest waiting first. @param after goes on behind this one */
export function reviewsForGuard(db: Database, after: string | null, limit: number): Promise<FoundReview[]> {
  return db.read(
    foundReviews(db)
      .where('review_items.closed_at_ms', 'is', null)
      .where('review_items.guard_decides', '=', text.lit('waiting'))
      .$if(after !== null, (query) => query.where('review_items.id', '>', after!))
      .orderBy('review_items.id')
      .limit(limit),
  )
}

/** Reviews whose time to decide is over and of which nobody was told. */
export function untoldOverdue(db: Database, nowMs: number, limit: number): Promise<ReviewItemRow[]> {
  return db.read(
    db.sql
      .selectFrom('review_items')
      .selectAll()
      .where('closed_at_ms', 'is', null)
      .where('due_at_ms', '<=', nowMs)
      .where('overdue_told_at_ms', 'is', null)
      .orderBy('due_at_ms')
      .limit(limit),
  )
}

/** How much waits to be decided. */
export interface ReviewCount {
  open: number
  overdue: number
  oldestMs: number | null
}

/** Counts what waits to be decided, in all projects. */
export async function countOpenReviews(db: Database, nowMs: number): Promise<ReviewCount> {
  const [row] = await db.read(
    db.sql
      .selectFrom('review_items')
      .select((of) => [of.fn.countAll<number>().as('open'), of.fn.min('opened_at_ms').as('oldest_ms')])
      .select(text<number>`coalesce(sum(case when due_at_ms <= ${nowMs} then 1 else 0 end), 0)`.as('overdue'))
      .where('closed_at_ms', 'is', null),
  )
  return { open: Number(row?.open ?? 0), overdue: Number(row?.overdue ?? 0), oldestMs: row?.oldest_ms ?? null }
}
