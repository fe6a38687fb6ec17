import { failure } from '../../contract/failure.ts'
import { imagesReplySchema } from '../../contract/record.ts'
import { answerResult, generationOfKey } from '../../flows/index.ts'
import { readIdempotencyKey } from '../../idempotency/index.ts'
import { isId } from '../../primitives/ids.ts'
import { errorReplies } from '../error-replies.ts'
import { openReply } from '../generation-reply.ts'
import { keyRoute } from '../http-route.ts'
import { scopeOf } from '../scope-of.ts'

const replies = {
  200: { description: "The answer in OpenAI's shape, as JSON or as events, as the call asked for it.", schema: imagesReplySchema },
  ...errorReplies(400, 401, 404, 409, 410, 429, 500, 502, 503),
}

/** The answer of a call once more, for whoever knows its id. */
export const resultRoute = keyRoute({
  method: 'GET',
  path: '/v2/generations/{id}/result',
  tenant: { object: 'generation' },
  tag: 'darkroom',
  summary: 'Read the answer of a call again',
  description:
    'The same bytes as the call was answered with; of a stream its completed events. 409 `result_not_ready` while the call is under way; an error where it ended in one, with the same status.',
  replies,
  async handle(context) {
    const { id } = context.request.params as { id: string }
    if (!isId('gen', id)) throw failure('not_found', { param: 'id' })
    const { parts, principal, requestId } = context
    await answerResult(parts, { generationId: id, requestId, ...scopeOf(principal) }, (opening) => openReply(context, opening))
  },
})

/** The same for whoever knows the key it was sent with. */
export const resultOfKeyRoute = keyRoute({
  method: 'GET',
  path: '/v2/generations/by-key/{key}/result',
  tenant: 'caller',
  tag: 'darkroom',
  summary: 'Read the answer of the call that was sent with an Idempotency-Key',
  description:
    'For a client whose connection broke before it learned the id. The key is percent-encoded; the project is that of the API key.',
  replies,
  async handle(context) {
    const { parts, principal, requestId } = context
    const key = readIdempotencyKey([(context.request.params as { key: string }).key])!
    const generationId = await generationOfKey(parts, { projectId: principal.projectId, key })
    await answerResult(parts, { generationId, projectId: principal.projectId, requestId }, (opening) => openReply(context, opening))
  },
})
