import { type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import {
  AlreadyOpened,
  type DuePicture,
  type DueReview,
  duePictures,
  dueReviews,
  endDueReview,
  openReview,
  type ReviewPlan,
  reviewOfImage,
} from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { tellReview, wakeReceivers } from './tell-review.ts'

const BATCH = 50

type OpenParts = Pick<GatewayParts, 'database' | 'clock' | 'newId' | 'webhookDeliveries'>

/**
 * Puts the pictures of calls that have ended into the queue, each once whatever else looks: who comes second finds that it was done.
 * @param stop asked before each call
 */
export async function openDueReviews(parts: OpenParts, stop: () => boolean): Promise<void> {
  for (let due = await dueReviews(parts.database, BATCH); due.length > 0; due = await dueReviews(parts.database, BATCH))
    for (const one of due) {
      if (stop()) return
      await openReviewsOf(parts, one)
    }
}

/** The same for one call, now: whoever asks about its picture need not wait for the round. */
export async function openDueReviewOf(parts: OpenParts, generationId: string): Promise<void> {
  for (const due of await dueReviews(parts.database, 1, generationId)) await openReviewsOf(parts, due)
}

async function openReviewsOf(parts: OpenParts, due: DueReview): Promise<void> {
  const pictures = await duePictures(parts.database, due.generationId)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const opened: Statement[] = []
  for (const picture of pictures) opened.push(...(await openOne(parts, context, due, picture)))
  try {
    await parts.database.transact([endDueReview(context, due.generationId), ...opened])
  } catch (error) {
    if (error instanceof AlreadyOpened) return
    throw error
  }
  if (opened.length > 0) wakeReceivers(parts)
}

async function openOne(parts: OpenParts, context: StatementContext, due: DueReview, picture: DuePicture): Promise<Statement[]> {
  const plan = planOf(due, picture)
  // Who wanted it public was here first.
  if (plan === null || (await reviewOfImage(parts.database, picture.imageId)) !== null) return []
  const { generationId, projectId, keyId } = due
  return newReview(parts, context, { generationId, projectId, imageId: picture.imageId, submitterKeyId: keyId, plan })
}

/** Of what an assistant made, edits are what its tool calls that. */
function planOf({ operation, plan }: DueReview, { action }: DuePicture): ReviewPlan | null {
  if (operation !== 'respond' || action === 'edit') return plan
  const reasons = plan.reasons.filter((reason) => reason !== 'edit')
  return reasons.length === 0 ? null : { ...plan, reasons }
}

/** A picture that goes into the queue, and what is told of it. */
export function newReview(
  { newId }: Pick<GatewayParts, 'newId'>,
  context: StatementContext,
  review: { generationId: string; projectId: string; imageId: string; submitterKeyId: string | null; plan: ReviewPlan },
): Statement[] {
  const id = newId('rev')
  return [
    openReview(context, { id, ...review }),
    tellReview(context, { reviewId: id, ...review }, 'review.opened', { reasons: review.plan.reasons, state: 'open' }),
  ]
}
