import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeApiKey } from '../../src/access/api-key.ts'
import type { HttpRoute } from '../../src/http/http-route.ts'
import type { OwnedObject } from '../../src/http/route-policy.ts'
import { httpRoutes } from '../../src/http/routes/index.ts'
import { openTwoTenants, type Role, refusedRoles, roles, type TwoTenants, unknownId } from '../support/two-tenants.ts'
import { ask, type RouteSample, routeSamples } from './route-samples.ts'

let world: TwoTenants

beforeAll(async () => {
  world = await openTwoTenants()
})
afterAll(() => world.gateway.close())

const nameOf = ({ method, path }: HttpRoute) => `${method} ${path}`
const objectOf = ({ policy: { tenant } }: HttpRoute) => (typeof tenant === 'object' ? tenant.object : null)
const refused: readonly Role[] = refusedRoles

/** What the stated policy of a route promises a role. */
function promised({ policy: { auth, tenant } }: HttpRoute, role: Role, { status }: RouteSample): number {
  if (auth === 'public') return status
  if (refused.includes(role)) return 401
  if (auth === 'admin' && role !== 'admin') return 404
  if (typeof tenant === 'object' && role === 'stranger') return 404
  return status
}

/** The owner's object that an address names, a new one where the route uses it up and is going to be let in. */
async function idFor(route: HttpRoute, sample: RouteSample, isLetIn: boolean): Promise<string> {
  if (isLetIn && sample.fresh) return sample.fresh(world)
  const object = objectOf(route)
  return object ? world.objects[object] : 'gpt-image-2'
}

/** An answer without what is new each time. */
function shapeOf({ status, headers, text }: Awaited<ReturnType<typeof ask>>) {
  const { date: _, 'x-request-id': requestId, ...stable } = Object.fromEntries(headers)
  return JSON.stringify({ status, stable, text: text.replaceAll(requestId!, '') })
}

describe('every route', () => {
  it('has a sample here, and every sample a route', () => {
    expect(Object.keys(routeSamples).sort()).toEqual(httpRoutes.map(nameOf).sort())
  })

  // What destroys the shared objects comes last.
  const ordered = httpRoutes.toSorted((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'))

  it.each(ordered.map((route) => [`${nameOf(route)} (${route.policy.auth})`, route] as const))(
    '%s answers each role as its policy says',
    async (_title, route) => {
      const sample = routeSamples[nameOf(route)]!
      const [answered, expected]: Record<string, number>[] = [{}, {}]
      for (const role of roles) {
        expected![role] = promised(route, role, sample)
        const id = await idFor(route, sample, expected![role] === sample.status)
        const answer = await ask(world, route, sample, role, id)
        answered![role] = answer.status
        if (role === 'stranger') for (const theirs of Object.values(world.objects)) expect(answer.text).not.toContain(theirs)
        if (route.method === 'GET')
          expect([role, (await ask(world, { ...route, method: 'HEAD' }, sample, role, id)).status]).toEqual([role, answer.status])
      }
      expect(answered).toEqual(expected)
    },
  )
})

describe('an object of another project', () => {
  const owned = httpRoutes.filter((route) => objectOf(route) !== null)
  const paths = [...new Map(owned.map((route) => [route.path, objectOf(route)!]))]

  it('is named by the addresses that have an id', () => {
    // Models belong to nobody, a signed or public address to whoever has it, broken answers, batches, secrets, legal holds and walks of routes to the administrator; a caller's own key is looked up in its project alone.
    const withId = httpRoutes.filter(
      ({ path }) =>
        /\{(?!route\}|key\}|name\})/.test(path) &&
        !['/v1/models/{id}', '/v2/quarantine/{id}', '/v2/batches/{id}', '/v2/images/{id}/signed', '/p/{id}'].includes(path) &&
        !/^\/v2\/(?:legal-holds|rollouts)\//.test(path),
    )
    expect(owned.map(nameOf).sort()).toEqual(withId.map(nameOf).sort())
  })

  it.each(paths)('B70 %s: cannot be told from one that never was, by any method', async (path, object) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const isServed = owned.some(
        (route) => route.path === path && (route.method === method || (route.method === 'GET' && method === 'HEAD')),
      )
      const sample = routeSamples[`${method} ${path}`] ?? {}
      const real = await ask(world, { method, path }, sample, 'stranger', world.objects[object])
      const invented = await ask(world, { method, path }, sample, 'stranger', unknownId(object))
      expect(shapeOf(real)).toBe(shapeOf(invented))
      expect([method, real.status]).toEqual([method, isServed ? 404 : 405])
    }
  })

  const bodies: readonly [string, string, (id: string) => object, OwnedObject][] = [
    ['the file of an edit', '/v1/images/edits', (id) => ({ model: 'gpt-image-2', prompt: 'x', images: [{ file_id: id }] }), 'file'],
    ['the picture of an edit', '/v1/images/edits', (id) => ({ model: 'gpt-image-2', prompt: 'x', images: [{ file_id: id }] }), 'image'],
    [
      'the address of an edit’s picture',
      '/v1/images/edits',
      (id) => ({ model: 'gpt-image-2', prompt: 'x', images: [{ image_url: `${world.gateway.url}/v2/images/${id}` }] }),
      'image',
    ],
    [
      'the picture of a turn',
      '/v1/responses',
      (id) => ({ ...turn, input: [{ role: 'user', content: [{ type: 'input_image', file_id: id }] }] }),
      'image',
    ],
    ['the file of a check', '/v2/check?operation=edit', (id) => ({ model: 'gpt-image-2', prompt: 'x', images: [{ file_id: id }] }), 'file'],
  ]
  const turn = { model: 'gpt-5.4', input: 'go on', tools: [{ type: 'image_generation' }] }

  it.each(bodies)('B70 is not there in a body either: %s', async (_what, path, body, object) => {
    const posts = world.gateway.gateway.sandbox!.calls.posts()
    const [real, invented] = [world.objects[object], unknownId(object)]
    const answers = []
    for (const id of [real, invented]) answers.push(await ask(world, { method: 'POST', path }, { body: body(id) }, 'stranger', ''))
    expect(answers[0]!.text).toContain('not_found')
    expect(shapeOf(answers[0]!).replaceAll(real, 'ID')).toBe(shapeOf(answers[1]!).replaceAll(invented, 'ID'))
    expect(world.gateway.gateway.sandbox!.calls.posts()).toBe(posts)
  })
})

