import { z } from 'zod'
import type { ApiKeyInfo } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import { isoTime } from '../../primitives/clock.ts'
import { isId } from '../../primitives/ids.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'

const keySchema = z
  .object({
    id: z.string(),
    project_id: z.string(),
    name: z.string(),
    last4: z.string(),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiKey' })

const newKeySchema = z.strictObject({ name: z.string().trim().min(1).max(100) }).meta({ id: 'NewApiKey' })

const timeOrNull = (epochMs: number | null) => (epochMs === null ? null : isoTime(epochMs))

function presentKey(key: ApiKeyInfo): z.infer<typeof keySchema> {
  return {
    id: key.id,
    project_id: key.projectId,
    name: key.name,
    last4: key.last4,
    created_at: isoTime(key.createdAtMs),
    last_used_at: timeOrNull(key.lastUsedAtMs),
    revoked_at: timeOrNull(key.revokedAtMs),
  }
}

/** The keys, without the keys themselves. */
export const listKeysRoute = adminRoute({
  method: 'GET',
  path: '/v2/keys',
  tag: 'operations',
  summary: 'List API keys',
  replies: {
    200: { description: 'The keys, without the keys themselves.', schema: z.object({ keys: z.array(keySchema) }) },
    ...errorReplies(401, 404),
  },
  handle: async ({ parts }) => ({ keys: (await parts.access.listKeys({ projectId: null })).map(presentKey) }),
})

/** A new key, shown once. */
export const createKeyRoute = adminRoute({
  method: 'POST',
  path: '/v2/keys',
  tag: 'operations',
  summary: 'Create an API key',
  description: 'The key itself is in this answer and nowhere else.',
  body: { description: 'What the key is for.', schema: newKeySchema },
  replies: {
    201: { description: 'The key.', schema: keySchema.extend({ key: z.string() }).meta({ id: 'CreatedApiKey' }) },
    ...errorReplies(400, 401, 404),
  },
  async handle({ parts, principal, request, reply }) {
    const { name } = readChecked(newKeySchema, readJsonBody(request))
    const created = await parts.access.createKey({ projectId: principal.projectId, name })
    return reply.code(201).send({ ...presentKey(created), key: created.key.reveal() })
  },
})

/** A key that works no longer. */
export const revokeKeyRoute = adminRoute({
  method: 'DELETE',
  path: '/v2/keys/{id}',
  tag: 'operations',
  summary: 'Revoke an API key',
  description: 'It is refused at once; calls it has under way are paid for and end.',
  replies: {
    200: { description: 'It is revoked.', schema: z.object({ id: z.string(), revoked: z.literal(true) }) },
    ...errorReplies(401, 404),
  },
  async handle({ parts, request }) {
    const { id } = request.params as { id: string }
    if (!isId('key', id)) throw failure('not_found', { param: 'id' })
    await parts.access.revokeKey({ id, projectId: null })
    return { id, revoked: true }
  },
})
