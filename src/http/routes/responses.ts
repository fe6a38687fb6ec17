import { inputLimits } from '../../contract/input-limits.ts'
import { responseBodySchema, responseDeletedSchema, responseReplySchema } from '../../contract/record.ts'
import { repeatHeadersSchema } from '../../contract/repeat-headers.ts'
import {
  acceptResponseCall,
  answerStoredResponse,
  cancelResponse,
  deleteResponse,
  type EarlierCall,
  type ResponseRun,
  runResponse,
  takeInEditCall,
} from '../../flows/index.ts'
import { comingJson } from '../coming-edit.ts'
import { errorReplies } from '../error-replies.ts'
import { answerRepetition, clientRequestId, keptReply, repeatSigns, replyClient } from '../generation-reply.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { readDarkroomHeaders } from '../read-darkroom-headers.ts'
import { scopeOf } from '../scope-of.ts'

/** OpenAI's Responses call, for assistant flows that draw. */
export const createResponseRoute = keyRoute({
  method: 'POST',
  path: '/v1/responses',
  tenant: 'caller',
  tag: 'images',
  summary: 'Ask a main model that can draw',
  admission: 'call',
  description:
    "Drop-in for OpenAI's call with the image_generation tool, as JSON, as a stream, or in the background. Every picture is stored and priced like a direct one; the main model has a bill of its own. Earlier turns go on through `previous_response_id` and image call ids, also when upstream has forgotten them.",
  streamsBody: true,
  body: { description: "OpenAI's body; `darkroom` is taken off before the call.", schema: responseBodySchema },
  headers: repeatHeadersSchema,
  replies: {
    200: { description: 'The response, or its events.', schema: responseReplySchema },
    ...errorReplies(400, 401, 402, 403, 404, 409, 410, 413, 422, 429, 502, 503, 507),
  },
  async handle(context) {
    const run = await acceptRun(context)
    if ('attachedBy' in run) return answerRepetition(context, run)
    const client = replyClient(context, run)
    await context.parts.running.track(run.id, runResponse(context.parts, run, client))
  },
})

async function acceptRun(context: KnownContext): Promise<ResponseRun | EarlierCall> {
  const { parts, principal, request, requestId } = context
  const headers = readDarkroomHeaders(request)
  const repeat = repeatSigns(context)
  await using taken = await takeInEditCall(parts, comingJson(context), { files: inputLimits.responseImages + 1 })
  const { body, brought } = taken
  const ask = { principal, body, brought, headers, requestId, clientRequestId: clientRequestId(context), repeat }
  return await acceptResponseCall(parts, ask)
}

/** A response as it stands. */
export const responseRoute = keyRoute({
  method: 'GET',
  path: '/v1/responses/{id}',
  tenant: { object: 'response' },
  tag: 'images',
  summary: 'Read a response again',
  description: 'Answered from what was kept here, pictures included, whether or not upstream still has it.',
  replies: { 200: { description: 'The response.', schema: responseReplySchema }, ...errorReplies(400, 401, 404, 410) },
  handle: (context) => answerStoredResponse(context.parts, asked(context), () => keptReply(context)),
})

/** Ends a background response. */
export const cancelResponseRoute = keyRoute({
  method: 'POST',
  path: '/v1/responses/{id}/cancel',
  tenant: { object: 'response' },
  tag: 'images',
  summary: 'Cancel a background response',
  replies: { 200: { description: 'The response as it stands.', schema: responseReplySchema }, ...errorReplies(400, 401, 404, 502) },
  async handle(context) {
    await cancelResponse(context.parts, asked(context))
    await answerStoredResponse(context.parts, asked(context), () => keptReply(context))
  },
})

/** Forgets a response. */
export const deleteResponseRoute = keyRoute({
  method: 'DELETE',
  path: '/v1/responses/{id}',
  tenant: { object: 'response' },
  tag: 'images',
  summary: 'Forget a response',
  description: 'What was said is removed here and upstream; its pictures and what they cost stay on record.',
  replies: { 200: { description: 'It is forgotten.', schema: responseDeletedSchema }, ...errorReplies(401, 404) },
  handle: (context) => deleteResponse(context.parts, asked(context)),
})

function asked({ principal, request }: KnownContext) {
  return { responseId: (request.params as { id: string }).id, ...scopeOf(principal) }
}
