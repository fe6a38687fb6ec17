import { z } from 'zod'
import { failure } from '../../contract/failure.ts'
import type { GatewayParts } from '../../flows/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { Secret } from '../../primitives/secret.ts'
import { secretName, secretsOf } from '../../routes/index.ts'
import type { StoredSecret } from '../../vault/index.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'

const secretSchema = z
  .object({
    name: z.string(),
    version: z.int().describe('How often it was set.'),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    used_by: z.array(z.string()).describe('Ids of the routes that take a key from it.'),
  })
  .meta({ id: 'UpstreamSecret' })

const newSecretSchema = z
  .strictObject({
    name: z
      .string()
      .regex(secretName, 'expected lower-case letters, digits and dashes')
      .describe('As darkroom.yaml names it: `key: { secret: name }`.'),
    value: z
      .string()
      .regex(/^[\x21-\x7e]{1,4096}$/, 'expected 1 to 4,096 visible ASCII characters, as a header can carry them')
      .describe('The key itself. It is never shown again.'),
  })
  .meta({ id: 'NewUpstreamSecret' })

/** The secrets, without values. */
export const listSecretsRoute = adminRoute({
  method: 'GET',
  path: '/v2/secrets',
  tenant: 'all',
  tag: 'operations',
  summary: 'List the keys of upstreams that are kept here',
  description: 'Names and dates. Values are never shown.',
  replies: {
    200: { description: 'The secrets, by name.', schema: z.object({ secrets: z.array(secretSchema) }) },
    ...errorReplies(401, 404),
  },
  handle: ({ parts }) => ({ secrets: parts.vault.list().map((secret) => presentSecret(parts, secret)) }),
})

/** A key of an upstream, or a newer one in its place. */
export const setSecretRoute = adminRoute({
  method: 'POST',
  path: '/v2/secrets',
  tenant: 'all',
  tag: 'operations',
  summary: 'Keep the key of an upstream, or replace it',
  description: 'Encrypted under the master key. The calls made from now on use it; those under way go on with the old one.',
  body: { description: 'Its name and its value.', schema: newSecretSchema },
  replies: { 200: { description: 'It is kept.', schema: secretSchema }, ...errorReplies(400, 401, 404) },
  async handle({ parts, request }) {
    const { name, value } = readChecked(newSecretSchema, readJsonBody(request))
    const secret = await parts.vault.set(name, new Secret(value))
    parts.signals.send('vault')
    return presentSecret(parts, secret)
  },
})

/** A secret that is kept no longer. */
export const removeSecretRoute = adminRoute({
  method: 'DELETE',
  path: '/v2/secrets/{name}',
  tenant: 'all',
  tag: 'operations',
  summary: 'Forget the key of an upstream',
  description: 'Refused while a route takes its key from it.',
  replies: {
    200: { description: 'It is gone.', schema: z.object({ name: z.string(), removed: z.literal(true) }) },
    ...errorReplies(401, 404, 409),
  },
  async handle({ parts, request }) {
    const { name } = request.params as { name: string }
    const users = usersOf(parts, name)
    if (users.length > 0)
      throw failure('secret_in_use', {
        param: 'name',
        message: `Calls on ${users.join(', ')} are made with this secret. It was kept and nothing was charged; take the route out of darkroom.yaml first, or set another value.`,
      })
    await parts.vault.remove(name)
    parts.signals.send('vault')
    return { name, removed: true }
  },
})

const usersOf = ({ routes }: GatewayParts, name: string) =>
  routes.list().flatMap((route) => (secretsOf(route).includes(name) ? [route.id] : []))

function presentSecret(parts: GatewayParts, { name, version, createdAtMs, updatedAtMs }: StoredSecret): z.infer<typeof secretSchema> {
  return { name, version, created_at: isoTime(createdAtMs), updated_at: isoTime(updatedAtMs), used_by: usersOf(parts, name) }
}
