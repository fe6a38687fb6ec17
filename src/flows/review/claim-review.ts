import type { Principal } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import { statementContext } from '../../db/index.ts'
import { claimReview, type DecidingPerson, type FoundReview, noteFullSizeRead, releaseReview } from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { assertReviewer, reviewerOf } from './reviewer.ts'
import { type ReviewAskedFor, requireReview } from './show-review.ts'

/** Somebody who looks at a picture. */
export interface ReviewerAsk extends ReviewAskedFor {
  principal: Principal
  /** Who the administrator is. */
  reviewer: string | undefined
}

/**
 * Claims a review, so that nobody else works on it meanwhile; claiming it again goes on from now.
 * @throws Failure `not_found`, `not_a_reviewer`, `review_decided`, `review_claimed`, `image_deleted`
 */
export async function claimForReview(parts: GatewayParts, ask: ReviewerAsk): Promise<void> {
  const { found, by } = await openedReview(parts, ask)
  assertFree(parts, found, by)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([claimReview(context, found.id, by)])
}

/** Lets go of a claim; without one nothing changes. @throws Failure `not_found`, `not_a_reviewer`, `review_decided`, `image_deleted` */
export async function releaseForReview(parts: GatewayParts, ask: ReviewerAsk): Promise<void> {
  const { found, by } = await openedReview(parts, ask)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([releaseReview(context, found.id, by)])
}

/**
 * Notes that somebody opens the picture at full size.
 * @param isRead false where they do not get the whole of it
 * @returns the picture's id
 * @throws Failure `not_found`, `not_a_reviewer`, `image_deleted`
 */
export async function openAtFullSize(parts: GatewayParts, ask: ReviewerAsk, isRead: boolean): Promise<string> {
  const found = await requireReview(parts, ask)
  if (found.image_deleted_at_ms !== null) throw failure('image_deleted')
  const by = await reviewerFor(parts, found, ask)
  if (!isRead) return found.image_id
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([noteFullSizeRead(context, { itemId: found.id, person: by.person, name: by.name })])
  return found.image_id
}

/** Who asks about something of a project. @throws Failure `not_a_reviewer` where the project names others, and whatever `reviewerOf` throws */
export async function reviewerFor(
  parts: GatewayParts,
  { project_id }: { project_id: string },
  { principal, reviewer }: Pick<ReviewerAsk, 'principal' | 'reviewer'>,
): Promise<DecidingPerson> {
  const by = await reviewerOf(parts, principal, reviewer)
  await assertReviewer(parts, project_id, by)
  return by
}

/** A review that is not decided, and who asks about it. @throws Failure `not_found`, `image_deleted`, `review_decided`, `not_a_reviewer` */
export async function openedReview(parts: GatewayParts, ask: ReviewerAsk): Promise<{ found: FoundReview; by: DecidingPerson }> {
  const found = await requireReview(parts, ask)
  if (found.state === 'deleted') throw failure('image_deleted')
  if (found.closed_at_ms !== null) throw failure('review_decided')
  return { found, by: await reviewerFor(parts, found, ask) }
}

/** @throws Failure `review_claimed` */
export function assertFree(
  parts: Pick<GatewayParts, 'clock'>,
  { claimed_by, claimed_name, claim_until_ms }: FoundReview,
  by: DecidingPerson,
): void {
  const leftMs = (claim_until_ms ?? 0) - parts.clock.nowMs()
  if (claimed_by === null || claimed_by === by.person || leftMs <= 0) return
  throw failure('review_claimed', { retryAfterMs: leftMs, extra: { claimed_by: claimed_name } })
}
