import { sql as text } from 'kysely'
import { failure } from '../contract/failure.ts'
import { deletedImages, type Statement, type StatementContext } from '../db/index.ts'
import { checklistOf } from './checklist.ts'
import type { ReviewPlan } from './plan-review.ts'

/** A picture about to be put into the queue. */
export interface NewReview {
  id: string
  projectId: string
  generationId: string
  imageId: string
  /** Key that asked for the picture; null for the administrator. */
  submitterKeyId: string | null
  plan: ReviewPlan
}

/** Puts a picture into the queue. Each is there once: another time is refused by the database. */
export function openReview(
  { sql, nowMs }: StatementContext,
  { id, projectId, generationId, imageId, submitterKeyId, plan }: NewReview,
): Statement {
  return {
    query: sql.insertInto('review_items').values({
      id,
      project_id: projectId,
      generation_id: generationId,
      image_id: imageId,
      state: 'open',
      reasons_json: JSON.stringify(plan.reasons),
      checklist_json: JSON.stringify(checklistOf(plan)),
      submitter_key_id: submitterKeyId,
      approvals_needed: plan.approvalsNeeded,
      approvals: 0,
      claim_ms: plan.claimMs,
      guard_decides: plan.guardDecides ? 'waiting' : 'never',
      opened_at_ms: nowMs,
      due_at_ms: plan.dueMs === null ? null : nowMs + plan.dueMs,
      overdue_told_at_ms: null,
      claimed_by: null,
      claimed_name: null,
      claim_until_ms: null,
      closed_at_ms: null,
    }),
  }
}

/** Who looks at a picture. */
export interface ClaimingPerson {
  person: string
  name: string
}

const unclaimed = { claimed_by: null, claimed_name: null, claim_until_ms: null } as const

/** Open, or claimed by this person, or by somebody whose time is over. */
const isFreeFor = (person: string, nowMs: number) =>
  text<boolean>`closed_at_ms is null and (claimed_by is null or claimed_by = ${person} or claim_until_ms <= ${nowMs})`

/** Claims a picture, or goes on claiming it. Refused where somebody else has it, or it is decided. */
export function claimReview({ sql, nowMs }: StatementContext, id: string, { person, name }: ClaimingPerson): Statement {
  return {
    query: sql
      .updateTable('review_items')
      .set({ state: 'claimed', claimed_by: person, claimed_name: name, claim_until_ms: text<number>`${nowMs} + claim_ms` })
      .where('id', '=', id)
      .where(isFreeFor(person, nowMs)),
    expect: { rows: 1, otherwise: () => failure('review_claimed') },
  }
}

/** Lets go of a claim; `changes` is 0 where this person has none. */
export function releaseReview({ sql }: StatementContext, id: string, { person }: Pick<ClaimingPerson, 'person'>): Statement {
  return {
    query: sql
      .updateTable('review_items')
      .set({ state: 'open', ...unclaimed })
      .where('id', '=', id)
      .where('closed_at_ms', 'is', null)
      .where('claimed_by', '=', person),
  }
}

/** What becomes of a picture by a decision. */
export interface ReviewStep {
  id: string
  person: string
  /** Approvals as the decision found them. */
  approvals: number
  /** Null: one more person must approve it. */
  state: 'approved' | 'rejected' | 'changes_requested' | null
  approves: boolean
}

/** Ends a review, or counts the first of two approvals. Refused where it was decided, approved or claimed meanwhile. */
export function advanceReview({ sql, nowMs }: StatementContext, { id, person, approvals, state, approves }: ReviewStep): Statement {
  return {
    query: sql
      .updateTable('review_items')
      .set({ state: state ?? 'open', closed_at_ms: state === null ? null : nowMs, approvals: approvals + (approves ? 1 : 0), ...unclaimed })
      .where('id', '=', id)
      .where('approvals', '=', approvals)
      .where(isFreeFor(person, nowMs)),
    expect: { rows: 1, otherwise: () => failure('review_decided') },
  }
}

/** Takes an approval back. */
export function revokeReview({ sql }: StatementContext, id: string): Statement {
  return {
    query: sql.updateTable('review_items').set({ state: 'revoked' }).where('id', '=', id).where('state', '=', 'approved'),
    expect: { rows: 1, otherwise: () => failure('review_not_approved') },
  }
}

/** Closes the reviews of those of some pictures that are deleted; what was decided stays. Belongs into the transaction that deletes them. */
export function closeDeletedReviews({ sql, nowMs }: StatementContext, imageIds: readonly string[]): Statement[] {
  if (imageIds.length === 0) return []
  const query = sql.updateTable('review_items').set({ state: 'deleted', closed_at_ms: nowMs, ...unclaimed })
  return [{ query: query.where('image_id', 'in', deletedImages(sql, imageIds)).where('closed_at_ms', 'is', null) }]
}

/** Refuses a transaction about a picture that was deleted meanwhile. */
export function assertImageThere({ sql }: Pick<StatementContext, 'sql'>, imageId: string): Statement {
  return {
    query: sql.selectFrom('images').select('id').where('id', '=', imageId).where('deleted_at_ms', 'is', null),
    expect: { rows: 1, otherwise: () => failure('image_deleted') },
  }
}

/** Notes who opened a picture at full size. */
export function noteFullSizeRead(
  { sql, nowMs }: StatementContext,
  { itemId, person, name }: { itemId: string; person: string; name: string },
): Statement {
  return {
    query: sql
      .insertInto('review_reads')
      .values({ item_id: itemId, person, name, first_at_ms: nowMs, last_at_ms: nowMs })
      .onConflict((conflict) =>
        conflict.columns(['item_id', 'person']).doUpdateSet({ last_at_ms: nowMs }).where('review_reads.last_at_ms', '<', nowMs),
      ),
  }
}

/** The guard has judged a picture and does not approve it: people do. */
export function declineByGuard({ sql }: Pick<StatementContext, 'sql'>, id: string): Statement {
  return {
    query: sql.updateTable('review_items').set({ guard_decides: 'declined' }).where('id', '=', id).where('guard_decides', '=', 'waiting'),
  }
}

/** Notes that a review is overdue, once. Refused where another process was first, or it was decided meanwhile. */
export function noteOverdue({ sql, nowMs }: StatementContext, id: string): Statement {
  return {
    query: sql
      .updateTable('review_items')
      .set({ overdue_told_at_ms: nowMs })
      .where('id', '=', id)
      .where('closed_at_ms', 'is', null)
      .where('due_at_ms', '<=', nowMs)
      .where('overdue_told_at_ms', 'is', null),
    expect: { rows: 1, otherwise: () => new Error('somebody else was first') },
  }
}
