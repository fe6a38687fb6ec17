import { failure } from '../../contract/failure.ts'
import type { PublicationReply } from '../../contract/record.ts'
import { noReview } from '../../contract/review-policy.ts'
import { statementContext } from '../../db/index.ts'
import { type FoundImage, findGeneration, findImage } from '../../generations/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { isId } from '../../primitives/ids.ts'
import {
  assertApproved,
  assertImageThere,
  type DecidingPerson,
  type FoundReview,
  findPublication,
  livePublications,
  planFor,
  presentPublication,
  publicationsOf,
  publish,
  reviewOfImage,
} from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { type ReviewerAsk, reviewerFor } from './claim-review.ts'
import { endPublicity } from './end-publicity.ts'
import { newReview, openDueReviewOf } from './open-due-reviews.ts'
import type { ReviewAskedFor } from './show-review.ts'
import { tellReview, wakeReceivers } from './tell-review.ts'

/** A picture that somebody wants to be public, or not any more; `id` is the picture's. */
export type PublishAsk = ReviewerAsk & { baseUrl: string }

/**
 * Gives a picture a public address, or says which it has. Where the project wants pictures reviewed first, one that nobody looked at yet goes into the
 * queue by being asked for: it is public once it is approved and asked for again.
 * @throws Failure `not_found`, `image_deleted`, `object_missing`, `publishing_off`, `not_a_reviewer`, `review_not_approved` naming the review
 */
export async function publishImage(parts: GatewayParts, ask: PublishAsk): Promise<PublicationReply> {
  const image = await knownImage(parts, ask)
  assertPublishable(image)
  const by = await reviewerFor(parts, image, ask)
  const [live] = await livePublications(parts.database, [image.id])
  if (live) return presentPublication(live)
  const { settings } = await parts.access.projects.settingsOf(image.project_id)
  const publishing = settings.publish ?? 'reviewed'
  if (publishing === 'never') throw failure('publishing_off')
  const review = publishing === 'reviewed' ? await approvedReview(parts, image) : await reviewOfImage(parts.database, image.id)
  // Where nobody need approve, what somebody has decided against is not published all the same.
  if (review && review.state !== 'approved' && (publishing === 'reviewed' || review.closed_at_ms !== null)) throw notApproved(review)
  const id = parts.newId('pub')
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const reviewId = review?.state === 'approved' ? review.id : null
  fp('publish_before_record')
  await parts.database.transact([
    assertImageThere(context, image.id),
    ...(reviewId === null ? [] : [assertApproved(context, reviewId)]),
    publish(context, {
      id,
      projectId: image.project_id,
      imageId: image.id,
      reviewId,
      baseUrl: ask.baseUrl,
      by: { id: actorOf(by), name: by.name },
    }),
    tellReview(context, subjectOf(image, reviewId), 'review.published', { by: by.name, by_kind: by.kind }),
  ])
  fp('publish_after_record')
  wakeReceivers(parts)
  return presentPublication((await findPublication(parts.database, id))!)
}

/**
 * Ends the public address of a picture: from the answer on nobody opens it. Ending it again changes nothing.
 * @throws Failure `not_found`, `not_a_reviewer`, `picture_not_public` for one that never was public
 */
export async function unpublishImage(parts: GatewayParts, { why, ...ask }: PublishAsk & { why: string }): Promise<PublicationReply> {
  const image = await knownImage(parts, ask)
  const last = (await publicationsOf(parts.database, [image.id])).at(-1)
  if (!last) throw failure('picture_not_public', { status: 409, message: neverPublic })
  const by = await reviewerFor(parts, image, ask)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact(endPublicity(context, [image.id], { how: 'unpublished', by: { id: actorOf(by), name: by.name }, why }))
  wakeReceivers(parts)
  return presentPublication((await findPublication(parts.database, last.id))!)
}

const neverPublic = 'This picture was never public. Nothing was changed or charged.'

/** A picture that anybody may read, by the end of its address. @throws Failure `not_found`, `picture_not_public`, `image_deleted`, `object_missing` */
export async function publicPicture(parts: Pick<GatewayParts, 'database'>, id: string): Promise<FoundImage & { path: string }> {
  const publication = isId('pub', id) ? await findPublication(parts.database, id) : null
  if (!publication) throw failure('not_found', { param: 'id' })
  const image = await findImage(parts.database, { id: publication.image_id, projectId: null })
  if (!image || image.deleted_at_ms !== null) throw failure('image_deleted')
  if (publication.ended_at_ms !== null) throw failure('picture_not_public')
  if (image.path === null) throw failure('object_missing')
  return { ...image, path: image.path }
}

/** @throws Failure `not_found` */
async function knownImage({ database }: GatewayParts, { id, projectId }: ReviewAskedFor): Promise<FoundImage> {
  const image = isId('img', id) ? await findImage(database, { id, projectId }) : null
  if (!image) throw failure('not_found', { param: 'id' })
  return image
}

function assertPublishable({ deleted_at_ms, is_preview, path }: FoundImage): void {
  if (deleted_at_ms !== null) throw failure('image_deleted')
  if (is_preview === 1) throw failure('invalid_value', { param: 'id', message: noPreviews })
  if (path === null) throw failure('object_missing')
}

const noPreviews = 'A preview of a stream is no result, and is not published. Nothing was changed or charged.'

/** The review of a picture that is to be public: one that nobody wanted looked at until now goes into the queue. */
async function approvedReview(parts: GatewayParts, image: FoundImage): Promise<FoundReview> {
  await openDueReviewOf(parts, image.generation_id)
  const found = await reviewOfImage(parts.database, image.id)
  if (found) return found
  const rows = await findGeneration(parts.database, { id: image.generation_id, projectId: null })
  const { settings } = await parts.access.projects.settingsOf(image.project_id)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const review = {
    generationId: image.generation_id,
    projectId: image.project_id,
    imageId: image.id,
    submitterKeyId: rows!.generation.key_id,
    plan: planFor(settings.review ?? noReview, ['public'], []),
  }
  await parts.database.transact([assertImageThere(context, image.id), ...newReview(parts, context, review)])
  wakeReceivers(parts)
  return (await reviewOfImage(parts.database, image.id))!
}

function notApproved({ id, state }: FoundReview) {
  return failure('review_not_approved', {
    extra: { review_id: id, review_state: state },
    message: `This picture is not approved: its review ${id} is ${state}. Nothing was published or charged; ask for it again once the review is approved.`,
  })
}

const subjectOf = (image: FoundImage, reviewId: string | null) => ({
  reviewId,
  projectId: image.project_id,
  generationId: image.generation_id,
  imageId: image.id,
})

const actorOf = ({ keyId }: DecidingPerson) => keyId ?? 'admin'
