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
  const body = parseStrictJson((request.body as Buffer | undefined) ?? Buffer.alloc(0))
  if (body instanceof Failure) throw body
  return body
}
