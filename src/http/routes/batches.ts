import { batchesQuerySchema, batchesReplySchema, batchSchema } from '../../contract/record.ts'
import { listAllBatches, showBatch } from '../../flows/index.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute } from '../http-route.ts'
import { readChecked } from '../read-checked.ts'

/** Batches of the economy lane. One can hold jobs of several projects. */
export const batchesRoute = adminRoute({
  method: 'GET',
  path: '/v2/batches',
  tenant: 'all',
  tag: 'jobs',
  summary: 'List batches of the economy lane, the newest first',
  query: batchesQuerySchema,
  replies: { 200: { description: 'A page of them.', schema: batchesReplySchema }, ...errorReplies(400, 401, 404) },
  handle({ parts, request }) {
    const { open, ...page } = readChecked(batchesQuerySchema, request.query)
    return listAllBatches(parts, { isOpen: open === undefined ? null : open === 'true', ...page })
  },
})

/** A batch as it stands. */
export const batchRoute = adminRoute({
  method: 'GET',
  path: '/v2/batches/{id}',
  tenant: 'all',
  tag: 'jobs',
  summary: 'Read a batch of the economy lane',
  description: 'Where it stands here and upstream, what became of its lines, and what they cost.',
  replies: { 200: { description: 'The batch.', schema: batchSchema }, ...errorReplies(401, 404) },
  handle: ({ parts, request }) => showBatch(parts, (request.params as { id: string }).id),
})
