import { z } from 'zod'
import { failure } from '../../contract/failure.ts'
import {
  newWebhookSchema,
  webhookChangeSchema,
  webhookMessageLogSchema,
  webhookMessagesQuerySchema,
  webhookMessagesReplySchema,
  webhookReplayedSchema,
  webhookReplaySchema,
  webhookRotationSchema,
  webhookSchema,
  webhooksReplySchema,
  webhookTestedSchema,
  webhookWithSecretSchema,
} from '../../contract/record.ts'
import {
  changeWebhook,
  createWebhook,
  deleteWebhook,
  knownWebhook,
  presentMessage,
  presentWebhook,
  replayWebhook,
  rotateWebhook,
  showMessage,
  testWebhook,
} from '../../flows/index.ts'
import { type IdKind, isId } from '../../primitives/ids.ts'
import { listEndpoints, listMessages } from '../../webhooks/index.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'

const SECOND = 1000

const cursorOf = (kind: IdKind) =>
  z
    .string()
    .refine((text) => isId(kind, text), 'expected the next_cursor of the page before')
    .optional()

const webhooksQuery = z.strictObject({
  origin: z.enum(['project', 'call']).default('project').describe('`call`: those that were made for calls that named an address.'),
  cursor: cursorOf('whk'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})
const messagesQuery = webhookMessagesQuerySchema.extend({ cursor: cursorOf('msg') })

/** The webhooks of a project. */
export const listWebhooksRoute = keyRoute({
  method: 'GET',
  path: '/v2/webhooks',
  tenant: 'caller',
  tag: 'webhooks',
  summary: 'List webhooks',
  query: webhooksQuery,
  replies: { 200: { description: 'A page of webhooks.', schema: webhooksReplySchema }, ...errorReplies(400, 401) },
  async handle({ parts, principal, request }) {
    const { origin, cursor, limit } = readChecked(webhooksQuery, request.query)
    const found = await listEndpoints(parts.database, { ...scopeOf(principal), origin, after: cursor, limit: limit + 1 })
    const page = found.slice(0, limit)
    return { webhooks: page.map((row) => presentWebhook(row, parts.clock.nowMs())), next_cursor: nextCursor(found, page) }
  },
})

/** A receiver of what happens in a project. */
export const createWebhookRoute = keyRoute({
  method: 'POST',
  path: '/v2/webhooks',
  tenant: 'caller',
  tag: 'webhooks',
  summary: 'Create a webhook',
  description: 'Events are sent to it from now on, signed with the secret that is in this answer and nowhere else.',
  body: { description: 'Where to, and what.', schema: newWebhookSchema },
  replies: { 201: { description: 'The webhook and its secret.', schema: webhookWithSecretSchema }, ...errorReplies(400, 401) },
  async handle({ parts, principal, request, reply }) {
    const { events: eventTypes, ...order } = readChecked(newWebhookSchema, readJsonBody(request))
    const { endpoint, secret } = await createWebhook(parts, { ...order, eventTypes, projectId: principal.projectId })
    return reply.code(201).send({ ...presentWebhook(endpoint, parts.clock.nowMs()), secret })
  },
})

/** One webhook. */
export const webhookRoute = keyRoute({
  method: 'GET',
  path: '/v2/webhooks/{id}',
  tenant: { object: 'webhook' },
  tag: 'webhooks',
  summary: 'Look at a webhook',
  replies: { 200: { description: 'The webhook.', schema: webhookSchema }, ...errorReplies(401, 404) },
  handle: async (context) => presentWebhook(await knownWebhook(context.parts, asked(context)), context.parts.clock.nowMs()),
})

/** A webhook that is to be otherwise. */
export const changeWebhookRoute = keyRoute({
  method: 'PATCH',
  path: '/v2/webhooks/{id}',
  tenant: { object: 'webhook' },
  tag: 'webhooks',
  summary: 'Change, enable or disable a webhook',
  description: 'What waits goes to the new address. What was disabled does not come back by itself when it is enabled: replay it.',
  body: { description: 'What changes.', schema: webhookChangeSchema },
  replies: { 200: { description: 'The webhook as it is now.', schema: webhookSchema }, ...errorReplies(400, 401, 404, 409) },
  async handle(context) {
    const ask = asked(context)
    const { events: eventTypes, ...rest } = readChecked(webhookChangeSchema, readJsonBody(context.request))
    return presentWebhook(await changeWebhook(context.parts, ask, { ...rest, eventTypes }), context.parts.clock.nowMs())
  },
})

/** A webhook that is needed no more. */
export const deleteWebhookRoute = keyRoute({
  method: 'DELETE',
  path: '/v2/webhooks/{id}',
  tenant: { object: 'webhook' },
  tag: 'webhooks',
  summary: 'Delete a webhook',
  description: 'Nothing is sent to it any more, and its secrets are gone at once.',
  replies: {
    200: { description: 'It is gone.', schema: z.object({ id: z.string(), deleted: z.literal(true) }) },
    ...errorReplies(401, 404),
  },
  async handle(context) {
    const ask = asked(context)
    await deleteWebhook(context.parts, ask)
    return { id: ask.id, deleted: true }
  },
})

/** A secret in the place of another. */
export const rotateWebhookRoute = keyRoute({
  method: 'POST',
  path: '/v2/webhooks/{id}/rotate',
  tenant: { object: 'webhook' },
  tag: 'webhooks',
  summary: 'Replace the secret of a webhook',
  description: 'Messages bear a signature of each secret for the overlap, so that no receiver refuses one in between.',
  body: { description: 'How long both are signed with.', schema: webhookRotationSchema },
  replies: {
    200: { description: 'The webhook and its new secret.', schema: webhookWithSecretSchema },
    ...errorReplies(400, 401, 404, 409),
  },
  async handle(context) {
    const ask = asked(context)
    const { overlap_seconds, secret: brought } = readChecked(webhookRotationSchema, readJsonBody(context.request))
    const rotated = await rotateWebhook(context.parts, ask, { overlapMs: overlap_seconds * SECOND, secret: brought })
    return { ...presentWebhook(rotated.endpoint, context.parts.clock.nowMs()), secret: rotated.secret }
  },
})

/** A message to see whether all is well. */
export const testWebhookRoute = keyRoute({
  method: 'POST',
  path: '/v2/webhooks/{id}/test',
  tenant: { object: 'webhook' },
  tag: 'webhooks',
  summary: 'Send a test to a webhook',
  description: 'Sends `webhook.test` now, once, and answers what the receiver said. Disabled webhooks can be tested, too.',
  replies: { 200: { description: 'What the receiver said.', schema: webhookTestedSchema }, ...errorReplies(401, 404, 429) },
  async handle(context) {
    const { messageId, eventId, answer } = await testWebhook(context.parts, asked(context))
    return {
      message_id: messageId,
      event_id: eventId,
      delivered: answer.cause === null,
      http_status: answer.status,
      cause: answer.cause,
      duration_ms: answer.durationMs,
      response: answer.response,
    }
  },
})

/** Messages that are to be sent once more. */
export const replayWebhookRoute = keyRoute({
  method: 'POST',
  path: '/v2/webhooks/{id}/replay',
  tenant: { object: 'webhook' },
  tag: 'webhooks',
  summary: 'Send messages again',
  description:
    'One by its id, or what happened within a time, that which was never sent included. The ids and texts are those of the first time. 500 events at once.',
  body: { description: 'Which ones.', schema: webhookReplaySchema },
  replies: { 202: { description: 'They are sent.', schema: webhookReplayedSchema }, ...errorReplies(400, 401, 404, 409) },
  async handle(context) {
    const ask = asked(context)
    const { message_id: messageId, from, to, delivered, cursor } = readChecked(webhookReplaySchema, readJsonBody(context.request))
    const { queued, nextCursor: next_cursor } = await replayWebhook(
      context.parts,
      ask,
      messageId !== undefined ? { messageId } : { fromMs: Date.parse(from!), toMs: Date.parse(to!), delivered, cursor },
    )
    return context.reply.code(202).send({ queued, next_cursor })
  },
})

/** What a webhook was told. */
export const webhookDeliveriesRoute = keyRoute({
  method: 'GET',
  path: '/v2/webhooks/{id}/deliveries',
  tenant: { object: 'webhook' },
  tag: 'webhooks',
  summary: 'List what a webhook was told',
  description: 'The newest first, for thirty days after each has ended.',
  query: messagesQuery,
  replies: { 200: { description: 'A page of messages.', schema: webhookMessagesReplySchema }, ...errorReplies(400, 401, 404) },
  async handle(context) {
    const { parts, request } = context
    const { id: endpointId } = await knownWebhook(parts, asked(context))
    const { state, cursor, limit } = readChecked(messagesQuery, request.query)
    const found = await listMessages(parts.database, { endpointId, state, after: cursor, limit: limit + 1 })
    const page = found.slice(0, limit)
    return { deliveries: page.map(presentMessage), next_cursor: nextCursor(found, page) }
  },
})

/** One message with its attempts. */
export const webhookDeliveryRoute = keyRoute({
  method: 'GET',
  path: '/v2/webhooks/deliveries/{message_id}',
  tenant: { object: 'webhook_message' },
  tag: 'webhooks',
  summary: 'Look at a message and its attempts',
  replies: { 200: { description: 'What was sent and what was said.', schema: webhookMessageLogSchema }, ...errorReplies(401, 404) },
  handle({ parts, principal, request }) {
    const { message_id: id } = request.params as { message_id: string }
    if (!isId('msg', id)) throw failure('not_found', { param: 'message_id' })
    return showMessage(parts, { id, ...scopeOf(principal) })
  },
})

function asked({ principal, request }: KnownContext) {
  const { id } = request.params as { id: string }
  if (!isId('whk', id)) throw failure('not_found', { param: 'id' })
  return { id, ...scopeOf(principal) }
}

const nextCursor = (found: readonly { id: string }[], page: readonly { id: string }[]) =>
  found.length > page.length ? page.at(-1)!.id : null
