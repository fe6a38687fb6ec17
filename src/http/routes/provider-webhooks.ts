import { z } from 'zod'
import { Failure } from '../../contract/failure.ts'
import { parseStrictJson } from '../../contract/strict-json.ts'
import { takeProviderEvent } from '../../flows/index.ts'
import { errorReplies } from '../error-replies.ts'
import { publicRoute, type RequestContext } from '../http-route.ts'

const takenSchema = z.object({
  received: z.literal(true),
  effect: z
    .enum(['none', 'asked', 'brought_home'])
    .describe(
      'none: nothing here waited for it; asked: upstream was asked how it stands; brought_home: a call of unknown outcome was settled.',
    ),
})

const eventSchema = z.looseObject({ object: z.literal('event'), type: z.string(), data: z.looseObject({ id: z.string() }) })

/** What an upstream tells by itself. The signature is the key. */
export const providerWebhookRoute = publicRoute({
  method: 'POST',
  path: '/v2/provider-webhooks/{route}',
  tag: 'operations',
  summary: 'Take a webhook of an upstream',
  description:
    'For the webhook endpoint of an OpenAI project: events `response.*` and `batch.*`, signed by Standard Webhooks with the secret that `webhook` of the route names. What an event says is not believed: the response itself is read.',
  body: { description: 'The event, as it was signed.', schema: eventSchema },
  replies: { 200: { description: 'It was taken.', schema: takenSchema }, ...errorReplies(400, 401, 413, 502) },
  async handle(context) {
    const effect = await takeProviderEvent(context.parts, {
      routeId: (context.request.params as { route: string }).route,
      id: header(context, 'webhook-id'),
      timestamp: header(context, 'webhook-timestamp'),
      signature: header(context, 'webhook-signature'),
      body: (context.request.body as Buffer | undefined) ?? Buffer.alloc(0),
      read: readEvent,
    })
    return { received: true, effect }
  },
})

function header({ request }: RequestContext, name: string): string | null {
  const value = request.headers[name]
  return typeof value === 'string' ? value : null
}

/** @throws Failure for what is no JSON object */
function readEvent(body: Buffer) {
  const event = parseStrictJson(body)
  if (event instanceof Failure) throw event
  return event
}
