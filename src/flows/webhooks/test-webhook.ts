import { failure } from '../../contract/failure.ts'
import { statementContext, type WebhookEndpointRow } from '../../db/index.ts'
import { attemptDelaysMs, findMessage, insertMessage, sealMessageBody } from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { ReceiverAnswer } from './call-receiver.ts'
import { knownWebhook, type WebhookAsk } from './change-webhook.ts'
import { deliverMessage } from './deliver-message.ts'
import { renderMessage } from './render-message.ts'

/** Longer than an attempt can take. */
const LEASE_MS = 60_000

/** What a receiver said to a test. */
export interface TestedWebhook {
  messageId: string
  eventId: string
  answer: ReceiverAnswer
}

/**
 * Sends `webhook.test` to a webhook, disabled ones included, and waits for what it says. There is one attempt; what comes of it stands in the
 * log and decides nothing about the webhook, but one that takes it is not held up by its earlier failures any more.
 * @throws Failure `not_found`, `rate_limited`
 */
export async function testWebhook(parts: GatewayParts, ask: WebhookAsk): Promise<TestedWebhook> {
  const endpoint = await knownWebhook(parts, ask)
  using _place = parts.webhookDeliveries.takeTestPlace()
  const { messageId, eventId } = await makeTest(parts, endpoint)
  const found = await findMessage(parts.database, { id: messageId, projectId: null })
  // Deleted in between.
  if (!found) throw failure('not_found', { param: 'id' })
  const { answer, recorded } = await deliverMessage(parts, {
    message: found.message,
    endpoint,
    pace: parts.webhookDeliveries.pace,
    evenDisabled: true,
  })
  if (answer === null) throw failure(recorded === null ? 'shutting_down' : 'not_found')
  if (answer.cause === null) parts.webhookDeliveries.resume(endpoint, parts.clock.nowMs())
  return { messageId, eventId, answer }
}

async function makeTest(parts: GatewayParts, endpoint: WebhookEndpointRow): Promise<{ messageId: string; eventId: string }> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const [messageId, eventId] = [parts.newId('msg'), parts.newId('evt')]
  const data_json = JSON.stringify({ webhook_id: endpoint.id })
  // It happened to nothing, so it is no event of the project; its number is that of none.
  const event = {
    seq: 0,
    id: eventId,
    project_id: endpoint.project_id,
    subject_id: endpoint.id,
    type: 'webhook.test',
    at_ms: context.nowMs,
    data_json,
    handed_out_at_ms: null,
  }
  const body = await renderMessage(parts, event, endpoint, parts.webhookDeliveries.unifiedBody)
  await parts.database.transact([
    insertMessage(context, {
      id: messageId,
      endpointId: endpoint.id,
      eventId,
      eventType: event.type,
      eventAtMs: context.nowMs,
      style: endpoint.style === 'unified' ? 'unified' : 'standard',
      sealedBody: sealMessageBody(parts.webhookKey, messageId, body),
      // The last place of the schedule: there is no attempt behind it, whoever makes it.
      step: attemptDelaysMs.length - 1,
      claim: { by: parts.bootId, leaseMs: LEASE_MS },
      evenDisabled: true,
    }),
  ])
  return { messageId, eventId }
}
