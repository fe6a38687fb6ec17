import { Readable } from 'node:stream'
import { failure } from '../../contract/failure.ts'
import {
  bulkDecidedSchema,
  bulkDecisionsSchema,
  jobAcceptedSchema,
  reviewDecidedSchema,
  reviewDecisionBodySchema,
  reviewEditSchema,
  reviewExportQuerySchema,
  reviewerBodySchema,
  reviewImageQuerySchema,
  reviewSchema,
  reviewsQuerySchema,
  reviewsReplySchema,
  withReasonSchema,
} from '../../contract/record.ts'
import { sharedHeadersSchema } from '../../contract/repeat-headers.ts'
import {
  claimForReview,
  decideMany,
  decideReview,
  editAfterDecision,
  editForReview,
  exportAsCsv,
  exportAsJson,
  openAtFullSize,
  pageOfReviews,
  type ReviewerAsk,
  releaseForReview,
  revokeApproval,
  showReview,
} from '../../flows/index.ts'
import { findImage } from '../../generations/index.ts'
import { isId } from '../../primitives/ids.ts'
import { errorReplies } from '../error-replies.ts'
import { repeatSigns } from '../generation-reply.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { answerAccepted } from '../job-reply.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'
import { sendObject } from '../send-object.ts'

const reply200 = { 200: { description: 'The review.', schema: reviewSchema } }

/** The queue. */
export const reviewsRoute = keyRoute({
  method: 'GET',
  path: '/v2/reviews',
  tenant: 'caller',
  tag: 'reviews',
  summary: 'List reviews, the longest waiting first',
  description: 'A key sees those of its project, the administrator all. A claim whose time is over reads as open.',
  query: reviewsQuerySchema,
  replies: { 200: { description: 'A page of them.', schema: reviewsReplySchema }, ...errorReplies(400, 401) },
  handle({ parts, principal, request, baseUrl }) {
    const { state, reason, overdue, project_id, image_id: imageId, cursor = null, limit } = readChecked(reviewsQuerySchema, request.query)
    if (cursor !== null && !isId('rev', cursor)) throw failure('invalid_value', { param: 'cursor', message: badCursor })
    const projectId = scopeOf(principal).projectId ?? project_id ?? null
    const query = { projectId, state, reason, imageId, overdue: overdue === 'true', after: cursor, limit }
    return pageOfReviews(parts, query, baseUrl)
  },
})

const badCursor = 'The cursor is not the next_cursor of an earlier page. Nothing was charged; send that, or none.'

/** Everything that was opened and decided, for whoever audits it. */
export const exportReviewsRoute = keyRoute({
  method: 'GET',
  path: '/v2/reviews/export',
  tenant: 'caller',
  tag: 'reviews',
  summary: 'Export reviews and decisions',
  description:
    'Written while it is read. CSV: a line for each decision, and for each review without one; no cell is taken for a formula. Who, when, why, answers, what was read and what is public; no prompt.',
  query: reviewExportQuerySchema,
  replies: { 200: { description: 'The export.', contentType: 'text/csv' }, ...errorReplies(400, 401) },
  handle({ parts, principal, request, reply, baseUrl }) {
    const { format, from, to, project_id } = readChecked(reviewExportQuerySchema, request.query)
    const timeOf = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time))
    const projectId = scopeOf(principal).projectId ?? project_id ?? null
    const asked = { projectId, fromMs: timeOf(from), toMs: timeOf(to), baseUrl }
    const text = format === 'csv' ? exportAsCsv(parts, asked) : exportAsJson(parts, asked)
    reply.headers({
      'content-type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="reviews.${format}"`,
      'cache-control': 'no-store',
    })
    return reply.send(Readable.from(text))
  },
})

/** Several decisions at once. */
export const bulkDecisionsRoute = keyRoute({
  method: 'POST',
  path: '/v2/reviews/decisions',
  tenant: 'caller',
  tag: 'reviews',
  summary: 'Decide several reviews',
  description:
    'Each as if it came alone, in order: one that is refused holds up none of the others. Texts must have been read at full size, each.',
  body: { description: 'Up to 100 decisions.', schema: bulkDecisionsSchema },
  replies: { 200: { description: 'One result for each.', schema: bulkDecidedSchema }, ...errorReplies(400, 401) },
  handle({ parts, principal, request, requestId, baseUrl }) {
    const { reviewer, decisions } = readChecked(bulkDecisionsSchema, readJsonBody(request))
    return decideMany(parts, { principal, requestId, baseUrl, ...scopeOf(principal), reviewer, decisions })
  },
})

/** One review. */
export const reviewRoute = keyRoute({
  method: 'GET',
  path: '/v2/reviews/{id}',
  tenant: { object: 'review' },
  tag: 'reviews',
  summary: 'Read a review',
  description: 'Why the picture is looked at, what is asked about it, who has it, what was decided, compared and made of it.',
  replies: { ...reply200, ...errorReplies(401, 404) },
  handle: ({ parts, principal, request, baseUrl }) => showReview(parts, { id: idOf(request), ...scopeOf(principal) }, baseUrl),
})

