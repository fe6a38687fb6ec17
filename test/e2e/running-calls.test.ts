import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BudgetReply } from '../../src/contract/record.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { callAs, makeBudget, makeKey, makeProject, readBudget } from '../support/admin-calls.ts'
import {
  ledgerLines,
  postGeneration,
  promptWith,
  readRecord,
  type SeenReply,
  seeReply,
  settledRecord,
} from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const callWith = (key: string, script = ''): Promise<SeenReply> =>
  seeReply(postGeneration(gateway, { prompt: promptWith(script) }, { headers: { authorization: `Bearer ${key}` } }))

/** Waits until the sandbox has one call more than before. */
async function underWay(begin: () => Promise<SeenReply>): Promise<Promise<SeenReply>[]> {
  const { calls } = gateway.gateway.sandbox!
  const before = calls.posts()
  const reply = begin()
  while (calls.posts() === before) await new Promise((resolve) => setTimeout(resolve, 2))
  return [reply]
}

describe('a call under way', () => {
  it('F73 finishes when its key is revoked, and its project has the picture; the key is worth nothing', async () => {
    const { project, key, keyId } = await makeProject(gateway, 'revoked')
    const other = await makeKey(gateway, project.id)
    const [reply] = await underWay(() => callWith(key, 'latency=500'))
    const asAdmin = { authorization: `Bearer ${gateway.adminToken}` }
    const revoked = await fetch(`${gateway.url}/v2/keys/${keyId}`, { method: 'DELETE', headers: asAdmin })
    expect(revoked.ok).toBe(true)
    expect((await callWith(key)).status).toBe(401)

    const { status, generationId, text } = await reply!
    expect(status).toBe(200)
    const asOther = { authorization: `Bearer ${other.key}` }
    const record = await fetch(`${gateway.url}/v2/generations/${generationId}`, { headers: asOther })
    const { images, cost } = (await record.json()) as { images: { id: string }[]; cost: { settled_nanos: string } }
    expect(BigInt(cost.settled_nanos)).toBeGreaterThan(0n)
    const picture = await fetch(`${gateway.url}/v2/images/${images[0]!.id}`, { headers: asOther })
    expect(Buffer.from(await picture.arrayBuffer()).toString('base64')).toBe(JSON.parse(text).data[0].b64_json)
  })

  it('F35 finishes when upstream is five times as slow: no call is given up by us, none is unknown', async () => {
    const { key } = await makeProject(gateway, 'slow upstream')
    const replies = await Promise.all(Array.from({ length: 20 }, (_, index) => callWith(key, `latency=${index < 10 ? 100 : 500}`)))
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200))
    const own = { ...gateway, fetch: (path: string) => fetch(gateway.url + path, { headers: { authorization: `Bearer ${key}` } }) }
    expect((await ledgerLines(own)).filter(({ kind }) => kind === 'hold_unknown')).toEqual([])
  })
})

describe('a call under way on a route that costs real money', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await startSandbox({ latencyMs: 0, flat: true })
  })
  afterAll(() => sandbox.close())

  const yamlWith = (id: string, price: string) => `version: 1
routes:
  - { id: ${id}, owner: acme, kind: provider, base_url: '${sandbox.url}/v1', key: { env: UPSTREAM_KEY }, price_card: ${id}-card }
price_cards:
  - { id: ${id}-card, date: 2026-01-01, owner: acme, kind: per_call, per_call: "${price}", per: call, models: [gpt-image-2], source: s }
`
  const environment = { UPSTREAM_KEY: 'sk-upstream' }

  it('F72 finishes and settles when its budget is lowered below what is spent; the next is refused', async () => {
    await using own = await startTestGateway({ yaml: yamlWith('acme', '0.25'), environment })
    const { project, key } = await makeProject(own, 'lowered')
    const { id } = await makeBudget(own, { project_id: project.id, limit_usd: '1.00' })
    const call = (script: string) =>
      seeReply(
        postGeneration(own, { prompt: promptWith(script) }, { headers: { authorization: `Bearer ${key}`, 'x-darkroom-route': 'acme' } }),
      )
    await call('')
    const before = sandbox.calls.posts()
    const reply = call('latency=500')
    while (sandbox.calls.posts() === before) await new Promise((resolve) => setTimeout(resolve, 2))
    await callAs<BudgetReply>(own, own.adminToken, 'PATCH', `/v2/budgets/${id}`, { limit_usd: '0.10' })
    expect(await call('')).toMatchObject({ status: 402, error: { code: 'budget_exceeded', outcome: 'not_charged' } })

    expect((await reply).status).toBe(200)
    const { spent, reserved, held, limit } = await readBudget(own, id)
    expect([spent.usd, reserved.usd, held.usd, limit.usd]).toEqual(['0.5', '0', '0', '0.1'])
    expect(sandbox.calls.posts()).toBe(before + 1)
  })

  it('F77 ends and settles at the old price when its route is taken out of the configuration, and its record keeps the contract', async () => {
    await using before = await startTestGateway({ yaml: yamlWith('leaving', '0.25'), environment })
    const route = { headers: { 'x-darkroom-route': 'leaving' } }
    const posts = sandbox.calls.posts()
    const reply = seeReply(postGeneration(before, { prompt: promptWith('latency=500') }, route))
    while (sandbox.calls.posts() === posts) await new Promise((resolve) => setTimeout(resolve, 2))
    const closing = before.gateway.close(60_000)
    const { status, generationId } = await reply
    expect([status, await closing]).toEqual([200, 0])

    await using after = await startTestGateway({ yaml: yamlWith('coming', '0.75'), environment, dataFolder: before.dataFolder })
    expect(await settledRecord(after, generationId!)).toMatchObject({
      status: 'completed',
      cost: { settled_nanos: '250000000' },
      route_contract: { price_card: expect.stringContaining('leaving-card') },
    })
    expect((await ledgerLines(after, generationId!)).map(({ kind }) => kind)).toEqual(['reserve', 'release', 'settle'])
    expect((await seeReply(postGeneration(after, {}, route))).status).toBeGreaterThanOrEqual(400)
    expect(sandbox.calls.posts()).toBe(posts + 1)
    expect((await readRecord(after, generationId!)).id).toBe(generationId)
  })
})
