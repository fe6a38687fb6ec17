import { traceParentOfEvent } from '../../events/index.ts'
import { readTraceparent } from '../../primitives/trace-context.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { EndedAttempt } from './record-attempt.ts'

/** Tells of one attempt to deliver a webhook as a span of the trace of the call that it is about. Never rejects: nothing depends on it. */
export async function traceDelivery(parts: GatewayParts, { message, endpoint, answer }: EndedAttempt): Promise<void> {
  if (!parts.tracing.isOn) return
  const parent = await traceParentOfEvent(parts.database, message.event_id).catch(() => null)
  parts.tracing.record(() => ({
    name: 'webhook',
    kind: 'client',
    parent: readTraceparent(parent),
    beganAtMs: answer.atMs,
    endedAtMs: answer.atMs + answer.durationMs,
    failed: answer.cause,
    attributes: {
      'http.request.method': 'POST',
      'http.response.status_code': answer.status,
      'server.address': URL.parse(endpoint.url)?.hostname,
      'darkroom.webhook_id': endpoint.id,
      'darkroom.message_id': message.id,
      'darkroom.event_id': message.event_id,
      'darkroom.event_type': message.event_type,
      'darkroom.webhook_attempt': message.attempts + 1,
    },
  }))
}