/** The picture as it is, on record. */
export const reviewImageRoute = keyRoute({
  method: 'GET',
  path: '/v2/reviews/{id}/image',
  tenant: { object: 'review' },
  tag: 'reviews',
  summary: 'Open the picture of a review at full size',
  description:
    'The stored bytes, untouched. That you opened them whole is on record: a text is approved by whoever has. The administrator says who it is by `?reviewer=`.',
  query: reviewImageQuerySchema,
  replies: {
    200: { description: 'The bytes.', contentType: 'image/*' },
    206: { description: 'The bytes of the range; opens nothing on record.', contentType: 'image/*' },
    304: { description: 'The bytes you have are the bytes.' },
    ...errorReplies(400, 401, 403, 404, 410, 416, 500, 503),
  },
  async handle(context) {
    const { parts, principal, request } = context
    const { reviewer } = readChecked(reviewImageQuerySchema, request.query)
    const isWhole = request.method === 'GET' && request.headers.range === undefined
    const id = await openAtFullSize(parts, { id: idOf(request), ...scopeOf(principal), principal, reviewer }, isWhole)
    const image = await findImage(parts.database, { id, ...scopeOf(principal) })
    if (!image || image.deleted_at_ms !== null) throw failure('image_deleted')
    if (image.path === null) throw failure('object_missing')
    return sendObject(context, { ...image, path: image.path, mediaType: image.media_type, fileName: image.id })
  },
})

/** Nobody else works on it meanwhile. */
export const claimReviewRoute = keyRoute({
  method: 'POST',
  path: '/v2/reviews/{id}/claim',
  tenant: { object: 'review' },
  tag: 'reviews',
  summary: 'Claim a review',
  description: 'For as long as the project says (`claim_minutes`); claiming it again goes on from now.',
  body: { description: 'Who you are, where the administrator calls.', schema: reviewerBodySchema },
  replies: { ...reply200, ...errorReplies(400, 401, 403, 404, 409, 410) },
  handle: (context) => afterwards(context, claimForReview),
})

/** Somebody else may. */
export const releaseReviewRoute = keyRoute({
  method: 'POST',
  path: '/v2/reviews/{id}/release',
  tenant: { object: 'review' },
  tag: 'reviews',
  summary: 'Let go of a review',
  body: { description: 'Who you are, where the administrator calls.', schema: reviewerBodySchema },
  replies: { ...reply200, ...errorReplies(400, 401, 403, 404) },
  handle: (context) => afterwards(context, releaseForReview),
})

/** For good. */
export const decideReviewRoute = keyRoute({
  method: 'POST',
  path: '/v2/reviews/{id}/decision',
  tenant: { object: 'review' },
  tag: 'reviews',
  summary: 'Approve a picture, reject it, or ask for one change',
  description:
    'Immutable: who, when, why, the answers and the hash of what was looked at. An approval answers the whole checklist; whoever asked for the picture cannot give it. `run` makes the change that is asked for at once.',
  body: { description: 'The decision.', schema: reviewDecisionBodySchema },
  replies: { 200: { description: 'It stands.', schema: reviewDecidedSchema }, ...errorReplies(400, 401, 403, 404, 409, 410) },
  async handle(context) {
    const { parts, principal, request, requestId, baseUrl } = context
    const { reviewer, ...body } = readChecked(reviewDecisionBodySchema, readJsonBody(request))
    const ask = { id: idOf(request), ...scopeOf(principal), principal, reviewer, requestId, baseUrl }
    await decideReview(parts, { ...ask, body })
    const edit = await editAfterDecision(parts, ask, body)
    return { review: await showReview(parts, ask, baseUrl), ...edit }
  },
})

/** The picture that was turned down, with one thing changed. */
export const editForReviewRoute = keyRoute({
  method: 'POST',
  path: '/v2/reviews/{id}/edit',
  tenant: { object: 'review' },
  tag: 'reviews',
  summary: 'Make the edit that a review leads to',
  admission: 'body',
  description:
    'A job: the picture that was rejected, or of which a change was asked for, edited by that change with the settings it was made with. Its record names where it comes from (`parent`). Whoever asks for it cannot approve it.',
  body: { description: 'What is to change, where the decision does not say it.', schema: reviewEditSchema },
  headers: sharedHeadersSchema,
  replies: {
    202: { description: 'The job.', schema: jobAcceptedSchema },
    ...errorReplies(400, 401, 402, 403, 404, 409, 410, 422, 429, 503, 507),
  },
  async handle(context) {
    const { parts, principal, request, requestId, baseUrl } = context
    const body = readChecked(reviewEditSchema, request.body === undefined ? {} : readJsonBody(request))
    const ask = { id: idOf(request), ...scopeOf(principal), principal, requestId, baseUrl, repeat: repeatSigns(context), body }
    return answerAccepted(context, await editForReview(parts, ask), scopeOf(principal).projectId)
  },
})

/** What was approved in error. */
export const revokeApprovalRoute = keyRoute({
  method: 'POST',
  path: '/v2/reviews/{id}/revoke',
  tenant: { object: 'review' },
  tag: 'reviews',
  summary: 'Take an approval back',
  description: 'The approval stays on record, with this behind it; the picture is public no more.',
  body: { description: 'Why.', schema: withReasonSchema },
  replies: { ...reply200, ...errorReplies(400, 401, 403, 404, 409) },
  async handle({ parts, principal, request, baseUrl }) {
    const { why, reviewer } = readChecked(withReasonSchema, readJsonBody(request))
    const ask = { id: idOf(request), ...scopeOf(principal), principal, reviewer }
    await revokeApproval(parts, { ...ask, why })
    return showReview(parts, ask, baseUrl)
  },
})

/** Does something about a review, and answers how it stands then. */
async function afterwards(
  { parts, principal, request, baseUrl }: KnownContext,
  act: (parts: KnownContext['parts'], ask: ReviewerAsk) => Promise<void>,
) {
  const { reviewer } = readChecked(reviewerBodySchema, request.body === undefined ? {} : readJsonBody(request))
  const ask = { id: idOf(request), ...scopeOf(principal), principal, reviewer }
  await act(parts, ask)
  return showReview(parts, ask, baseUrl)
}

const idOf = ({ params }: KnownContext['request']) => (params as { id: string }).id
