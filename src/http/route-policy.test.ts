import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import type { Principal } from '../access/index.ts'
import { enforcePolicies, publicPolicy, type RoutePolicy } from './route-policy.ts'

const principals: Record<string, Principal> = {
  key: { kind: 'key', projectId: 'prj_1', keyId: 'key_1' },
  admin: { kind: 'admin', projectId: 'prj_1', keyId: null },
}

/** A server with one route; the credential is the name of a principal. */
function serverWith(policy: RoutePolicy | undefined) {
  const app = Fastify()
  const policies = enforcePolicies(app, async ({ headers }) => {
    const principal = principals[String(headers.authorization)]
    if (!principal) throw Object.assign(new Error('unknown'), { statusCode: 401 })
    return principal
  })
  app.setErrorHandler((error: { status?: number; statusCode?: number }, _request, reply) =>
    reply.code(error.status ?? error.statusCode!).send(),
  )
  app.get('/thing', { config: policy === undefined ? {} : { policy } }, (request) => request.principal ?? { kind: 'anybody' })
  return { app, policies }
}

async function statusesOf(policy: RoutePolicy | undefined): Promise<number[]> {
  const { app } = serverWith(policy)
  const credentials = ['nobody', 'key', 'admin']
  return Promise.all(credentials.map(async (authorization) => (await app.inject({ url: '/thing', headers: { authorization } })).statusCode))
}

describe('policies of routes', () => {
  it('let in whom they name: nobody, a key, the admin token', async () => {
    expect(await statusesOf(publicPolicy)).toEqual([200, 200, 200])
    expect(await statusesOf({ auth: 'key', tenant: 'caller' })).toEqual([401, 200, 200])
    expect(await statusesOf({ auth: 'admin', tenant: 'all' })).toEqual([401, 404, 200])
  })

  it('must be stated: a server with a route that has none does not start, and would not answer on it', async () => {
    const { policies } = serverWith(undefined)
    expect(() => policies.assertStated()).toThrow('routes without a policy: GET /thing')
    expect(() => serverWith(publicPolicy).policies.assertStated()).not.toThrow()
    expect(await statusesOf(undefined)).toEqual([401, 404, 404])
  })

  it('are held against the route that matched, not against the address as it was written', async () => {
    const { app } = serverWith({ auth: 'admin', tenant: 'all' })
    for (const url of ['/thing?x=/healthz', '//thing', '/./thing', '/%74hing', '/thing;/healthz'])
      expect((await app.inject({ url, headers: { authorization: 'key' } })).statusCode).toBe(404)
  })
})
