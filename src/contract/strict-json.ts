import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { type Failure, failure } from './failure.ts'
import { scanJson } from './scan-json.ts'

/** Largest JSON body of a generation, in bytes. */
export const jsonBodyLimitBytes = 1_048_576

/** Deepest nesting of objects and arrays. */
export const jsonDepthLimit = 64

/**
 * Reads a request body as one JSON object and refuses what lenient parsers let through: doubled keys (the last would win silently),
 * broken UTF-8, byte order marks, deep nesting. Never throws and never recurses.
 *
 * Numbers come out as JavaScript reads them, so `1e400` is Infinity, `-0` is negative zero and integers beyond 2⁵³ are not safe integers:
 * the field rules refuse all three by name. Keys such as `__proto__` are plain own keys of the result.
 * @param bytes the whole body, at most `jsonBodyLimitBytes`.
 */
export function parseStrictJson(bytes: Uint8Array): JsonObject | Failure {
  if (bytes.byteLength > jsonBodyLimitBytes) return failure('body_too_large')
  const text = decodeUtf8(bytes)
  if (text === null) return failure('invalid_encoding')

  const scan = scanJson(text, jsonDepthLimit)
  if (scan.tooDeep) return failure('invalid_body')
  const value = parseJson(text)
  if (value === undefined) return failure('invalid_json')
  if (!isJsonObject(value)) return failure('invalid_body')
  return scan.duplicate === null ? value : duplicateKey(scan.duplicate)
}

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/** Undefined for text that is not JSON; JSON itself cannot say undefined. */
function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

function duplicateKey(key: string): Failure {
  const shown = key.length > 64 ? `${key.slice(0, 64)}…` : key
  return failure('duplicate_key', {
    param: shown,
    message: `The body names '${shown}' twice, so its meaning is not clear. Nothing was sent or charged; name it once.`,
  })
}
