import { open } from 'node:fs/promises'
import { z } from 'zod'
import { failure } from '../../contract/failure.ts'
import { lineageReplySchema } from '../../contract/lineage-replies.ts'
import { deletedPicturesSchema, driftReplySchema, guardReplySchema } from '../../contract/record.ts'
import {
  assertSigned,
  deleteImage,
  imageDrift,
  imageGuard,
  imageLineage,
  type LivePreview,
  readHeatMap,
  readSideBySide,
  thumbnailWidths,
} from '../../flows/index.ts'
import { type FoundImage, findImage } from '../../generations/index.ts'
import { inspectImageFile, mediaTypes } from '../../pixels/index.ts'
import { isId } from '../../primitives/ids.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute, publicRoute, type RequestContext } from '../http-route.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'
import { sendObject } from '../send-object.ts'

const bytesReplies = {
  200: { description: 'The bytes.', contentType: 'image/*' },
  302: { description: 'Where the bucket gives the bytes, for a minute; only with `S3_READS=presigned`.' },
  206: { description: 'The bytes of the range.', contentType: 'image/*' },
  304: { description: 'The bytes you have are the bytes.' },
}

/** The stored bytes of a picture, untouched. */
export const imageRoute = keyRoute({
  method: 'GET',
  path: '/v2/images/{id}',
  tenant: { object: 'image' },
  tag: 'darkroom',
  summary: 'Read the bytes of a picture',
  description:
    'Exactly as upstream made them, so that embedded credentials stay valid. `ETag` is the SHA-256 of the bytes; a single `Range` is served.',
  replies: { ...bytesReplies, ...errorReplies(401, 404, 410, 416, 500, 503) },
  async handle(context) {
    const image = await readableImage(context)
    return sendObject(context, { ...image, mediaType: image.media_type, fileName: image.id })
  },
})

const thumbnailQuerySchema = z.strictObject({
  width: z.coerce
    .number()
    .int()
    .min(1)
    .max(thumbnailWidths.at(-1)!)
    .default(320)
    .describe(
      `In pixels; the next larger of ${thumbnailWidths.join(', ')} is given, or the width of the picture itself where that is less.`,
    ),
})
/** The bytes never change; a week bounds how long a browser shows what was deleted. */
const WEEK_S = 7 * 24 * 60 * 60

/** The same, small: for pages that show many. */
export const thumbnailRoute = keyRoute({
  method: 'GET',
  path: '/v2/images/{id}/thumbnail',
  tenant: { object: 'image' },
  tag: 'darkroom',
  summary: 'Read a small version of a picture',
  description:
    'WebP, made when somebody first asks and kept as long as the picture. Answered with 429 and `Retry-After` where too many wait to be made.',
  query: thumbnailQuerySchema,
  replies: { ...bytesReplies, ...errorReplies(400, 401, 404, 410, 416, 429, 500, 503) },
  async handle(context) {
    const { width } = readChecked(thumbnailQuerySchema, context.request.query)
    const image = await readableImage(context)
    const left = new AbortController()
    context.reply.raw.once('close', () => left.abort())
    const thumbnail = await context.parts.thumbnails.read(context.parts, image, { width, signal: left.signal })
    // Whoever signs in next at the same browser has another cookie, and does not see what this one saw.
    context.reply.header('vary', 'cookie, authorization, x-api-key')
    const cacheControl = `private, max-age=${WEEK_S}, immutable`
    return sendObject(context, { ...thumbnail, mediaType: 'image/webp', fileName: `${image.id}-${width}`, cacheControl })
  },
})

/** Where a picture comes from, and what was made of it. */
export const lineageRoute = keyRoute({
  method: 'GET',
  path: '/v2/images/{id}/lineage',
  tenant: { object: 'image' },
  tag: 'darkroom',
  summary: 'See what a picture was made from, and what was made from it',
  description:
    'Pictures of the same project alone: what its call brought along, recognised by id or by bytes, and calls that took it up. At most a hundred of each.',
  replies: { 200: { description: 'Before and after it.', schema: lineageReplySchema }, ...errorReplies(401, 404) },
  handle: async (context) => imageLineage(context.parts, await knownImage(context)),
})

/** Takes a picture out of the world; its record stays. */
export const deleteImageRoute = keyRoute({
  method: 'DELETE',
  path: '/v2/images/{id}',
  tenant: { object: 'image' },
  tag: 'darkroom',
  summary: 'Delete a picture',
  description:
    'With what it was made of and what was made of it. No address opens it from now on; its bytes are removed within a minute unless something else refers to the same bytes. The record and the money stay. Deleting it again changes nothing.',
  replies: { 200: { description: 'It is deleted.', schema: deletedPicturesSchema }, ...errorReplies(401, 404, 409) },
  handle({ parts, principal, request }) {
    const { id } = request.params as { id: string }
    return deleteImage(parts, { id, ...scopeOf(principal) })
  },
})

/** What an edit changed where it should have changed nothing. */
export const imageDriftRoute = keyRoute({
  method: 'GET',
  path: '/v2/images/{id}/drift',
  tenant: { object: 'image' },
  tag: 'darkroom',
  summary: 'See what an edit changed outside its mask',
  description:
    'Measured after delivery: `pending` until then. Figures, not a verdict: changed share after alignment, structural similarity, colour shift, and each protected rectangle.',
  replies: { 200: { description: 'The measurement.', schema: driftReplySchema }, ...errorReplies(401, 404) },
  async handle(context) {
    const image = await knownImage(context)
    return imageDrift(context.parts, image, `${context.baseUrl}/v2/images/${image.id}/drift/heat-map`)
  },
})

