import { failure } from '../../contract/failure.ts'
import { generationRecordSchema } from '../../contract/record.ts'
import { findGeneration, generationRecord } from '../../generations/index.ts'
import { isId } from '../../primitives/ids.ts'
import { errorReplies } from '../error-replies.ts'
import { keyRoute } from '../http-route.ts'
import { scopeOf } from '../scope-of.ts'

/** The whole production log record of a generation. */
export const generationRoute = keyRoute({
  method: 'GET',
  path: '/v2/generations/{id}',
  tag: 'darkroom',
  summary: 'Read the production log record of a generation',
  description: 'Every generation has one, failed ones too. The id stands in the header `x-darkroom-generation` of the call.',
  replies: { 200: { description: 'The record.', schema: generationRecordSchema }, ...errorReplies(401, 404) },
  async handle({ parts, principal, request }) {
    const { id } = request.params as { id: string }
    const rows = isId('gen', id) ? await findGeneration(parts.database, { id, ...scopeOf(principal) }) : null
    if (!rows) throw failure('not_found', { param: 'id' })
    return generationRecord(rows)
  },
})
