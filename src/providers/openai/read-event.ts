import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import type { ProviderEvent } from '../provider-event.ts'

/**
 * Reads an event of OpenAI's webhooks (openai 7.55.0 types, `resources/webhooks`): `{object: 'event', type, data: {id}}`.
 * @returns null for an event about something else
 */
export function readEvent(event: JsonObject): ProviderEvent | null {
  const { type, data } = event
  if (typeof type !== 'string' || !isJsonObject(data ?? null)) return null
  const { id } = data as JsonObject
  if (typeof id !== 'string') return null
  if (type.startsWith('response.')) return { about: 'response', responseId: id }
  if (type.startsWith('batch.')) return { about: 'batch', batchId: id }
  return null
}
