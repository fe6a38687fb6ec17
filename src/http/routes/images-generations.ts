import { generationBodySchema, imagesReplySchema, taskSchema } from '../../contract/record.ts'
import { sharedHeadersSchema } from '../../contract/repeat-headers.ts'
import { acceptGeneration, acceptSet } from '../../flows/index.ts'
import { asksNotToWait, plainJob } from '../async-wish.ts'
import { errorReplies } from '../error-replies.ts'
import { answerGeneration, clientRequestId, repeatSigns } from '../generation-reply.ts'
import { keyRoute } from '../http-route.ts'
import { answerTask } from '../job-reply.ts'
import { readJsonBody } from '../read-body.ts'
import { readDarkroomHeaders } from '../read-darkroom-headers.ts'

/** OpenAI's image generation call, as JSON or as a stream. */
export const imagesGenerationsRoute = keyRoute({
  method: 'POST',
  path: '/v1/images/generations',
  tenant: 'caller',
  tag: 'images',
  summary: 'Make pictures',
  admission: 'call',
  description:
    "Drop-in for OpenAI's call: same body, same answer, same events with `stream: true`. The answer carries `x-darkroom-generation`, the id of its production log record.",
  body: { description: "OpenAI's body; `darkroom` is taken off before the call.", schema: generationBodySchema },
  headers: sharedHeadersSchema,
  replies: {
    200: { description: 'The pictures, or their events.', schema: imagesReplySchema },
    202: { description: 'With `?async=true` or `Prefer: respond-async`: a task in place of the answer.', schema: taskSchema },
    ...errorReplies(400, 401, 402, 403, 404, 409, 410, 413, 422, 429, 502, 503, 507),
  },
  async handle(context) {
    const { parts, principal, request, requestId } = context
    const headers = readDarkroomHeaders(request)
    const ask = {
      operation: 'generate',
      principal,
      body: readJsonBody(request),
      brought: null,
      headers,
      requestId,
      clientRequestId: clientRequestId(context),
      repeat: repeatSigns(context),
    } as const
    if (asksNotToWait(request)) return answerTask(context, await acceptSet(parts, ask, plainJob(context, 'task')))
    return answerGeneration(context, await acceptGeneration(parts, ask), headers.cache)
  },
})
