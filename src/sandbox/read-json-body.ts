import type { IncomingMessage } from 'node:http'
import { Failure } from '../contract/failure.ts'
import { parseStrictJson } from '../contract/strict-json.ts'
import type { JsonObject } from '../primitives/json.ts'
import { invalidRequest } from './refusal.ts'
import { CallOver } from './wire/wire-writer.ts'

/**
 * Reads a request's JSON object.
 * @throws Refusal 400 for another content type or a body that is not one JSON object, 413 beyond `maxBytes`.
 * @throws CallOver when the client left before its body was whole.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<JsonObject> {
  const contentType = request.headers['content-type'] ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(contentType)) throw unsupportedType(contentType)
  const body = parseStrictJson(await readBytes(request, maxBytes))
  if (body instanceof Failure) throw notJson(body)
  return body
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes)
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      length += (piece as Buffer).length
      if (length > maxBytes) throw tooLarge(maxBytes)
      pieces.push(piece as Buffer)
    }
  } catch (error) {
    throw request.destroyed ? new CallOver() : error
  }
  return Buffer.concat(pieces, length)
}

function unsupportedType(contentType: string): Error {
  const shown = contentType.slice(0, 100)
  return invalidRequest(
    `Unsupported content type: '${shown}'. This API method only accepts 'application/json' requests, ` +
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

function tooLarge(maxBytes: number): Error {
  return invalidRequest(`Request body is larger than ${maxBytes} bytes.`, null, { status: 413 })
}
