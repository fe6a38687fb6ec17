import { failure } from '../../contract/failure.ts'
import { deletedPicturesSchema, generationRecordSchema, threadReplySchema, traceReplySchema } from '../../contract/record.ts'
import { deleteGenerationImages, showThread, showTrace } from '../../flows/index.ts'
import { findGeneration, findRecordReviews, generationRecord } from '../../generations/index.ts'
import { isId } from '../../primitives/ids.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { scopeOf } from '../scope-of.ts'

/** The whole production log record of a generation. */
export const generationRoute = keyRoute({
  method: 'GET',
  path: '/v2/generations/{id}',
  tenant: { object: 'generation' },
  tag: 'darkroom',
  summary: 'Read the production log record of a generation',
  description: 'Every generation has one, failed ones too. The id stands in the header `x-darkroom-generation` of the call.',
  replies: { 200: { description: 'The record.', schema: generationRecordSchema }, ...errorReplies(401, 404) },
  async handle({ parts, principal, request }) {
    const { id } = request.params as { id: string }
    const rows = isId('gen', id) ? await findGeneration(parts.database, { id, ...scopeOf(principal) }) : null
    if (!rows) throw failure('not_found', { param: 'id' })
    return generationRecord(rows, await findRecordReviews(parts.database, id))
  },
})

/** Takes every picture of a call out of the world; its record stays. */
export const deleteGenerationImagesRoute = keyRoute({
  method: 'DELETE',
  path: '/v2/generations/{id}/images',
  tenant: { object: 'generation' },
  tag: 'darkroom',
  summary: 'Delete every picture of a generation',
  description:
    'Results, what they were made of, previews, and the pictures that the call brought along. The record and the money stay. 409 while the call is under way, or where one of them is held.',
  replies: { 200: { description: 'They are deleted.', schema: deletedPicturesSchema }, ...errorReplies(401, 404, 409) },
  handle: ({ parts, principal, request }) =>
    deleteGenerationImages(parts, { id: (request.params as { id: string }).id, ...scopeOf(principal) }),
})

/** The conversation that a generation is a turn of. */
export const threadRoute = keyRoute({
  method: 'GET',
  path: '/v2/generations/{id}/thread',
  tenant: { object: 'generation' },
  tag: 'darkroom',
  summary: 'Read the conversation of a generation',
  description: 'The turns that led to it and went on from it, with their prompts and pictures, as far as they were kept.',
  replies: { 200: { description: 'The turns, oldest first.', schema: threadReplySchema }, ...errorReplies(401, 404) },
  handle: (context) => showThread(context.parts, asked(context)),
})

/** How an assistant came to its pictures. */
export const traceRoute = keyRoute({
  method: 'GET',
  path: '/v2/generations/{id}/trace',
  tenant: { object: 'generation' },
  tag: 'darkroom',
  summary: 'Read how an assistant came to its pictures',
  description: 'Main model, tool calls, pictures, and each revised prompt as a difference from the asked one.',
  replies: { 200: { description: 'The trace.', schema: traceReplySchema }, ...errorReplies(401, 404) },
  handle: (context) => showTrace(context.parts, asked(context), (id) => `${context.baseUrl}/v2/images/${id}`),
})

function asked({ principal, request }: KnownContext) {
  const { id } = request.params as { id: string }
  if (!isId('gen', id)) throw failure('not_found', { param: 'id' })
  return { generationId: id, ...scopeOf(principal) }
}
