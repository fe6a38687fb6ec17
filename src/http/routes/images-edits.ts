import type { DarkroomHeaders } from '../../contract/darkroom-headers.ts'
import { editBodySchema, editFormSchema, imagesReplySchema } from '../../contract/record.ts'
import { sharedHeadersSchema } from '../../contract/repeat-headers.ts'
import { acceptGeneration, type EarlierCall, type GenerationRun, takeInEditCall } from '../../flows/index.ts'
import { comingEdit } from '../coming-edit.ts'
import { errorReplies } from '../error-replies.ts'
import { answerGeneration, clientRequestId, repeatSigns } from '../generation-reply.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { readDarkroomHeaders } from '../read-darkroom-headers.ts'

/** OpenAI's image edit call, as a form or as JSON, answered as JSON or as a stream. */
export const imagesEditsRoute = keyRoute({
  method: 'POST',
  path: '/v1/images/edits',
  tenant: 'caller',
  tag: 'images',
  summary: 'Edit pictures',
  admission: 'call',
  description:
    "Drop-in for OpenAI's call, multipart or JSON: 1 to 16 images, a mask, streams. Inputs are decoded and judged before anything is paid, and go upstream byte for byte. `x-darkroom-mask: strict` puts the first image's own pixels back outside the mask; the answer then comes when it is complete.",
  streamsBody: true,
  body: {
    description: "OpenAI's body; `darkroom` (in a form: a field of JSON) is taken off before the call.",
    schema: editFormSchema,
    contentType: 'multipart/form-data',
    otherTypes: { 'application/json': editBodySchema },
  },
  headers: sharedHeadersSchema,
  replies: {
    200: { description: 'The pictures, or their events.', schema: imagesReplySchema },
    ...errorReplies(400, 401, 402, 403, 404, 410, 413, 422, 429, 500, 502, 503, 507),
  },
  async handle(context) {
    const headers = readDarkroomHeaders(context.request)
    await answerGeneration(context, await acceptEdit(context, headers), headers.cache)
  },
})

/** What was brought along is needed until it is in the store, or refused. */
async function acceptEdit(context: KnownContext, headers: DarkroomHeaders): Promise<GenerationRun | EarlierCall> {
  const { parts, principal, requestId } = context
  const repeat = repeatSigns(context)
  await using taken = await takeInEditCall(parts, comingEdit(context))
  const { body, brought } = taken
  return await acceptGeneration(parts, {
    operation: 'edit',
    principal,
    body,
    brought,
    headers,
    requestId,
    clientRequestId: clientRequestId(context),
    repeat,
  })
}