/** The same as a picture. */
export const heatMapRoute = keyRoute({
  method: 'GET',
  path: '/v2/images/{id}/drift/heat-map',
  tenant: { object: 'image' },
  tag: 'darkroom',
  summary: 'See where an edit changed the picture',
  description: 'A PNG of the size of the picture: grey where nothing changed, warm where it did.',
  replies: { ...bytesReplies, ...errorReplies(401, 404, 410, 416, 500, 503) },
  async handle(context) {
    const image = await knownImage(context)
    if (image.deleted_at_ms !== null) throw failure('image_deleted')
    const map = await readHeatMap(context.parts, image.id)
    if (!map) throw failure('not_found', { param: 'id' })
    return sendObject(context, { ...map, mediaType: 'image/png', fileName: `${image.id}-drift` })
  },
})

/** Whether what had to stay did. */
export const imageGuardRoute = keyRoute({
  method: 'GET',
  path: '/v2/images/{id}/guard',
  tenant: { object: 'image' },
  tag: 'darkroom',
  summary: 'See what the guard says of a picture',
  description:
    'Judged after delivery: `pending` until then. Drift, subject, camera and texts, each `kept`, `changed` or `unsure` with its figures, and what follows of them. Nothing is published or deleted by it.',
  replies: { 200: { description: 'The verdict.', schema: guardReplySchema }, ...errorReplies(401, 404) },
  async handle(context) {
    const image = await knownImage(context)
    return imageGuard(context.parts, image, `${context.baseUrl}/v2/images/${image.id}/guard/side-by-side`)
  },
})

/** The same as a picture. */
export const sideBySideRoute = keyRoute({
  method: 'GET',
  path: '/v2/images/{id}/guard/side-by-side',
  tenant: { object: 'image' },
  tag: 'darkroom',
  summary: 'See a picture beside its source',
  description:
    'A PNG: source and result, what was judged framed (green kept, orange unsure, red changed), and below them each text before and after, enlarged.',
  replies: { ...bytesReplies, ...errorReplies(401, 404, 410, 416, 500, 503) },
  async handle(context) {
    const image = await knownImage(context)
    if (image.deleted_at_ms !== null) throw failure('image_deleted')
    const drawing = await readSideBySide(context.parts, image.id)
    if (!drawing) throw failure('not_found', { param: 'id' })
    return sendObject(context, { ...drawing, mediaType: 'image/png', fileName: `${image.id}-guard` })
  },
})

/** The same bytes for whoever has the address: results of jobs are handed out like this. */
export const signedImageRoute = publicRoute({
  method: 'GET',
  path: '/v2/images/{id}/signed',
  tag: 'darkroom',
  summary: 'Read the bytes of a picture by an address that was signed for it',
  description: 'Jobs and their webhooks name such addresses. They need no key and run out after a week.',
  query: z.object({ expires: z.string(), signature: z.string() }),
  replies: { ...bytesReplies, ...errorReplies(403, 404, 410, 416, 500, 503) },
  async handle(context) {
    const { id } = context.request.params as { id: string }
    assertSigned(context.parts, id, context.request.query as object)
    const image = isId('img', id) ? await findImage(context.parts.database, { id, projectId: null }) : null
    const live = image === null ? context.parts.livePreviews.find(id) : null
    if (live) return sendLivePreview(context, live)
    if (!image) throw failure('not_found', { param: 'id' })
    const readable = asReadable(image)
    return sendObject(context, { ...readable, mediaType: readable.media_type, fileName: readable.id })
  },
})

/** A preview of a job under way, from where it lies. It is in the store soon. */
async function sendLivePreview({ reply }: RequestContext, { path, bytes }: LivePreview) {
  const file = await open(path).catch(() => null)
  const facts = file && (await inspectImageFile(path).catch(() => undefined))
  if (!file || !facts) {
    await file?.close()
    throw failure('not_found', { param: 'id', message: 'The preview is on its way into the store. Nothing was charged; ask for it again.' })
  }
  reply.headers({
    'content-type': mediaTypes[facts.format],
    'content-length': bytes,
    'cache-control': 'no-store',
    'content-disposition': 'inline',
  })
  return reply.send(file.createReadStream())
}

async function knownImage({ parts, principal, request }: KnownContext): Promise<FoundImage> {
  const { id } = request.params as { id: string }
  const image = isId('img', id) ? await findImage(parts.database, { id, ...scopeOf(principal) }) : null
  if (!image) throw failure('not_found', { param: 'id' })
  return image
}

const readableImage = async (context: KnownContext) => asReadable(await knownImage(context))

function asReadable(image: FoundImage): FoundImage & { path: string } {
  if (image.deleted_at_ms !== null) throw failure('image_deleted')
  if (image.storage === 'not_stored' || image.path === null)
    throw failure('object_missing', {
      message: 'This picture could not be stored when it was made; the copy in the answer of the call is the only one.',
    })
  return { ...image, path: image.path }
}
