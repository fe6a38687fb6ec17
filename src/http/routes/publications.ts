import { publicationSchema, reviewerBodySchema, withReasonSchema } from '../../contract/record.ts'
import { publicPicture, publishImage, unpublishImage } from '../../flows/index.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute, publicRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'
import { sendObject } from '../send-object.ts'

/** From then on anybody may read it. */
export const publishImageRoute = keyRoute({
  method: 'POST',
  path: '/v2/images/{id}/publish',
  tenant: { object: 'image' },
  tag: 'reviews',
  summary: 'Give a picture a public address',
  description:
    'Where the project says `publish: reviewed`, for approved pictures alone: one that nobody has looked at goes into the queue by being asked for, and is 409 `review_not_approved` with `review_id` until it is approved. Published again it keeps its address.',
  body: { description: 'Who you are, where the administrator calls.', schema: reviewerBodySchema },
  replies: { 200: { description: 'Its public address.', schema: publicationSchema }, ...errorReplies(400, 401, 403, 404, 409, 410, 500) },
  handle(context) {
    const { parts, request } = context
    const { reviewer } = readChecked(reviewerBodySchema, request.body === undefined ? {} : readJsonBody(request))
    return publishImage(parts, { ...askOf(context), reviewer })
  },
})

/** From then on nobody may. */
export const unpublishImageRoute = keyRoute({
  method: 'POST',
  path: '/v2/images/{id}/unpublish',
  tenant: { object: 'image' },
  tag: 'reviews',
  summary: 'End the public address of a picture',
  description:
    'At once, in every process; caches on the way may keep it for a minute. The address never opens again: published anew, the picture gets another.',
  body: { description: 'Why.', schema: withReasonSchema },
  replies: { 200: { description: 'How its last address ended.', schema: publicationSchema }, ...errorReplies(400, 401, 403, 404, 409) },
  handle(context) {
    const { why, reviewer } = readChecked(withReasonSchema, readJsonBody(context.request))
    return unpublishImage(context.parts, { ...askOf(context), reviewer, why })
  },
})

/** Short, so that what is taken back is gone from caches within a minute. */
const PUBLIC_FOR = 'public, max-age=60, must-revalidate'

/** A picture that is public. */
export const publicImageRoute = publicRoute({
  method: 'GET',
  path: '/p/{id}',
  tag: 'reviews',
  summary: 'Read a public picture',
  description:
    'The stored bytes, untouched: embedded content credentials stay valid. `ETag` is their SHA-256; caches may keep them for a minute. 410 once the picture is unpublished or deleted, or its approval is revoked.',
  replies: {
    200: { description: 'The bytes.', contentType: 'image/*' },
    206: { description: 'The bytes of the range.', contentType: 'image/*' },
    304: { description: 'The bytes you have are the bytes.' },
    ...errorReplies(404, 410, 416, 500, 503),
  },
  async handle(context) {
    const { id } = context.request.params as { id: string }
    const image = await publicPicture(context.parts, id)
    return sendObject(context, { ...image, mediaType: image.media_type, fileName: image.id, cacheControl: PUBLIC_FOR, isPublic: true })
  },
})

function askOf({ principal, request, baseUrl }: KnownContext) {
  return { id: (request.params as { id: string }).id, ...scopeOf(principal), principal, baseUrl }
}
