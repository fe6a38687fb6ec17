import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { z } from 'zod'
import { failure } from '../../contract/failure.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'

/** Tools for agents. */
export const mcpRoute = keyRoute({
  method: 'POST',
  path: '/mcp',
  tenant: 'caller',
  tag: 'darkroom',
  summary: 'Speak the Model Context Protocol',
  admission: 'body',
  description:
    'Streamable HTTP without sessions: one JSON-RPC message, answered as JSON or as events. Tools: `generate_image`, `edit_image`, `estimate`, `get_job`, with the rights and budgets of the key.',
  body: { description: 'One message.', schema: z.looseObject({ jsonrpc: z.literal('2.0') }) },
  replies: {
    200: { description: 'Its answer.', schema: z.looseObject({ jsonrpc: z.literal('2.0') }) },
    202: { description: 'A notification was taken.' },
    ...errorReplies(400, 401, 403, 413, 429, 503),
  },
  async handle(context) {
    assertOwnOrigin(context)
    const body = readJsonBody(context.request)
    const [{ answerMcpRequest }, { gatewayDesk }] = await Promise.all([import('../../mcp/index.ts'), import('../gateway-desk.ts')])
    const settings = { desk: gatewayDesk(context), pixels: context.parts.pixels, files: null, version: context.parts.version }
    return sendResponse(context, await answerMcpRequest(asWebRequest(context), body, settings))
  },
})

/**
 * A page of another origin that got hold of a key may still not use it from its visitors' machines.
 * @throws Failure `permission_denied`
 */
function assertOwnOrigin({ request, baseUrl }: KnownContext): void {
  const { origin } = request.headers
  if (origin !== undefined && origin !== new URL(baseUrl).origin)
    throw failure('permission_denied', { message: 'Pages of another origin may not speak to this gateway. Nothing was sent or charged.' })
}

/** What a client says that it takes, where it says anything of use. */
const anyAnswer = 'application/json, text/event-stream'

function asWebRequest({ request, reply, baseUrl }: KnownContext): Request {
  const headers = new Headers()
  for (const [name, values] of Object.entries(request.raw.headersDistinct)) for (const value of values ?? []) headers.append(name, value)
  // The credential has done its work.
  for (const name of ['authorization', 'x-api-key', 'cookie']) headers.delete(name)
  if (headers.get('accept') === '*/*' || !headers.has('accept')) headers.set('accept', anyAnswer)
  const left = new AbortController()
  reply.raw.once('close', () => left.abort())
  return new Request(`${baseUrl}/mcp`, { method: 'POST', headers, signal: left.signal })
}

function sendResponse({ reply }: KnownContext, response: Response) {
  reply.code(response.status)
  // That nothing is kept on the way was said before, and stays.
  for (const [name, value] of response.headers) if (name !== 'cache-control') reply.header(name, value)
  return reply.send(response.body === null ? '' : Readable.fromWeb(response.body as ReadableStream))
}
