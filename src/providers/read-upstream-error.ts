import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import type { UpstreamError } from './image-provider.ts'
import type { Redact } from './redact.ts'

const MAX_MESSAGE_LENGTH = 2_000
const MAX_WORD_LENGTH = 200
const MAX_CATEGORIES = 50

/** A refusal of which nothing could be read. */
export const silentError: UpstreamError = { message: null, type: null, code: null, param: null }

/**
 * Reads a refusal in OpenAI's envelope, `{"error": {"message", "type", "param", "code"}}`; providers that speak the
 * dialect loosely put a string under `error`, or the members at the top. All texts come out cleaned and cut.
 * @returns null when the body is not a JSON object at all.
 */
export function readUpstreamError(body: string, redact: Redact): UpstreamError | null {
  const document = parseObject(body)
  if (!document) return null
  const inner = document['error']
  if (typeof inner === 'string') return { ...silentError, message: redact(inner, MAX_MESSAGE_LENGTH) }
  const error = isJsonObject(inner) ? inner : document
  const details = error['moderation_details']
  return {
    message: text(error['message'], redact, MAX_MESSAGE_LENGTH),
    type: text(error['type'], redact),
    code: text(error['code'], redact),
    // Relayed copies of OpenAI's errors carry an empty string where the original has null.
    param: text(error['param'], redact) || null,
    ...(isJsonObject(details) && { moderationDetails: readModerationDetails(details, redact) }),
  }
}

function parseObject(body: string): JsonObject | null {
  try {
    const document: unknown = JSON.parse(body)
    return isJsonObject(document) ? document : null
  } catch {
    return null
  }
}

/** Only the two published members, `moderation_stage` and `categories`. */
function readModerationDetails(details: JsonObject, redact: Redact): JsonObject {
  const categories = Array.isArray(details['categories']) ? details['categories'].slice(0, MAX_CATEGORIES) : []
  return {
    moderation_stage: text(details['moderation_stage'], redact),
    categories: categories.map((category) => text(category, redact)).filter((category) => category !== null),
  }
}

function text(value: JsonValue | undefined, redact: Redact, maxLength = MAX_WORD_LENGTH): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? redact(value, maxLength) : null
}
