import type { FastifyReply, FastifyRequest } from 'fastify'
import { failure } from '../../contract/failure.ts'
import { type FoundImage, findImage } from '../../generations/index.ts'
import { isId } from '../../primitives/ids.ts'
import { readByteRange } from '../byte-range.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { scopeOf } from '../scope-of.ts'

/** Types that are shown as pictures; anything else that upstream may have sent is offered as a download only. */
const pictures = ['image/png', 'image/jpeg', 'image/webp', 'image/gif']

/** The stored bytes of a picture, untouched. */
export const imageRoute = keyRoute({
  method: 'GET',
  path: '/v2/images/{id}',
  tag: 'darkroom',
  summary: 'Read the bytes of a picture',
  description:
    'Exactly as upstream made them, so that embedded credentials stay valid. `ETag` is the SHA-256 of the bytes; a single `Range` is served.',
  replies: {
    200: { description: 'The bytes.', contentType: 'image/*' },
    206: { description: 'The bytes of the range.', contentType: 'image/*' },
    304: { description: 'The bytes you have are the bytes.' },
    ...errorReplies(401, 404, 410, 416, 500),
  },
  async handle(context) {
    const image = await readableImage(context)
    const { reply, request } = context
    const type = pictures.includes(image.media_type ?? '') ? image.media_type! : 'application/octet-stream'
    reply.headers({
      etag: `"${image.sha256}"`,
      'cache-control': 'private, max-age=0, must-revalidate',
      'accept-ranges': 'bytes',
      'content-type': type,
      'content-disposition': `${type === 'application/octet-stream' ? 'attachment' : 'inline'}; filename="${image.id}.${image.format ?? 'bin'}"`,
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
    })
    if (isFresh(request, image.sha256)) return reply.code(304).removeHeader('content-type').send()
    return sendBytes(context, image, reply)
  },
})

async function readableImage({ parts, principal, request }: KnownContext): Promise<FoundImage & { path: string }> {
  const { id } = request.params as { id: string }
  const image = isId('img', id) ? await findImage(parts.database, { id, ...scopeOf(principal) }) : null
  if (!image) throw failure('not_found', { param: 'id' })
  if (image.deleted_at_ms !== null) throw failure('image_deleted')
  if (image.storage === 'not_stored' || image.path === null)
    throw failure('object_missing', {
      message: 'This picture could not be stored when it was made; the copy in the answer of the call is the only one.',
    })
  return { ...image, path: image.path }
}

function isFresh(request: FastifyRequest, sha256: string): boolean {
  const tags = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return tags.includes('*') || tags.includes(`"${sha256}"`)
}

/** Bytes that are not as long as they were are damaged; they are refused, not served. */
async function sendBytes({ parts, request }: KnownContext, image: FoundImage & { path: string }, reply: FastifyReply) {
  const found = await parts.store.stat(image.path)
  if (!found) throw failure('object_missing')
  if (found.bytes !== image.bytes) throw failure('integrity_error')
  const range = rangeOf(request, image)
  if (!range) return reply.header('content-length', image.bytes).send(await parts.store.open(image.path))
  return reply
    .code(206)
    .headers({ 'content-range': `bytes ${range.start}-${range.end}/${image.bytes}`, 'content-length': range.end - range.start + 1 })
    .send(await parts.store.open(image.path, range))
}

/** A range of other bytes than the client has the beginning of would be spliced into a broken picture: `If-Range` must match. */
function rangeOf(request: FastifyRequest, image: FoundImage) {
  const ifRange = request.headers['if-range']
  if (ifRange !== undefined && ifRange !== `"${image.sha256}"`) return null
  return readByteRange(request.headers.range, image.bytes)
}
