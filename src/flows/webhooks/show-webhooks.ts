import { failure } from '../../contract/failure.ts'
import type { WebhookMessageLogReply, WebhookMessageReply, WebhookReply } from '../../contract/record.ts'
import type { WebhookAttemptRow, WebhookEndpointRow, WebhookMessageRow } from '../../db/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { SealBroken } from '../../primitives/sealed-bytes.ts'
import { findMessage, openMessageBody, typesOf } from '../../webhooks/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

const timeOrNull = (epochMs: number | null) => (epochMs === null ? null : isoTime(epochMs))

/** A webhook as callers read it. */
export function presentWebhook(endpoint: WebhookEndpointRow, nowMs: number): WebhookReply {
  const { state, disabled_why, disabled_at_ms, previous_until_ms } = endpoint
  return {
    id: endpoint.id,
    project_id: endpoint.project_id,
    origin: endpoint.origin as WebhookReply['origin'],
    url: endpoint.url,
    description: endpoint.description,
    events: typesOf(endpoint) as WebhookReply['events'],
    style: endpoint.style as WebhookReply['style'],
    enabled: state === 'enabled',
    disabled: disabled_at_ms === null ? null : { why: disabled_why as 'gone', at: isoTime(disabled_at_ms) },
    previous_secret_until: previous_until_ms === null || previous_until_ms <= nowMs ? null : isoTime(previous_until_ms),
    last_success_at: timeOrNull(endpoint.last_success_at_ms),
    failures: endpoint.failures,
    failing_since: timeOrNull(endpoint.failing_since_ms),
    created_at: isoTime(endpoint.created_at_ms),
  }
}

/** A message as lists show it. */
export function presentMessage(message: WebhookMessageRow): WebhookMessageReply {
  return {
    id: message.id,
    webhook_id: message.endpoint_id,
    event_id: message.event_id,
    type: message.event_type,
    event_at: isoTime(message.event_at_ms),
    state: message.state as WebhookMessageReply['state'],
    attempts: message.attempts,
    next_attempt_at: message.state === 'pending' ? isoTime(message.next_attempt_at_ms) : null,
    last_status: message.last_status,
    last_cause: message.last_cause as WebhookMessageReply['last_cause'],
    created_at: isoTime(message.created_at_ms),
    ended_at: timeOrNull(message.ended_at_ms),
  }
}

/** A message with what it says and every attempt. @throws `Failure('not_found')` */
export async function showMessage(parts: GatewayParts, ask: { id: string; projectId: string | null }): Promise<WebhookMessageLogReply> {
  const found = await findMessage(parts.database, ask)
  if (!found) throw failure('not_found', { param: 'message_id' })
  return { ...presentMessage(found.message), body: bodyOf(parts, found.message), log: found.attempts.map(presentAttempt) }
}

function bodyOf({ webhookKey }: GatewayParts, { id, sealed_body }: WebhookMessageRow): string | null {
  try {
    return openMessageBody(webhookKey, id, sealed_body)
  } catch (error) {
    if (error instanceof SealBroken) return null
    throw error
  }
}

function presentAttempt(attempt: WebhookAttemptRow): WebhookMessageLogReply['log'][number] {
  return {
    n: attempt.n,
    at: isoTime(attempt.at_ms),
    duration_ms: attempt.duration_ms,
    http_status: attempt.http_status,
    cause: attempt.cause as WebhookMessageReply['last_cause'],
    request: JSON.parse(attempt.request_json),
    response: attempt.response_json === null ? null : JSON.parse(attempt.response_json),
  }
}
