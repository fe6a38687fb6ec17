import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { webhookSecretText } from './webhook-secret.ts'

/** How messages are written and signed: `standard` = Standard Webhooks, `unified` = as the unified job APIs do, with the standard headers beside it. */
export type WebhookStyle = 'standard' | 'unified'

/** A message about to be sent. */
export interface OutgoingMessage {
  style: WebhookStyle
  /** Id of the event: the same with every attempt and every replay. It holds no dot, which separates what is signed. */
  eventId: string
  /** What happened, in the words of the style: `job.completed`, or `completed` in the unified one. */
  event: string
  body: string
}

/**
 * The headers that a receiver checks, signed at this moment. Standard Webhooks: one signature for each secret, so that a receiver that
 * knows either of two believes it. The unified style's own header has room for one, that of the newest secret: HMAC-SHA256 of the body with the
 * secret's hex text as key, in hex.
 * @param secrets the newest first
 */
export function signedHeaders(message: OutgoingMessage, secrets: readonly Buffer[], nowMs: number): Record<string, string> {
  const { style, eventId, event, body } = message
  const seconds = Math.floor(nowMs / 1000)
  const sign = (secret: Buffer) => new Webhook(webhookSecretText(secret)).sign(eventId, new Date(seconds * 1000), body)
  const standard = {
    'content-type': 'application/json',
    'webhook-id': eventId,
    'webhook-timestamp': String(seconds),
    'webhook-signature': secrets.map(sign).join(' '),
  }
  if (style === 'standard') return standard
  return { ...standard, 'x-webhook-event': event, 'x-webhook-signature': unifiedSignature(secrets[0]!, body) }
}

function unifiedSignature(secret: Buffer, body: string): string {
  return createHmac('sha256', secret.toString('hex')).update(body).digest('hex')
}
