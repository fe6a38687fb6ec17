import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SESSION_MS } from '../../src/access/index.ts'
import { smallCall } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
let behindTls: TestGateway
const own = { 'x-darkroom-csrf': '1', 'content-type': 'application/json' }

beforeAll(async () => {
  gateway = await startTestGateway()
  behindTls = await startTestGateway({ yaml: 'version: 1\npublic_url: https://darkroom.example\ntrust_proxy: true' })
})
afterAll(() => Promise.all([gateway?.close(), behindTls?.close()]))

/** By hand: `fetch` lets nobody say what Host and Origin are. */
function send(url: string, method: string, headers: Record<string, string>, body?: object) {
  return new Promise<{ status: number; cookie: string; code: string; body: Record<string, unknown> }>((resolve, reject) => {
    const call = request(url, { method, headers }, async (answer) => {
      const text = (await answer.toArray()).join('')
      const read = answer.headers['content-type']?.includes('json') ? JSON.parse(text) : {}
      resolve({ status: answer.statusCode!, cookie: answer.headers['set-cookie']?.[0] ?? '', code: docsCode(read), body: read })
    })
    call.on('error', reject)
    call.end(body && JSON.stringify(body))
  })
}
const docsCode = (body: { error?: { docs?: string } }) => body.error?.docs?.split('#')[1] ?? ''
const signIn = (headers: Record<string, string> = {}, body: object = { key: gateway.key }) =>
  send(`${gateway.url}/v2/session`, 'POST', { ...own, origin: gateway.url, ...headers }, body)
const pair = ({ cookie }: { cookie: string }) => cookie.split(';')[0]!

