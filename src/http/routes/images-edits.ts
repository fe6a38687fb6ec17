import type { DarkroomHeaders } from '../../contract/darkroom-headers.ts'
import { editBodySchema, editFormSchema, imagesReplySchema, taskSchema } from '../../contract/record.ts'
import { sharedHeadersSchema } from '../../contract/repeat-headers.ts'
import {
  type AcceptedJob,
  acceptGeneration,
  acceptSet,
  type EarlierCall,
  type GenerationAsk,
  type GenerationRun,
  takeInEditCall,
} from '../../flows/index.ts'
import { asksNotToWait, plainJob } from '../async-wish.ts'
import { comingEdit } from '../coming-edit.ts'
import { errorReplies } from '../error-replies.ts'
import { answerGeneration, clientRequestId, repeatSigns } from '../generation-reply.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { answerTask } from '../job-reply.ts'
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
    202: { description: 'With `?async=true` or `Prefer: respond-async`: a task in place of the answer.', schema: taskSchema },
    ...errorReplies(400, 401, 402, 403, 404, 409, 410, 413, 422, 429, 500, 502, 503, 507),
  },
  async handle(context) {
    const headers = readDarkroomHeaders(context.request)
    if (asksNotToWait(context.request)) return answerTask(context, await takenIn(context, headers, queueEdit))
    return answerGeneration(context, await takenIn(context, headers, acceptEdit), headers.cache)
  },
})

type AcceptEdit<Accepted> = (context: KnownContext, ask: GenerationAsk) => Promise<Accepted>

const acceptEdit: AcceptEdit<GenerationRun | EarlierCall> = ({ parts }, ask) => acceptGeneration(parts, ask)
const queueEdit: AcceptEdit<AcceptedJob> = (context, ask) => acceptSet(context.parts, ask, plainJob(context, 'task'))

/** What was brought along is needed until it is in the store, or refused. */
async function takenIn<Accepted>(context: KnownContext, headers: DarkroomHeaders, accept: AcceptEdit<Accepted>): Promise<Accepted> {
  const { parts, principal, requestId } = context
  const repeat = repeatSigns(context)
  await using taken = await takeInEditCall(parts, comingEdit(context))
  const { body, brought } = taken
  const clientId = clientRequestId(context)
  return await accept(context, { operation: 'edit', principal, body, brought, headers, requestId, clientRequestId: clientId, repeat })
}
