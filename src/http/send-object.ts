import type { FastifyReply, FastifyRequest } from 'fastify'
import { assertIntact } from '../flows/index.ts'
import { readByteRange } from './byte-range.ts'
import type { RequestContext } from './http-route.ts'

/** Stored bytes that somebody may read. */
export interface SentObject {
  sha256: string
  bytes: number
  /** Inside the store. */
  path: string
  mediaType: string | null
  /** Without an ending of its own. */
  fileName: string
  /** Who may keep it, and for how long. @default the caller alone, who must ask each time */
  cacheControl?: string
  /** The bytes come from here, wherever they are stored, and any page may show them: an address of the store would outlive this one. @default false */
  isPublic?: boolean
}

/** Types that are shown as pictures, with their endings; anything else that upstream may have sent is offered as a download only. */
const pictures: Readonly<Record<string, string>> = { 'image/png': 'png', 'image/jpeg': 'jpeg', 'image/webp': 'webp', 'image/gif': 'gif' }

/** Answers with stored bytes, untouched: `ETag` is their hash, a single `Range` is served, and no browser takes them for a page. */
export async function sendObject({ parts, request, reply }: RequestContext, object: SentObject): Promise<FastifyReply> {
  const { cacheControl = 'private, max-age=0, must-revalidate', isPublic = false } = object
  const ending = pictures[object.mediaType ?? '']
  reply.headers({
    etag: `"${object.sha256}"`,
    'cache-control': cacheControl,
    'accept-ranges': 'bytes',
    'content-type': ending ? object.mediaType! : 'application/octet-stream',
    'content-disposition': `${ending ? 'inline' : 'attachment'}; filename="${object.fileName}.${ending ?? 'bin'}"`,
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': isPublic ? 'cross-origin' : 'same-origin',
  })
  if (isFresh(request, object.sha256)) return reply.code(304).removeHeader('content-type').send()
  const address = isPublic ? null : await addressFor(parts, request, reply, object)
  if (address !== null) return sendThere(reply, address)
  // Read through once before the first byte is sent: bytes that are not what they were are refused, never served, not even in part.
  await assertIntact(parts, object)
  const range = rangeOf(request, object)
  if (!range) return reply.header('content-length', object.bytes).send(await parts.store.open(object.path))
  return reply
    .code(206)
    .headers({ 'content-range': `bytes ${range.start}-${range.end}/${object.bytes}`, 'content-length': range.end - range.start + 1 })
    .send(await parts.store.open(object.path, range))
}

/**
 * Where the store itself gives the object, if it is configured to. Pages of this server get the bytes from here: they may load nothing from
 * elsewhere. An address is signed for GET alone.
 */
async function addressFor(parts: RequestContext['parts'], request: FastifyRequest, reply: FastifyReply, object: SentObject) {
  if (!parts.store.address || request.method !== 'GET' || request.headers['sec-fetch-site'] === 'same-origin') return null
  const [mediaType, disposition] = [reply.getHeader('content-type'), reply.getHeader('content-disposition')].map(String)
  return parts.store.address({ ...object, mediaType: mediaType!, disposition: disposition! })
}

/** Whoever was allowed to read is sent on; the address is theirs alone and soon over. */
function sendThere(reply: FastifyReply, address: string): FastifyReply {
  for (const name of ['etag', 'accept-ranges', 'content-type', 'content-disposition']) reply.removeHeader(name)
  return reply.code(302).headers({ 'cache-control': 'no-store', location: address }).send()
}

function isFresh(request: FastifyRequest, sha256: string): boolean {
  const tags = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return tags.includes('*') || tags.includes(`"${sha256}"`)
}

/** A range of other bytes than the client has the beginning of would be spliced into a broken picture: `If-Range` must match. */
function rangeOf(request: FastifyRequest, object: SentObject) {
  const ifRange = request.headers['if-range']
  if (ifRange !== undefined && ifRange !== `"${object.sha256}"`) return null
  return readByteRange(request.headers.range, object.bytes)
}
