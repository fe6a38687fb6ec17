import { z } from 'zod'
import { failure } from '../../contract/failure.ts'
import { isId } from '../../primitives/ids.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute } from '../http-route.ts'

/** Which broken answers are kept. */
export const listQuarantineRoute = adminRoute({
  method: 'GET',
  path: '/v2/quarantine',
  tenant: 'all',
  tag: 'operations',
  summary: 'List upstream answers that could not be used',
  description:
    'Answers that broke off, could not be read, or brought no picture although they were or may have been charged. Kept encrypted for seven days, 64 MiB at most, the newest first.',
  replies: {
    200: {
      description: 'What is kept.',
      schema: z.object({ answers: z.array(z.object({ attempt_id: z.string(), at: z.string(), bytes: z.int().min(0) })) }),
    },
    ...errorReplies(401, 404),
  },
  async handle({ parts }) {
    const kept = await parts.quarantine.list()
    return { answers: kept.map(({ attemptId, atMs, bytes }) => ({ attempt_id: attemptId, at: new Date(atMs).toISOString(), bytes })) }
  },
})

/** One of them, as upstream sent it. */
export const quarantinedAnswerRoute = adminRoute({
  method: 'GET',
  path: '/v2/quarantine/{id}',
  tenant: 'all',
  tag: 'operations',
  summary: 'Read an upstream answer that could not be used',
  description:
    'The body as it came, by the id of its attempt: the first 512 KiB and the last 128 KiB. `x-darkroom-omitted-bytes` says how many lay between, `x-darkroom-generation`, `x-darkroom-route` and `x-darkroom-cause` whose it was and what was wrong.',
  replies: { 200: { description: 'The bytes.', contentType: 'application/octet-stream' }, ...errorReplies(401, 404, 500) },
  async handle({ parts, request, reply }) {
    const { id } = request.params as { id: string }
    const answer = isId('att', id) ? await parts.quarantine.open(id) : null
    if (!answer) throw failure('not_found', { param: 'id' })
    return reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${id}.bin"`,
        'content-security-policy': "default-src 'none'; sandbox",
        'x-darkroom-generation': answer.generationId,
        'x-darkroom-route': answer.routeId,
        'x-darkroom-cause': answer.cause,
        'x-darkroom-omitted-bytes': String(answer.omittedBytes),
      })
      .send(Buffer.concat([answer.head, answer.tail]))
  },
})
