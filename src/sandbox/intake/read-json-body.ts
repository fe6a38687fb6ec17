import type { IncomingMessage } from 'node:http'
import { Failure } from '../../contract/failure.ts'
import { parseStrictJson } from '../../contract/strict-json.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { invalidRequest } from '../refusal.ts'
import { readBytes } from './read-bytes.ts'

/**
 * Reads a request's JSON object.
 * @throws Refusal 400 for another content type or a body that is not one JSON object, 413 beyond `maxBytes`.
 * @throws CallOver when the client left before its body was whole.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<JsonObject> {
  const contentType = request.headers['content-type'] ?? ''
  if (!isJson(contentType)) throw unsupportedType(contentType)
  return parseJsonBody(await readBytes(request, maxBytes))
}

/** Whether a content type is JSON's. */
export function isJson(contentType: string): boolean {
  return /^application\/json\s*(?:;|$)/i.test(contentType)
}

/** @throws Refusal 400 when the bytes are not one JSON object, 413 when they are more than such a body may have. */
export function parseJsonBody(bytes: Uint8Array): JsonObject {
  const body = parseStrictJson(bytes)
  if (body instanceof Failure) throw notJson(body)
  return body
}

/** The refusal of a content type; `accepted` names the one that the method takes. */
export function unsupportedType(contentType: string, accepted = 'application/json'): Error {
  const shown = contentType.slice(0, 100)
  return invalidRequest(
    `Unsupported content type: '${shown}'. This API method only accepts '${accepted}' requests, ` +
      `but you specified the header 'Content-Type: ${shown}'. Please try again with a supported content type.`,
    'unsupported_content_type',
  )
}

function notJson(failure: Failure): Error {
  if (failure.code === 'body_too_large') return invalidRequest(failure.message, null, { status: 413 })
  return invalidRequest(
    'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly. ' +
      'The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)',
    null,
  )
}
