import { join } from 'node:path'
import { generationBodySchema, imagesReplySchema } from '../../contract/record.ts'
import { acceptGeneration, type GenerationRun, runGeneration } from '../../flows/index.ts'
import { HttpReplyClient } from '../../relay/index.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readDarkroomHeaders } from '../read-darkroom-headers.ts'
import { securityHeaders, takeOver } from '../server.ts'

/** OpenAI's image generation call, as JSON or as a stream. */
export const imagesGenerationsRoute = keyRoute({
  method: 'POST',
  path: '/v1/images/generations',
  tag: 'images',
  summary: 'Make pictures',
  description:
    "Drop-in for OpenAI's call: same body, same answer, same events with `stream: true`. The answer carries `x-darkroom-generation`, the id of its production log record.",
  body: { description: "OpenAI's body; `darkroom` is taken off before the call.", schema: generationBodySchema },
  replies: {
    200: { description: 'The pictures, or their events.', schema: imagesReplySchema },
    ...errorReplies(400, 401, 413, 429, 502, 503, 507),
  },
  async handle(context) {
    const { parts, principal, request, requestId } = context
    const run = await acceptGeneration(parts, {
      operation: 'generate',
      principal,
      body: readJsonBody(request),
      headers: readDarkroomHeaders(request),
      requestId,
      clientRequestId: clientRequestId(request.headers['x-client-request-id']),
    })
    await parts.running.track(runGeneration(parts, run, replyClient(context, run)))
  },
})

/** From here on the relay writes the reply; the flow decides what it says. */
function replyClient(context: KnownContext, run: GenerationRun): HttpReplyClient {
  const client = new HttpReplyClient({
    response: takeOver(context.reply),
    stream: run.request.stream,
    overflowPath: join(context.parts.spoolFolder, `${run.id}.overflow`),
  })
  client.announce({ ...securityHeaders, 'x-request-id': context.requestId, ...generationHeaders(run) })
  return client
}

/** What every answer of a generation says about itself. */
function generationHeaders(run: GenerationRun): Record<string, string> {
  const codes = [...new Set(run.warnings.map((warning) => warning.code))]
  return {
    'x-darkroom-generation': run.id,
    'x-darkroom-route': run.choice.route.id,
    ...(run.book === 'sandbox' ? { 'x-darkroom-sandbox': 'true' } : {}),
    ...(codes.length > 0 ? { 'x-darkroom-warnings': codes.join(', ') } : {}),
  }
}

/** The caller's id of the call for the log: printable ASCII, bounded, else nothing. */
function clientRequestId(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && /^[\x21-\x7e]{1,512}$/.test(value) ? value : null
}
