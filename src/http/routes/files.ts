import { z } from 'zod'
import { failure } from '../../contract/failure.ts'
import { fileDeletedSchema, fileFetchSchema, fileListSchema, fileObjectSchema, fileUploadSchema } from '../../contract/record.ts'
import { findFile, listFiles, presentDeletedFile, presentFile } from '../../files/index.ts'
import { giveUpFile, takeFileFrom, takeFileUpload } from '../../flows/index.ts'
import { isId } from '../../primitives/ids.ts'
import { bodySource } from '../coming-edit.ts'
import { errorReplies } from '../error-replies.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'
import { sendObject } from '../send-object.ts'

/** OpenAI's file upload. */
export const uploadFileRoute = keyRoute({
  method: 'POST',
  path: '/v1/files',
  tenant: 'caller',
  tag: 'images',
  summary: 'Keep a picture for later edits',
  admission: 'body',
  description: "Drop-in for OpenAI's call with purpose `vision`. The picture stays here and is named by its id (`file_id`) in edits.",
  streamsBody: true,
  body: { description: 'The file and its purpose.', schema: fileUploadSchema, contentType: 'multipart/form-data' },
  replies: { 200: { description: 'The file.', schema: fileObjectSchema }, ...errorReplies(400, 401, 413, 429, 503, 507) },
  async handle({ parts, principal, request, requestId }) {
    return presentFile(await takeFileUpload(parts, { principal, requestId, source: bodySource(request) }))
  },
})

/** A file from an address. */
export const fetchFileRoute = keyRoute({
  method: 'POST',
  path: '/v2/files/fetch',
  tenant: 'caller',
  tag: 'images',
  summary: 'Keep a picture that lies at an address',
  description:
    'Fetched here, as addresses in edits are: public https addresses only, at most three redirects, exceptions by `outbound.allow`. Then it is a file like one that was uploaded.',
  admission: 'body',
  body: { description: 'The address.', schema: fileFetchSchema },
  replies: { 200: { description: 'The file.', schema: fileObjectSchema }, ...errorReplies(400, 401, 413, 429, 503, 507) },
  async handle({ parts, principal, request, requestId }) {
    const { url, expires_after_seconds: seconds } = readChecked(fileFetchSchema, readJsonBody(request))
    const expiresAfterMs = seconds === undefined ? null : seconds * 1_000
    return presentFile(await takeFileFrom(parts, { principal, requestId, url, expiresAfterMs }))
  },
})

const listQuerySchema = z.strictObject({
  purpose: z.string().optional(),
  limit: z.coerce.number().optional(),
  after: z.string().optional(),
  order: z.enum(['asc', 'desc']).optional(),
})

/** The files of a project. */
export const listFilesRoute = keyRoute({
  method: 'GET',
  path: '/v1/files',
  tenant: 'caller',
  tag: 'images',
  summary: 'List kept files',
  query: listQuerySchema,
  replies: { 200: { description: 'A page of files.', schema: fileListSchema }, ...errorReplies(400, 401) },
  handle({ parts, principal, request }) {
    const query = readChecked(listQuerySchema, request.query)
    return listFiles(parts.database, { ...query, ...scopeOf(principal), nowMs: parts.clock.nowMs() })
  },
})

/** One file. */
export const fileRoute = keyRoute({
  method: 'GET',
  path: '/v1/files/{id}',
  tenant: { object: 'file' },
  tag: 'images',
  summary: 'Look at a kept file',
  replies: { 200: { description: 'The file.', schema: fileObjectSchema }, ...errorReplies(401, 404) },
  handle: async (context) => presentFile(await knownFile(context)),
})

/** The bytes of a file. */
export const fileContentRoute = keyRoute({
  method: 'GET',
  path: '/v1/files/{id}/content',
  tenant: { object: 'file' },
  tag: 'images',
  summary: 'Read the bytes of a kept file',
  replies: {
    200: { description: 'The bytes, as they were sent.', contentType: 'image/*' },
    302: { description: 'Where the bucket gives the bytes, for a minute; only with `S3_READS=presigned`.' },
    206: { description: 'The bytes of the range.', contentType: 'image/*' },
    304: { description: 'The bytes you have are the bytes.' },
    ...errorReplies(401, 404, 410, 416, 500, 503),
  },
  async handle(context) {
    const file = await knownFile(context)
    if (file.path === null) throw failure('object_missing')
    return sendObject(context, { ...file, path: file.path, mediaType: file.media_type, fileName: file.id })
  },
})

/** Gives a file up. */
export const deleteFileRoute = keyRoute({
  method: 'DELETE',
  path: '/v1/files/{id}',
  tenant: { object: 'file' },
  tag: 'images',
  summary: 'Give a kept file up',
  description: 'Its bytes go when nothing else refers to them: an edit that used it keeps its input.',
  replies: { 200: { description: 'It is gone.', schema: fileDeletedSchema }, ...errorReplies(401, 404) },
  async handle({ parts, principal, request }) {
    const { id } = request.params as { id: string }
    if (!isId('file', id)) throw failure('file_not_found', { param: 'id' })
    await giveUpFile(parts, { id, ...scopeOf(principal) })
    return presentDeletedFile(id)
  },
})

async function knownFile({ parts, principal, request }: KnownContext) {
  const { id } = request.params as { id: string }
  const file = isId('file', id) ? await findFile(parts.database, { id, ...scopeOf(principal), nowMs: parts.clock.nowMs() }) : null
  if (!file) throw failure('file_not_found', { param: 'id' })
  return file
}
