import type { Database, Statement, StatementContext } from '../db/index.ts'
import type { ReviewPlan } from './plan-review.ts'

/** Notes that the pictures of a call are to be looked at. Belongs into the transaction that accepts it. */
export function recordDueReview(
  { sql, nowMs }: StatementContext,
  { generationId, projectId, plan }: { generationId: string; projectId: string; plan: ReviewPlan },
): Statement {
  return {
    query: sql
      .insertInto('review_due')
      .values({ generation_id: generationId, project_id: projectId, plan_json: JSON.stringify(plan), created_at_ms: nowMs }),
  }
}

/** A picture that is delivered, of a call whose pictures are to be looked at. */
export interface DuePicture {
  imageId: string
  /** What an assistant's tool call did, in its own word: `generate`, `edit`; null for a direct call. */
  action: string | null
}

/** A call that has ended, whose pictures are to be looked at. */
export interface DueReview {
  generationId: string
  projectId: string
  keyId: string | null
  operation: string
  plan: ReviewPlan
}

const ended = ['completed', 'failed', 'cancelled'] as const

/** Calls whose pictures are to be looked at and that have ended, the oldest first. One of which nobody knows how it ended waits until that is known. */
export async function dueReviews(db: Database, limit: number, generationId: string | null = null): Promise<DueReview[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('review_due')
      .innerJoin('generations', 'generations.id', 'review_due.generation_id')
      .select(['review_due.generation_id', 'review_due.project_id', 'review_due.plan_json', 'generations.key_id', 'generations.operation'])
      .where('generations.status', 'in', ended)
      .$if(generationId !== null, (query) => query.where('review_due.generation_id', '=', generationId!))
      .orderBy('review_due.created_at_ms')
      .orderBy('review_due.generation_id')
      .limit(limit),
  )
  return rows.map(({ generation_id, project_id, key_id, operation, plan_json }) => ({
    generationId: generation_id,
    projectId: project_id,
    keyId: key_id,
    operation,
    plan: JSON.parse(plan_json),
  }))
}

/** The pictures that a call delivered: no previews, and nothing that another was delivered in place of. */
export async function duePictures(db: Database, generationId: string): Promise<DuePicture[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('images')
      .innerJoin('generations', 'generations.id', 'images.generation_id')
      .leftJoin('image_calls', 'image_calls.image_id', 'images.id')
      .select(['images.id', 'images.derived_from', 'image_calls.action'])
      .where('images.generation_id', '=', generationId)
      .where('images.is_preview', '=', 0)
      .where('images.deleted_at_ms', 'is', null)
      .where('generations.status', '=', 'completed')
      .orderBy('images.attempt_id')
      .orderBy('images.idx'),
  )
  const replaced = new Set(rows.map(({ derived_from }) => derived_from))
  return rows.filter(({ id }) => !replaced.has(id)).map(({ id, action }) => ({ imageId: id, action }))
}

/** Ends what a call waited for, once: of two processes one finds that the other was here. */
export function endDueReview({ sql }: Pick<StatementContext, 'sql'>, generationId: string): Statement {
  return {
    query: sql.deleteFrom('review_due').where('generation_id', '=', generationId),
    expect: { rows: 1, otherwise: () => new AlreadyOpened() },
  }
}

/** Another process has put these pictures into the queue. */
export class AlreadyOpened extends Error {
  constructor() {
    super('these pictures are in the queue already')
    this.name = 'AlreadyOpened'
  }
}