it('B70 a turn of another project is not gone on from, although upstream would', async () => {
  const posts = world.gateway.gateway.sandbox!.calls.posts()
  const body = { model: 'gpt-5.4', input: 'go on', tools: [{ type: 'image_generation' }], previous_response_id: world.objects.response }
  const answer = await ask(world, { method: 'POST', path: '/v1/responses' }, { body }, 'stranger', '')
  expect(answer).toMatchObject({ status: 404, text: expect.stringContaining('response_not_found') })
  expect(world.gateway.gateway.sandbox!.calls.posts()).toBe(posts)
})

describe('a refusal of a credential', () => {
  it('B67 has one shape for every reason and every route: status, headers, body', async () => {
    const shapes = new Set<string>()
    for (const route of httpRoutes.filter(({ policy }) => policy.auth !== 'public'))
      for (const role of refusedRoles) shapes.add(shapeOf(await ask(world, route, {}, role, 'any')))
    expect(shapes.size).toBe(1)
    const [shape] = shapes
    for (const credential of Object.values(world.credentials)) if (credential) expect(shape).not.toContain(credential.slice(0, 12))
    expect(shape).not.toMatch(/api_keys|sqlite|select|digest|hmac|node|\d+\.\d+\.\d+/i)
  })

  it('B64 asks the database nothing where the checksum already says that the key is none', async () => {
    const { database, webhookDeliveries, jobSets, batches, retentionRounds } = world.gateway.gateway.parts
    // Whoever looks into the database from time to time is not what this is about.
    await Promise.all([webhookDeliveries, jobSets, batches, retentionRounds].map((looking) => looking.close()))
    const reads = vi.spyOn(database, 'read')
    const route = { method: 'GET', path: '/v1/models' }
    for (const role of ['nobody', 'malformed'] as const) expect((await ask(world, route, {}, role, '')).status).toBe(401)
    expect(reads).not.toHaveBeenCalled()
    const inventing = { ...world, credentials: { ...world.credentials, unknown: makeApiKey() } }
    expect((await ask(inventing, route, {}, 'unknown', '')).status).toBe(401)
    expect(reads).toHaveBeenCalledTimes(1)
    reads.mockRestore()
  })
})
