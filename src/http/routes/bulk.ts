import { Readable } from 'node:stream'
import { z } from 'zod'
import {
  bulkBodySchema,
  bulkCheckSchema,
  bulkItemsReplySchema,
  bulkSchema,
  bulkSettingsSchema,
  bulksReplySchema,
} from '../../contract/bulk-replies.ts'
import { readBulkItems } from '../../contract/bulk-request.ts'
import { jobStateSchema } from '../../contract/job-replies.ts'
import { sharedHeadersSchema } from '../../contract/repeat-headers.ts'
import {
  acceptBulk,
  bulkArchive,
  bulkItems,
  bulkManifest,
  bulksOfKey,
  cancelBulk,
  checkBulk,
  listBulks,
  pauseBulk,
  resumeBulk,
  showBulk,
} from '../../flows/index.ts'
import { errorReplies } from '../error-replies.ts'
import { clientRequestId, repeatSigns } from '../generation-reply.ts'
import { type KnownContext, keyRoute } from '../http-route.ts'
import { readBulk } from '../read-bulk.ts'
import { readChecked } from '../read-checked.ts'
import { readDarkroomHeaders } from '../read-darkroom-headers.ts'
import { receiverNamed } from '../receiver-named.ts'
import { scopeOf } from '../scope-of.ts'

const oneBulk = { 200: { description: 'The bulk as it stands.', schema: bulkSchema } }
const asked = ({ principal, request }: KnownContext) => ({ bulkId: (request.params as { id: string }).id, ...scopeOf(principal) })

/** Thousands of jobs by one request. */
export const submitBulkRoute = keyRoute({
  method: 'POST',
  path: '/v2/jobs/bulk',
  tenant: 'caller',
  tag: 'jobs',
  summary: 'Submit a bulk',
  admission: 'body',
  description:
    'Up to 50,000 jobs: as JSON with `items`, as lines of JSON, as a table, or as a form with either as `file` and a `template` whose `{{name}}` take the values of each item. Settings of lines and tables stand in the query.',
  streamsBody: true,
  query: bulkSettingsSchema,
  body: {
    description: 'The items, with a template or without.',
    schema: bulkBodySchema,
    otherTypes: {
      'application/x-ndjson': z.string(),
      'text/csv': z.string(),
      'multipart/form-data': z.object({ file: z.string(), template: z.string().optional() }),
    },
  },
  headers: sharedHeadersSchema,
  replies: {
    202: { description: 'It is on record, and its jobs will be made.', schema: bulkSchema },
    ...errorReplies(400, 401, 413, 422, 429, 503),
  },
  async handle(context) {
    const { parts, principal, request, reply, baseUrl } = context
    const headers = readDarkroomHeaders(request)
    const { key } = repeatSigns(context)
    const { settings, template, rows } = await readBulk(context)
    const { name, lane, priority, start_at, deadline, webhook_url, webhook_events } = readChecked(bulkSettingsSchema, settings)
    const { setId, isRepeated } = await acceptBulk(parts, {
      principal,
      items: readBulkItems(rows, template),
      name: name ?? null,
      headers,
      lane: lane ?? 'standard',
      priority: priority ?? 'low',
      startAtMs: start_at === undefined ? null : Date.parse(start_at),
      deadlineMs: deadline === undefined ? null : Date.parse(deadline),
      idempotencyKey: key,
      clientRequestId: clientRequestId(context),
      baseUrl,
      ...(webhook_url === undefined
        ? {}
        : receiverNamed(context, { url: webhook_url, events: webhook_events ?? ['completed', 'failed', 'cancelled'] })),
    })
    reply.code(202).headers({ location: `/v2/jobs/bulk/${setId}`, ...(isRepeated ? { 'idempotent-replayed': 'true' } : {}) })
    return showBulk(parts, { bulkId: setId, projectId: principal.projectId })
  },
})

/** What would become of them. */
export const checkBulkRoute = keyRoute({
  method: 'POST',
  path: '/v2/jobs/bulk/check',
  tenant: 'caller',
  tag: 'jobs',
  summary: 'Check a bulk without submitting it',
  admission: 'body',
  description:
    'Takes exactly what submitting takes, and says of each item whether it would be refused, and what all of them would cost. Nothing is recorded, sent or charged.',
  streamsBody: true,
  query: bulkSettingsSchema,
  body: submitBulkRoute.body!,
  replies: { 200: { description: 'The verdict.', schema: bulkCheckSchema }, ...errorReplies(400, 401, 413, 429, 503) },
  async handle(context) {
    const headers = readDarkroomHeaders(context.request)
    const { settings, template, rows } = await readBulk(context)
    const { lane } = readChecked(bulkSettingsSchema, settings)
    const { parts, principal, requestId } = context
    return checkBulk(parts, { principal, rows, template, headers, lane: lane ?? 'standard', requestId })
  },
})