describe('a session of a browser', () => {
  it('acts as the key or the administrator that opened it, on every address that takes a key', async () => {
    const [key, admin] = [await signIn(), await signIn({}, { key: gateway.adminToken })]
    expect(key).toMatchObject({ status: 201, body: { role: 'key', project: { name: 'default' }, play_money: true } })
    expect(admin).toMatchObject({ status: 201, body: { role: 'admin' } })
    const statuses = async (cookie: string) => {
      const paths = ['/v2/jobs', '/v1/models', '/v2/keys']
      return Promise.all(paths.map(async (path) => (await send(gateway.url + path, 'GET', { cookie })).status))
    }
    expect(await statuses(pair(key))).toEqual([200, 200, 404])
    expect(await statuses(pair(admin))).toEqual([200, 200, 200])
    const made = await send(`${gateway.url}/v1/images/generations`, 'POST', { ...own, origin: gateway.url, cookie: pair(key) }, smallCall)
    expect([made.status, made.code]).toEqual([200, ''])
  })

  it('is kept in a cookie that no script reads, for twelve hours, by port on loopback and by host behind https', async () => {
    const port = new URL(gateway.url).port
    expect((await signIn()).cookie).toMatch(
      new RegExp(`^darkroom-${port}=[\\w-]{43}; Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; SameSite=Strict$`),
    )
    const host = { host: 'darkroom.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' }
    const far = { ...own, ...host, origin: 'https://darkroom.example' }
    const secure = await send(`${behindTls.url}/v2/session`, 'POST', far, { key: behindTls.key })
    expect(secure.cookie).toMatch(/^__Host-darkroom=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/)
    expect((await send(`${behindTls.url}/v2/jobs`, 'GET', { ...host, cookie: pair(secure) })).status).toBe(200)
  })

  it('is not opened where it could be read on the way: plain http from another computer, or through a proxy', async () => {
    const refused = { status: 403, code: 'sign_in_needs_https', cookie: '' }
    for (const headers of [{ host: '192.0.2.7:4100' }, { 'x-forwarded-for': '203.0.113.9' }, { via: '1.1 proxy' }] as Record<
      string,
      string
    >[]) {
      expect(await signIn(headers)).toMatchObject(refused)
      expect((await send(`${gateway.url}/v2/session`, 'GET', headers)).body).toEqual({ session: null, sign_in: 'needs_https' })
    }
    const plain = { ...own, host: 'darkroom.example', 'x-forwarded-proto': 'http', 'x-forwarded-for': '203.0.113.9' }
    // The address that clients are told is https: a browser that got here otherwise throws the cookie away.
    expect(
      (await send(`${behindTls.url}/v2/session`, 'POST', { ...plain, origin: 'http://darkroom.example' }, { key: behindTls.key })).status,
    ).toBe(403)
  })

  it('is of no use to a page of another origin, also one of another port here', async () => {
    const cookie = pair(await signIn())
    const job = (headers: Record<string, string>) =>
      send(`${gateway.url}/v2/webhooks`, 'POST', { cookie, ...headers }, { url: 'https://receiver.example/' })
    const { 'x-darkroom-csrf': _, ...bare } = own
    const refused = { status: 403, code: 'cross_site_request' }
    expect(await job({ ...bare, origin: gateway.url })).toMatchObject(refused)
    expect(await job({ ...own })).toMatchObject(refused)
    expect(await job({ ...own, origin: 'null' })).toMatchObject(refused)
    expect(await job({ ...own, origin: 'http://127.0.0.1:1' })).toMatchObject(refused)
    expect(await job({ ...own, origin: gateway.url, 'sec-fetch-site': 'same-site' })).toMatchObject(refused)
    expect((await job({ ...own, origin: gateway.url, 'sec-fetch-site': 'same-origin' })).status).toBe(201)
    for (const site of ['cross-site', 'same-site'])
      expect(await send(`${gateway.url}/v2/jobs`, 'GET', { cookie, 'sec-fetch-site': site })).toMatchObject(refused)
    expect(await signIn({ origin: 'https://evil.example' })).toMatchObject(refused)
  })

  it('gives way to a key that is shown beside it, good or wrong', async () => {
    const cookie = pair(await signIn({}, { key: gateway.adminToken }))
    expect((await send(`${gateway.url}/v2/keys`, 'GET', { cookie, authorization: `Bearer ${gateway.key}` })).status).toBe(404)
    expect((await send(`${gateway.url}/v2/keys`, 'GET', { cookie, authorization: 'Bearer nonsense' })).status).toBe(401)
  })

  it('ends with the key that opened it, at once', async () => {
    const { access } = gateway.gateway.parts
    const made = await access.createKey({ projectId: access.defaultProjectId, name: 'short-lived' })
    const cookie = pair(await signIn({}, { key: made.key.reveal() }))
    expect((await send(`${gateway.url}/v2/jobs`, 'GET', { cookie })).status).toBe(200)
    await access.revokeKey({ id: made.id, projectId: null })
    expect(await send(`${gateway.url}/v2/jobs`, 'GET', { cookie })).toMatchObject({ status: 401, code: 'invalid_api_key' })
    expect((await send(`${gateway.url}/v2/session`, 'GET', { cookie })).body).toEqual({ session: null, sign_in: 'allowed' })
  })

  it('ends when somebody signs out, for every copy of its cookie', async () => {
    const cookie = pair(await signIn())
    const out = await send(`${gateway.url}/v2/session`, 'DELETE', { ...own, origin: gateway.url, cookie })
    expect(out.cookie).toMatch(/^darkroom-\d+=; Path=\/; Max-Age=0; HttpOnly; SameSite=Strict$/)
    expect((await send(`${gateway.url}/v2/jobs`, 'GET', { cookie })).status).toBe(401)
    expect((await send(`${gateway.url}/v2/session`, 'DELETE', { ...own, origin: gateway.url, cookie })).status).toBe(200)
  })
})

describe('the link that start-up prints', () => {
  it('signs the administrator in once, on this computer, and is worth nothing after another was made', async () => {
    const codes = gateway.gateway.parts.access.signInCodes
    const [old, code] = [codes.make().reveal(), codes.make().reveal()]
    const used = { status: 401, code: 'sign_in_code_used' }
    expect(await signIn({}, { code: old })).toMatchObject(used)
    expect(await signIn({ 'x-forwarded-for': '203.0.113.9' }, { code })).toMatchObject({ status: 403 })
    expect(await signIn({}, { code })).toMatchObject({ status: 201, body: { role: 'admin' } })
    expect(await signIn({}, { code })).toMatchObject(used)
  })
})
