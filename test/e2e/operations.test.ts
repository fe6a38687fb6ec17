import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureCatalogue } from '../../src/contract/failure-catalogue.ts'
import { postGeneration, promptWith, seeReply, smallCall } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

/** A call without any credential. */
const anonymous = (path: string) => fetch(gateway.url + path)
const asAdmin = (path: string, init: RequestInit = {}) =>
  fetch(gateway.url + path, { ...init, headers: { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' } })

describe('the life of an API key', () => {
  interface Key {
    id: string
    name: string
    last4: string
    key?: string
    last_used_at: string | null
    revoked_at: string | null
  }
  const list = async () => ((await (await asAdmin('/v2/keys')).json()) as { keys: Key[] }).keys
  const create = async (name: string) => {
    const answer = await asAdmin('/v2/keys', { method: 'POST', body: JSON.stringify({ name }) })
    expect(answer.status).toBe(201)
    return (await answer.json()) as Required<Key>
  }
  const callWith = (key: string) => seeReply(postGeneration(gateway, {}, { headers: { authorization: `Bearer ${key}` } }))

  it('begins with a plaintext that is shown once and works at once', async () => {
    const created = await create('print shop')
    expect(created.key).toMatch(/^dk_live_[0-9A-Za-z]{36}$/)
    expect((await callWith(created.key)).status).toBe(200)
    const listed = (await list()).find(({ id }) => id === created.id)!
    expect(listed).toMatchObject({ name: 'print shop', last4: created.key.slice(-4), revoked_at: null })
    expect(JSON.stringify(await list())).not.toContain(created.key)
  })

  it('ends when it is revoked: refused at once, while its call under way is paid for and ends', async () => {
    const { id, key } = await create('temporary')
    const running = callWithLatency(key)
    while (gateway.gateway.parts.running.size === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    expect((await asAdmin(`/v2/keys/${id}`, { method: 'DELETE' })).status).toBe(200)

    expect(await callWith(key)).toMatchObject({ status: 401, error: { code: 'invalid_api_key', outcome: 'not_charged' } })
    expect(await running).toMatchObject({ status: 200, ending: 'whole' })
    expect((await list()).find((listed) => listed.id === id)).toMatchObject({ revoked_at: expect.stringMatching(/^\d{4}-/) })
    expect(await seeReply(asAdmin(`/v2/keys/${id}`, { method: 'DELETE' }))).toMatchObject({ status: 404 })
  })

  const callWithLatency = (key: string) =>
    seeReply(postGeneration(gateway, { prompt: promptWith('latency=200') }, { headers: { authorization: `Bearer ${key}` } }))

  it.each([
    ['no name', {}, 'name'],
    ['an empty name', { name: '  ' }, 'name'],
    ['a long name', { name: 'n'.repeat(101) }, 'name'],
    ['an unknown member', { name: 'x', admin: true }, 'admin'],
  ])('does not begin with %s', async (_what, body, param) => {
    expect(await seeReply(asAdmin('/v2/keys', { method: 'POST', body: JSON.stringify(body) }))).toMatchObject({
      status: 400,
      error: { param },
    })
  })
})

describe('the description of the API', () => {
  const committed = resolve(import.meta.dirname, '../../openapi.json')

  it('is the committed file (npm run generate writes it)', async () => {
    const served = await anonymous('/openapi.json')
    expect(served.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await served.json()).toEqual(JSON.parse(await readFile(committed, 'utf8')))
  })

  it('is shown as a reference whose every file comes from this server', async () => {
    const page = await anonymous('/docs/')
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    const html = await page.text()
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!)
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) {
      const answer = await fetch(new URL(file, `${gateway.url}/docs/`))
      expect([file, answer.status, new URL(answer.url).origin]).toEqual([file, 200, gateway.url])
      await answer.arrayBuffer()
    }
  })
})

describe('the page of errors', () => {
  it('has the section that every error of the catalogue links to', async () => {
    const html = await (await anonymous('/docs/errors')).text()
    for (const code of Object.keys(failureCatalogue)) expect(html).toContain(`id="${code}"`)
  })

  it.each([
    ['a bad size', { size: '9x9' }],
    ['a bad type', { n: '2' }],
    ['a moderated prompt', { prompt: promptWith('moderation') }],
    ['a rate limit', { prompt: promptWith('status=429') }],
    ['a lost call', { prompt: promptWith('reset-before-headers') }],
    ['an answer without a picture', { prompt: promptWith('no-data') }],
  ])('is where the error of %s leads', async (_what, change) => {
    const { error } = await seeReply(postGeneration(gateway, change))
    const [path, anchor] = error!.docs.split('#')
    const html = await (await anonymous(path!)).text()
    expect(html).toContain(`<section id="${anchor}">`)
  })

  it('and the welcome page load nothing from elsewhere and run no script', async () => {
    for (const path of ['/', '/docs/errors']) {
      const page = await anonymous(path)
      const html = await page.text()
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; style-src 'self'")
      expect(html).not.toMatch(/<script|https?:\/\/(?!127\.0\.0\.1)/)
      expect(html).toContain('/assets/page.css')
    }
    expect((await anonymous('/assets/page.css')).headers.get('content-type')).toBe('text/css; charset=utf-8')
  })
})

describe('what a load balancer and a monitor see', () => {
  it('the process is alive and ready, without a key and without a word about it', async () => {
    expect(await (await anonymous('/healthz')).json()).toEqual({ status: 'ok' })
    expect(await (await anonymous('/readyz')).json()).toEqual({
      status: 'ready',
      checks: { draining: 'ok', database: 'ok', schema: 'ok', store: 'ok', spool: 'ok' },
    })
  })

  it('metrics are for the administrator alone, and hold neither keys nor prompts nor ids', async () => {
    await seeReply(postGeneration(gateway, { prompt: 'a capybara in the metrics' }))
    expect((await anonymous('/metrics')).status).toBe(401)
    expect((await gateway.fetch('/metrics')).status).toBe(404)
    const answer = await asAdmin('/metrics')
    const text = await answer.text()
    expect(answer.headers.get('content-type')).toContain('text/plain')
    expect(text).toMatch(/^darkroom_generation_seconds_count\{operation="generate",surface="images",outcome="completed"\} [1-9]/m)
    expect(text).not.toMatch(/capybara|dk_live_|gen_0|prj_0|sk-/)
  })

  it('the doctor tells the administrator that play money is at work, and finds no fault', async () => {
    const { findings } = (await (await asAdmin('/v2/doctor')).json()) as { findings: { name: string; level: string; found: string }[] }
    expect(findings.filter(({ level }) => level === 'error' || level === 'warning')).toEqual([])
    expect(findings.find(({ name }) => name === 'route sandbox')!.found).toContain('play money')
  })
})

describe('a data folder', () => {
  it('keeps no secret and no prompt where a copy of its database would show it', async () => {
    await using darkroom = await startTestGateway()
    const prompt = 'a narwhal that is nobody else’s business'
    await seeReply(postGeneration(darkroom, { ...smallCall, prompt }))
    await darkroom.gateway.close()
    const database = await readFile(join(darkroom.dataFolder, 'darkroom.db'), 'latin1')
    for (const secret of [darkroom.key, darkroom.adminToken, 'narwhal', 'sk-sandbox']) expect(database).not.toContain(secret)
  })
})
