import type { Principal } from '../../access/index.ts'
import type { WebhookEndpointRow } from '../../db/index.ts'
import { Secret } from '../../primitives/secret.ts'
import {
  callEndpoint,
  callEndpointId,
  newWebhookSecret,
  openWebhookSecrets,
  sealWebhookSecret,
  verifyWebhook,
  webhookSecretText,
} from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { NamedReceiver } from '../jobs/job-receiver.ts'
import type { ReceiverAnswer } from './call-receiver.ts'

/** The address of the receiver that is built in: no network has it, and nobody else can name it, since it is no `https` address. */
export const CHECK_RECEIVER_URL = 'darkroom:check-receiver'

/** A receiver for somebody who has none yet: what is sent to it takes the road of any message up to the socket, and is checked as a receiver should. */
export function checkReceiver(parts: Pick<GatewayParts, 'webhookKey'>, { projectId, keyId }: Principal): NamedReceiver {
  const endpoint = { projectId, keyId, url: CHECK_RECEIVER_URL, style: 'standard' } as const
  const webhookId = callEndpointId(endpoint)
  const sealedSecret = sealWebhookSecret(parts.webhookKey, webhookId, 1, newWebhookSecret())
  return {
    receiver: { webhookId, events: ['job.completed', 'job.failed'] },
    also: (context) => callEndpoint(context, { ...endpoint, sealedSecret }),
  }
}

/** Takes a message as a receiver should: 204 where its signature holds, 401 where it does not. */
export function answerAsReceiver(
  { clock, webhookKey }: Pick<GatewayParts, 'clock' | 'webhookKey'>,
  endpoint: WebhookEndpointRow,
  { headers, body }: { headers: Readonly<Record<string, string>>; body: string },
): ReceiverAnswer {
  const nowMs = clock.nowMs()
  const header = (name: string) => headers[name] ?? null
  const signed = {
    id: header('webhook-id'),
    timestamp: header('webhook-timestamp'),
    signature: header('webhook-signature'),
    body: Buffer.from(body),
  }
  const holds = openWebhookSecrets(webhookKey, endpoint, nowMs).some((secret) =>
    verifyWebhook(signed, new Secret(webhookSecretText(secret)), nowMs),
  )
  const status = holds ? 204 : 401
  return { atMs: nowMs, durationMs: 0, status, cause: holds ? null : 'status', retryAfterMs: null, response: { headers: {}, body: '' } }
}
