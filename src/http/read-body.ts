import type { FastifyRequest } from 'fastify'
import { Failure, failure } from '../contract/failure.ts'
import { parseStrictJson } from '../contract/strict-json.ts'
import type { JsonObject } from '../primitives/json.ts'

/**
 * Reads a request's JSON body with the contract's strictness.
 * @throws Failure `invalid_json`, `invalid_body`, `duplicate_key`, `invalid_encoding` or `unsupported_media_type`.
 */
export function readJsonBody(request: FastifyRequest): JsonObject {
  if (request.body === undefined && request.headers['content-type'] === undefined && request.headers['content-length'] !== '0')
    throw failure('unsupported_media_type')
  return parsed((request.body as Buffer | undefined) ?? Buffer.alloc(0))
}

/** The same on a route that reads bodies as they come, once it has read one. */
export function parseJsonBody(request: FastifyRequest, bytes: Buffer): JsonObject {
  if (!isPlainJson(request.headers['content-type'] ?? '')) throw failure('unsupported_media_type')
  return parsed(bytes)
}

/** `application/json`, alone or with `charset=utf-8`; nothing that only begins like it. */
export function isPlainJson(contentType: string): boolean {
  return /^application\/json(?: *; *charset="?utf-?8"?)?$/i.test(contentType.trim())
}

function parsed(bytes: Buffer): JsonObject {
  const body = parseStrictJson(bytes)
  if (body instanceof Failure) throw body
  return body
}
