import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import type { Redact } from '../providers/index.ts'

/** Longest text of an error that is kept. */
const MAX_ERROR_TEXT = 2_000

/** What an answer says of an error, cleaned as a refusal is: a stream tells its errors in a body that began as a success. */
export function cleanError(error: JsonObject, redact: Redact): JsonObject {
  const clean = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return redact(value, MAX_ERROR_TEXT)
    if (Array.isArray(value)) return value.map(clean)
    return isJsonObject(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, clean(member)])) : value
  }
  return clean(error) as JsonObject
}
