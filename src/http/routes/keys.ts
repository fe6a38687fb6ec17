import { z } from 'zod'
import type { ApiKeyInfo } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import { isoTime } from '../../primitives/clock.ts'
import { isId } from '../../primitives/ids.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute, type KnownContext } from '../http-route.ts'
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
    expires_at: z.iso.datetime().nullable().describe('When a key that was replaced stops working.'),
  })
  .meta({ id: 'ApiKey' })

const newKeySchema = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    project_id: z.string().max(100).optional().describe('Left out: project `default`.'),
  })
  .meta({ id: 'NewApiKey' })

const HOUR_S = 3600
const rotationSchema = z
  .strictObject({
    overlap_seconds: z
      .int()
      .min(0)
      .max(30 * 24 * HOUR_S)
      .default(24 * HOUR_S)
      .describe('How long the old key works beside the new one; 0 ends it at once.'),
  })
  .meta({ id: 'KeyRotation' })

const keysQuery = z.strictObject({ project_id: z.string().max(100).optional() })
const createdKeySchema = keySchema.extend({ key: z.string() }).meta({ id: 'CreatedApiKey' })

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
    expires_at: timeOrNull(key.expiresAtMs),
  }
}

/** The keys, without the keys themselves. */
export const listKeysRoute = adminRoute({
  method: 'GET',
  path: '/v2/keys',
  tenant: 'all',
  tag: 'operations',
  summary: 'List API keys',
  query: keysQuery,
  replies: {
    200: { description: 'The keys, without the keys themselves.', schema: z.object({ keys: z.array(keySchema) }) },
    ...errorReplies(400, 401, 404),
  },
  async handle({ parts, request }) {
    const { project_id: projectId = null } = readChecked(keysQuery, request.query)
    return { keys: (await parts.access.listKeys({ projectId })).map(presentKey) }
  },
})

/** A new key, shown once. */
export const createKeyRoute = adminRoute({
  method: 'POST',
  path: '/v2/keys',
  tenant: 'all',
  tag: 'operations',
  summary: 'Create an API key',
  description: 'The key itself is in this answer and nowhere else.',
  body: { description: 'What the key is for.', schema: newKeySchema },
  replies: {
    201: { description: 'The key.', schema: createdKeySchema },
    ...errorReplies(400, 401, 404),
  },
  async handle({ parts, principal, request, reply }) {
    const { name, project_id: projectId = principal.projectId } = readChecked(newKeySchema, readJsonBody(request))
    const created = await parts.access.createKey({ projectId, name })
    return reply.code(201).send({ ...presentKey(created), key: created.key.reveal() })
  },
})

/** A key in place of another. */
export const rotateKeyRoute = adminRoute({
  method: 'POST',
  path: '/v2/keys/{id}/rotate',
  tenant: { object: 'key' },
  tag: 'operations',
  summary: 'Replace an API key',
  description:
    'Makes a new key of the same name and project. The old one works for the overlap; at most two keys of a chain work at a time.',
  body: { description: 'How long both work.', schema: rotationSchema },
  replies: { 201: { description: 'The new key.', schema: createdKeySchema }, ...errorReplies(400, 401, 404, 409) },
  async handle({ parts, request, reply }) {
    const { overlap_seconds } = readChecked(rotationSchema, readJsonBody(request))
    const created = await parts.access.rotateKey({ id: keyId(request), overlapMs: overlap_seconds * 1000 })
    return reply.code(201).send({ ...presentKey(created), key: created.key.reveal() })
  },
})

/** A key that works no longer. */
export const revokeKeyRoute = adminRoute({
  method: 'DELETE',
  path: '/v2/keys/{id}',
  tenant: { object: 'key' },
  tag: 'operations',
  summary: 'Revoke an API key',
  description: 'It is refused at once; calls it has under way are paid for and end.',
  replies: {
    200: { description: 'It is revoked.', schema: z.object({ id: z.string(), revoked: z.literal(true) }) },
    ...errorReplies(401, 404),
  },
  async handle({ parts, request }) {
    const id = keyId(request)
    await parts.access.revokeKey({ id, projectId: null })
    return { id, revoked: true }
  },
})

function keyId({ params }: KnownContext['request']): string {
  const { id } = params as { id: string }
  if (!isId('key', id)) throw failure('not_found', { param: 'id' })
  return id
}