const listQuerySchema = z.strictObject({
  idempotency_key: z.string().max(255).optional().describe('Only what the caller submitted under this key.'),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

/** The bulks of a project. */
export const bulksRoute = keyRoute({
  method: 'GET',
  path: '/v2/jobs/bulk',
  tenant: 'caller',
  tag: 'jobs',
  summary: 'List bulks, the newest first',
  query: listQuerySchema,
  replies: { 200: { description: 'A page of them.', schema: bulksReplySchema }, ...errorReplies(400, 401) },
  handle({ parts, principal, request }) {
    const { idempotency_key: key, cursor, limit } = readChecked(listQuerySchema, request.query)
    if (key !== undefined) return bulksOfKey(parts, { key, projectId: principal.projectId })
    return listBulks(parts, { cursor: cursor ?? null, limit, ...scopeOf(principal) })
  },
})

/** A bulk as it stands. */
export const bulkRoute = keyRoute({
  method: 'GET',
  path: '/v2/jobs/bulk/{id}',
  tenant: { object: 'bulk' },
  tag: 'jobs',
  summary: 'Read how far a bulk has come',
  replies: { ...oneBulk, ...errorReplies(401, 404) },
  handle: (context) => showBulk(context.parts, asked(context)),
})

/** No more jobs for now. */
export const pauseBulkRoute = keyRoute({
  method: 'POST',
  path: '/v2/jobs/bulk/{id}/pause',
  tenant: { object: 'bulk' },
  tag: 'jobs',
  summary: 'Pause a bulk',
  description: 'Jobs that were made of its items go on; no more are made until it is resumed.',
  replies: { ...oneBulk, ...errorReplies(401, 404, 409) },
  handle: (context) => pauseBulk(context.parts, asked(context)),
})

/** On with it. */
export const resumeBulkRoute = keyRoute({
  method: 'POST',
  path: '/v2/jobs/bulk/{id}/resume',
  tenant: { object: 'bulk' },
  tag: 'jobs',
  summary: 'Resume a bulk',
  replies: { ...oneBulk, ...errorReplies(401, 404, 409) },
  handle: (context) => resumeBulk(context.parts, asked(context)),
})

/** No more at all. */
export const cancelBulkRoute = keyRoute({
  method: 'POST',
  path: '/v2/jobs/bulk/{id}/cancel',
  tenant: { object: 'bulk' },
  tag: 'jobs',
  summary: 'Cancel a bulk',
  description: 'What has not begun is cancelled for nothing; calls under way are paid for and kept.',
  replies: { ...oneBulk, ...errorReplies(401, 404, 409) },
  handle: (context) => cancelBulk(context.parts, asked(context)),
})

const itemsQuerySchema = z.strictObject({
  state: jobStateSchema.or(z.enum(['waiting', 'refused'])).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,6}$/, 'expected the next_cursor of an earlier page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})

/** What came of each item. */
export const bulkItemsRoute = keyRoute({
  method: 'GET',
  path: '/v2/jobs/bulk/{id}/items',
  tenant: { object: 'bulk' },
  tag: 'jobs',
  summary: 'Read what came of the items of a bulk',
  query: itemsQuerySchema,
  replies: { 200: { description: 'A page of them, in order.', schema: bulkItemsReplySchema }, ...errorReplies(400, 401, 404) },
  handle(context) {
    const { state, cursor, limit } = readChecked(itemsQuerySchema, context.request.query)
    return bulkItems(context.parts, { ...asked(context), states: state === undefined ? [] : [state], from: Number(cursor ?? 0), limit })
  },
})

/** The same as a table. */
export const bulkManifestRoute = keyRoute({
  method: 'GET',
  path: '/v2/jobs/bulk/{id}/manifest',
  tenant: { object: 'bulk' },
  tag: 'jobs',
  summary: 'Read the manifest of a bulk',
  description:
    'One line for each picture, and for each item without one: state, file in the archive, hash, cost, error. No cell is taken for a formula.',
  replies: { 200: { description: 'The table.', contentType: 'text/csv' }, ...errorReplies(401, 404) },
  async handle(context) {
    await showBulk(context.parts, asked(context))
    return attachment(context, 'text/csv; charset=utf-8', 'csv').send(Readable.from(bulkManifest(context.parts, asked(context))))
  },
})

/** All pictures at once. */
export const bulkArchiveRoute = keyRoute({
  method: 'GET',
  path: '/v2/jobs/bulk/{id}/archive',
  tenant: { object: 'bulk' },
  tag: 'jobs',
  summary: 'Fetch the pictures of a bulk as one zip file',
  description: 'With the manifest. It is written while it is read, and holds what is there by then.',
  replies: { 200: { description: 'The archive.', contentType: 'application/zip' }, ...errorReplies(401, 404) },
  async handle(context) {
    const archive = await bulkArchive(context.parts, asked(context))
    return attachment(context, 'application/zip', 'zip').send(archive)
  },
})

function attachment({ reply, request }: KnownContext, type: string, ending: string) {
  const { id } = request.params as { id: string }
  return reply.headers({
    'content-type': type,
    'content-disposition': `attachment; filename="${id}.${ending}"`,
    'cache-control': 'no-store',
  })
}
