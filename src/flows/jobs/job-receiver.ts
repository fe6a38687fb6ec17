import type { Principal } from '../../access/index.ts'
import type { JobRequest } from '../../contract/job-request.ts'
import type { Statement, StatementContext } from '../../db/index.ts'
import type { JobReceiver } from '../../jobs/index.ts'
import type { Secret } from '../../primitives/secret.ts'
import { callEndpoint, callEndpointId, sealWebhookSecret, secretOfApiKey } from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { readWebhookUrl } from '../webhooks/webhook-url.ts'

/** Who asks to be told of a job at an address. */
export interface ReceiverAsk {
  principal: Principal
  /** The key, or token, that the request came with: what is sent is signed with its hash. */
  credential: Secret
  shape: JobRequest['shape']
  webhook: NonNullable<JobRequest['webhook']>
  /** The address as the caller named it, for a refusal. */
  param: string
}

/** A receiver, and what puts it on record in the transaction that accepts the job. */
export interface NamedReceiver {
  receiver: JobReceiver
  also: (context: StatementContext) => Statement[]
}

/** Reads the address that a job names. Nothing is kept of it before the job is accepted. @throws Failure `webhook_url` */
export function nameReceiver(parts: GatewayParts, { principal, credential, shape, webhook, param }: ReceiverAsk): NamedReceiver {
  const { projectId, keyId } = principal
  const url = readWebhookUrl(parts, webhook.url, param)
  const endpoint = { projectId, keyId, url, style: shape === 'unified' ? 'unified' : 'standard' } as const
  const webhookId = callEndpointId(endpoint)
  const sealedSecret = sealWebhookSecret(parts.webhookKey, webhookId, 1, secretOfApiKey(credential))
  return {
    receiver: { webhookId, events: webhook.events.map((name) => `job.${name}`) },
    also: (context) => callEndpoint(context, { ...endpoint, sealedSecret }),
  }
}
