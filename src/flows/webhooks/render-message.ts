import type { EventRow, WebhookEndpointRow } from '../../db/index.ts'
import type { EventType } from '../../events/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** What the specification of Standard Webhooks asks a body to stay below. */
export const LARGEST_BODY_BYTES = 20_000

/** What receivers of the unified shape read, with whatever else the renderer adds. */
export type UnifiedBody = JsonObject & { event: string; jobId: string; status: string }

/** Writes an event in the unified shape. It may look things up, and must not throw for an event that it does not know. */
export type UnifiedBodyOf = (parts: GatewayParts, event: EventRow) => UnifiedBody | Promise<UnifiedBody>

/** The text of a message, which is the same with every attempt. */
export async function renderMessage(
  parts: GatewayParts,
  event: EventRow,
  endpoint: Pick<WebhookEndpointRow, 'style'>,
  unifiedBody: UnifiedBodyOf,
): Promise<string> {
  const body = endpoint.style === 'unified' ? await unifiedBody(parts, event) : standardBody(event)
  const text = JSON.stringify(body)
  if (Buffer.byteLength(text) < LARGEST_BODY_BYTES) return text
  parts.logger.error({ event_id: event.id, event: event.type, bytes: Buffer.byteLength(text) }, 'an event is too large to be sent whole')
  return JSON.stringify(endpoint.style === 'unified' ? plainUnifiedBody(parts, { ...event, data_json: '{}' }) : bareBody(event))
}

function standardBody(event: EventRow): JsonObject {
  const data = JSON.parse(event.data_json) as JsonObject
  return { type: event.type, timestamp: isoTime(event.at_ms), data: { ...data, sequence: event.seq } }
}

/** Enough to ask for the rest. */
function bareBody(event: EventRow): JsonObject {
  return { type: event.type, timestamp: isoTime(event.at_ms), data: { id: event.subject_id, sequence: event.seq, truncated: true } }
}

const inUnifiedWords: Partial<Record<EventType, { event: string; status: string }>> = {
  'job.queued': { event: 'progress', status: 'QUEUED' },
  'job.completed': { event: 'completed', status: 'COMPLETED' },
  'job.failed': { event: 'failed', status: 'FAILED' },
  'job.cancelled': { event: 'failed', status: 'FAILED' },
}

const carriedOver = { progress: 'progress', error: 'error', model: 'model', completed_at: 'completedAt' } as const

/** The unified shape as far as the event alone says it. What happened to a webhook keeps its own name. */
export function plainUnifiedBody(_parts: unknown, event: EventRow): UnifiedBody {
  const data = JSON.parse(event.data_json) as JsonObject
  const isOfJob = event.type.startsWith('job.')
  const words = inUnifiedWords[event.type as EventType] ?? { event: isOfJob ? 'progress' : event.type, status: 'PROCESSING' }
  const rest = Object.entries(carriedOver).flatMap(([from, to]) => (data[from] === undefined ? [] : [[to, data[from]] as const]))
  return { ...words, jobId: event.subject_id, ...Object.fromEntries(rest) }
}
