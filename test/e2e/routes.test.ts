import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckReply, routesReplySchema } from '../../src/contract/record.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { postGeneration, seeReply, settledRecord, smallCall } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

/** A flat-price provider whose documentation knows no size, and one of which nothing was stated; the sandbox plays both upstreams. */
const configFile = (upstream: string) => `version: 1
routes:
  - id: flat
    preset: laozhang-per-call
    base_url: ${upstream}/v1
    key: { env: FLAT_KEY }
    rights: { store: true, commercial: true }
    abuse: abuse@flat.example
  - id: plain
    owner: darkroom-sandbox
    kind: wrapper
    base_url: ${upstream}/v1
    key: { env: FLAT_KEY }
    capabilities:
      - { from: 2026-01-01, formats: [png, webp], streaming: false, edits: true, mask: false, source: manual }
`

let sandbox: Sandbox
let gateway: TestGateway

beforeAll(async () => {
  sandbox = await startSandbox({ latencyMs: 0, flat: true })
  gateway = await startTestGateway({ yaml: configFile(sandbox.url), environment: { FLAT_KEY: 'sk-flat-canary-5512' } })
})
afterAll(async () => {
  await gateway.close()
  await sandbox.close()
})

const onRoute = (route: string) => ({ headers: { 'x-darkroom-route': route } })

describe('GET /v2/routes', () => {
  it('shows each contract with its source, its price and the names of what is missing, and nothing of its key', async () => {
    const reply = await gateway.fetch('/v2/routes')
    const text = await reply.text()
    const { routes } = routesReplySchema.parse(JSON.parse(text))
    expect(routes.map(({ id, grade }) => [id, grade])).toEqual([
      ['flat', 'manual-test'],
      ['plain', 'manual-test'],
    ])
    expect(routes[0]).toMatchObject({
      owner: 'laozhang.ai',
      preset: { name: 'laozhang-per-call', read_on: '2026-11-20', source: expect.stringContaining('documentation') },
      price_cards: [{ id: 'laozhang-per-call', kind: 'per_call', source: expect.any(String) }],
      output_rights: { store: true, commercial: true },
      abuse: 'abuse@flat.example',
      failed_call_billing: null,
    })
    expect(routes[0]!.missing).toEqual(expect.arrayContaining(['failed_calls.timeout', 'rights.delete', 'terms', 'support']))
    expect(routes[0]!.missing).not.toContain('abuse')
    expect(text).not.toMatch(/canary|FLAT_KEY/)
  })

  it('asks for a key', async () => {
    expect((await fetch(`${gateway.url}/v2/routes`)).status).toBe(401)
  })
})

describe('what a route does not declare', () => {
  it.each([
    ['an explicit size', 'flat', { size: '1024x1024', quality: 'auto' }, 'size'],
    ['an explicit quality', 'flat', { size: 'auto', quality: 'low' }, 'quality'],
    ['a stream', 'plain', { stream: true }, 'stream'],
    ['a format', 'plain', { output_format: 'jpeg' }, 'output_format'],
  ])('is refused before any upstream byte: %s', async (_what, route, change, param) => {
    const before = sandbox.calls.posts()
    const seen = await seeReply(postGeneration(gateway, change, onRoute(route)))
    expect(seen).toMatchObject({
      status: 400,
      error: { code: 'unsupported_on_route', param, outcome: 'not_charged', next_action: 'reroute' },
    })
    expect(seen.error!.message).toContain(`Route '${route}' does not take `)
    expect(sandbox.calls.posts()).toBe(before)
  })

  it('is said by a check, too, all of it at once', async () => {
    const reply = await gateway.fetch('/v2/check?operation=generate', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-darkroom-route': 'flat' },
      body: JSON.stringify({ ...smallCall, size: '1024x1024', quality: 'low' }),
    })
    const { ok, refusals } = (await reply.json()) as CheckReply
    expect([ok, refusals.map(({ error }) => error.param)]).toEqual([false, ['size', 'quality']])
  })

  it('refuses a mask before its pictures are fetched', async () => {
    const before = sandbox.calls.posts()
    const reply = await gateway.fetch('/v1/images/edits', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-darkroom-route': 'plain' },
      body: JSON.stringify({
        model: 'gpt-image-2',
        prompt: 'A hat',
        images: [{ image_url: 'https://pictures.invalid/a.png' }],
        mask: { image_url: 'https://pictures.invalid/m.png' },
      }),
    })
    expect([reply.status, await reply.json()]).toMatchObject([400, { error: { code: 'unsupported_on_route' } }])
    expect(sandbox.calls.posts()).toBe(before)
  })
})

describe('a call that names neither size nor quality', () => {
  it('is served at the flat price, and its record holds the whole contract with what was missing', async () => {
    const seen = await seeReply(postGeneration(gateway, { size: 'auto', quality: 'auto' }, onRoute('flat')))
    expect(seen.status).toBe(200)
    const record = await settledRecord(gateway, seen.generationId!)
    expect(record).toMatchObject({
      route_owner: 'laozhang.ai',
      cost: { settled_nanos: '30000000' },
      route_contract: {
        owner: 'laozhang.ai',
        preset: 'laozhang-per-call',
        price_card: 'laozhang-per-call@2026-11-20',
        capabilities: [{ models: ['gpt-image-2'], sizes: [], qualities: [], mask: null }, { models: ['gpt-image-2-vip'] }],
        billing: null,
        output_rights: { store: true, commercial: true },
        abuse: 'abuse@flat.example',
      },
    })
    expect(record.route_contract['missing']).toEqual(expect.arrayContaining(['terms', 'failed_calls.policy', 'capabilities[0].mask']))
    expect(JSON.stringify(record)).not.toContain('canary')
  })
})
