import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HttpRoute } from '../../src/http/http-route.ts'
import { httpRoutes } from '../../src/http/routes/index.ts'
import { exchange, rawRequest } from '../support/raw-http.ts'
import { startTestGateway } from '../support/test-gateway.ts'
import { openTwoTenants, type TwoTenants } from '../support/two-tenants.ts'
import { ask, routeSamples } from './route-samples.ts'

let world: TwoTenants

beforeAll(async () => {
  world = await openTwoTenants()
})
afterAll(() => world.gateway.close())

const nameOf = ({ method, path }: HttpRoute) => `${method} ${path}`
const isPage = ({ replies }: HttpRoute) => replies[200]?.contentType === 'text/html'
/** A signed address is asked for without a signature here, a public one that never was, and a review of a deleted picture: all answer with the refusal. */
const refusals = ['/signed', '/p/{id}', '/v2/reviews/{id}/image']
const isPicture = ({ path, replies }: HttpRoute) =>
  replies[200]?.contentType === 'image/*' && !refusals.some((address) => path.endsWith(address))
const isSmall = ({ path }: HttpRoute) => path.endsWith('/thumbnail')
const isStyle = ({ replies }: HttpRoute) => replies[200]?.contentType === 'text/css'

/** What no reply is without, and what none has. */
function expectGuarded(headers: Record<string, string | undefined>): void {
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': expect.stringMatching(/^default-src 'none'; /),
  })
  const unwanted = Object.keys(headers).filter((name) => /^access-control-|^server$|^x-powered-by$|^set-cookie$/.test(name))
  expect(unwanted).toEqual([])
}

async function headersOf(route: HttpRoute, role: 'owner' | 'admin' | 'nobody', sample = routeSamples[nameOf(route)]!) {
  const { tenant } = route.policy
  const known = typeof tenant === 'object' ? world.objects[tenant.object] : 'gpt-image-2'
  const id = sample.fresh ? await sample.fresh(world) : known
  const { status, headers } = await ask(world, route, sample, role, id)
  return { status, headers: Object.fromEntries(headers) }
}

describe('the headers of every route', () => {
  it.each(httpRoutes.map((route) => [nameOf(route), route] as const))('%s', async (_name, route) => {
    const { headers } = await headersOf(route, route.policy.auth === 'admin' ? 'admin' : 'owner')
    expectGuarded(headers)
    if (isPage(route)) {
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
        'permissions-policy': expect.stringContaining('camera=()'),
        'x-frame-options': 'DENY',
      })
      expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/)
      expect(headers['content-security-policy']).not.toMatch(/script-src|unsafe|https?:|\*/)
    } else if (isPicture(route)) {
      expect(headers).toMatchObject({
        'content-type': isSmall(route) ? 'image/webp' : 'image/png',
        'content-security-policy': "default-src 'none'; sandbox",
        'content-disposition': expect.stringMatching(/^inline; filename="(?:img|file)_[0-9a-f]{44}(?:-drift|-guard|-\d+)?\.(?:png|webp)"$/),
        'cache-control': isSmall(route) ? 'private, max-age=604800, immutable' : 'private, max-age=0, must-revalidate',
      })
    } else expect(headers['cache-control']).toBe(isStyle(route) ? 'public, max-age=3600' : 'no-store')
    if (route.policy.auth === 'public') return
    const refused = await headersOf(route, 'nobody', { status: 401 })
    expect(refused.status).toBe(401)
    expectGuarded(refused.headers)
    expect(refused.headers['cache-control']).toBe('no-store')
  })
})

describe('the headers of what is no route', () => {
  it.each([
    ['nothing there', 'GET /nothing', 404],
    ['another method', 'PUT /v1/models', 405],
    ['a preflight', 'OPTIONS /v1/models', 204],
    ['a path that cannot be decoded', 'GET /v2/images/%zz', 404],
    ['headers that are too large', `GET /${'a'.repeat(17_000)}`, 431],
    ['an address that is too long', `GET /${'a'.repeat(9_000)}`, 414],
    ['no HTTP', 'BREW /v1/models', 400],
  ])('%s', async (_what, line, status) => {
    const answer = await exchange(world.gateway.url, rawRequest(line, { Host: 'localhost', Origin: 'https://evil.example' }))
    expect(answer.status).toBe(status)
    expectGuarded(answer.headers)
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('a stream of events', async () => {
    const body = { ...routeSamples['POST /v1/images/generations']!.body, stream: true }
    const answer = await ask(world, { method: 'POST', path: '/v1/images/generations' }, { body }, 'owner', '')
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expectGuarded(Object.fromEntries(answer.headers))
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it.each(['/docs/', '/docs/static/swagger-ui-bundle.js', '/docs/static/swagger-ui.css', '/docs/json', '/openapi.json'])(
    'the reference: %s',
    async (path) => {
      const { status, headers } = await fetch(world.gateway.url + path)
      expect(status).toBe(200)
      expectGuarded(Object.fromEntries(headers))
      expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/)
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|\*/)
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    },
  )
})

it('a gateway that is reached by https says so to browsers, one that is not does not', async () => {
  await using secure = await startTestGateway({ yaml: 'version: 1\npublic_url: https://pictures.example\n' })
  expect((await fetch(`${secure.url}/healthz`)).headers.get('strict-transport-security')).toBe('max-age=31536000')
  expect((await fetch(`${world.gateway.url}/healthz`)).headers.get('strict-transport-security')).toBeNull()
})
