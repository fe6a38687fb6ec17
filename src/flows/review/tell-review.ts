import type { Statement, StatementContext } from '../../db/index.ts'
import { type EventType, recordEvent } from '../../events/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** What happened to a review, or to a picture's public address. */
export type ReviewEvent = Extract<EventType, `review.${string}`>

/** Whose event it is. */
export interface ReviewSubject {
  reviewId: string | null
  projectId: string
  generationId: string
  imageId: string
}

/** Puts what happened to a review on record, in the transaction that makes it true: ids, states and names, never what is shown or was said of it. */
export function tellReview(context: StatementContext, subject: ReviewSubject, type: ReviewEvent, more: JsonObject = {}): Statement {
  const { reviewId, projectId, generationId, imageId } = subject
  const data = { review_id: reviewId, image_id: imageId, generation_id: generationId, ...more }
  return recordEvent(context, { projectId, subjectId: reviewId ?? imageId, type, data })
}

/** Receivers are told soon, whichever process tells them. */
export function wakeReceivers(parts: Pick<GatewayParts, 'webhookDeliveries'>): void {
  parts.webhookDeliveries.wake()
}
