import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { failure } from '../contract/failure.ts'
import { ownImageIds } from '../flows/index.ts'
import type { KnownContext } from './http-route.ts'
import { scopeOf } from './scope-of.ts'
import { JSON_BODY_LIMIT_BYTES } from './server.ts'

/** A request on a route that reads its body as it comes, as the intake wants it. */
export function comingEdit({ request, requestId, principal, baseUrl }: KnownContext) {
  return { requestId, source: bodySource(request), ownImageId: ownImageIds(baseUrl), ...scopeOf(principal) }
}

/** The same where a form is no way to say it. */
export function comingJson(context: KnownContext) {
  const coming = comingEdit(context)
  const { contentType } = coming.source
  return { ...coming, source: { ...coming.source, contentType: /^multipart\//i.test(contentType ?? '') ? undefined : contentType } }
}

/** The unread body of a request. */
export function bodySource(request: FastifyRequest) {
  const length = request.headers['content-length']
  return {
    contentType: request.headers['content-type'],
    contentLength: length === undefined ? null : Number(length),
    body: (request.body as Readable | undefined) ?? request.raw,
  }
}

/** Reads a small body to its end, on a route that reads bodies as they come. @throws Failure `body_too_large` */
export async function readSmallBody(request: FastifyRequest): Promise<Buffer> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of bodySource(request).body as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > JSON_BODY_LIMIT_BYTES) throw failure('body_too_large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
