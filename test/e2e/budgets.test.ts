import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDarkroomHeaders } from '../../src/contract/darkroom-headers.ts'
import type { BudgetReply, CheckReply, EstimateReply, GenerationRecord } from '../../src/contract/record.ts'
import { acceptGeneration } from '../../src/flows/index.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { callAs, makeBudget, makeKey, makeProject, readBudget } from '../support/admin-calls.ts'
import { postGeneration, promptWith, type SeenReply, seeReply, smallCall } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const NANOS_PER_USD = 1_000_000_000n

/** A provider that takes ten cents a call, and one whose pictures cost what they happen to cost; the sandbox plays both upstreams. */
const configFile = (upstream: string) => `version: 1
routes:
  - id: acme
    owner: Acme Images Ltd
    kind: provider
    base_url: ${upstream}/v1
    key: { env: ACME_KEY }
    price_card: acme-calls
    failed_calls: { timeout: charged, policy: free, retry: charged }
  - id: meter
    owner: Meter Ltd
    kind: provider
    base_url: ${upstream}/v1
    key: { env: ACME_KEY }
    price_card: meter-tokens
price_cards:
  - { id: acme-calls, date: 2026-11-01, owner: Acme Images Ltd, kind: per_call, per_call: '0.10', per: call, models: [gpt-image-2], source: contract 7 }
  - { id: meter-tokens, date: 2026-11-01, owner: Meter Ltd, kind: tokens, models: [gpt-image-2], rates: { text_in: '5.00', image_in: '8.00', image_out: '30.00' }, source: contract 8 }
`

let sandbox: Sandbox
let gateway: TestGateway
const logLines: string[] = []

const open = (dataFolder?: string) =>
  startTestGateway({
    yaml: configFile(sandbox.url),
    environment: { ACME_KEY: 'sk-acme' },
    logger: createLogger({ level: 'warn', destination: { write: (line: string) => void logLines.push(line) } }),
    ...(dataFolder === undefined ? {} : { dataFolder }),
  })

beforeAll(async () => {
  sandbox = await startSandbox({ latencyMs: 0, flat: true })
  gateway = await open()
})
afterAll(async () => {
  await gateway.close()
  await sandbox.close()
})

const call = (key: string, change: object = {}, route = 'acme'): Promise<SeenReply> =>
  seeReply(postGeneration(gateway, change, { headers: { authorization: `Bearer ${key}`, 'x-darkroom-route': route } }))

const amounts = ({ spent, reserved, held, left }: BudgetReply) => [spent.usd, reserved.usd, held.usd, left.usd]

describe('a storm', () => {
  it('of 1,000 calls at $0.10 on a budget of $5.00 lets exactly 50 through, and is above it at no moment', async () => {
    const { project, key } = await makeProject(gateway, 'storm')
    const { id } = await makeBudget(gateway, { project_id: project.id, limit_usd: '5.00' })
    const { database } = gateway.gateway.parts
    const row = database.sql.selectFrom('budget_periods').select(['spent_nanos', 'reserved_nanos']).where('budget_id', '=', id)
    let isOver = false
    let highest = 0n
    const samples = (async () => {
      for (let count = 0; ; count += 1) {
        for (const { spent_nanos, reserved_nanos } of await database.read(row)) {
          expect(spent_nanos >= 0n && reserved_nanos >= 0n).toBe(true)
          if (spent_nanos + reserved_nanos > highest) highest = spent_nanos + reserved_nanos
        }
        if (isOver) return count
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const before = sandbox.calls.posts()
    const seen = await Promise.all(Array.from({ length: 1000 }, () => call(key)))
    isOver = true
    expect(await samples).toBeGreaterThan(10)
    const statuses = seen.map(({ status }) => status)
    expect([statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 402).length]).toEqual([50, 950])
    expect(sandbox.calls.posts() - before).toBe(50)
    expect(highest).toBe(5n * NANOS_PER_USD)
    // A reply that waited five seconds for its books goes out before them.
    await expect.poll(async () => amounts(await readBudget(gateway, id)), { timeout: 30_000 }).toEqual(['5', '0', '0', '0'])
    const refused = seen.filter(({ status }) => status === 402)
    for (const { error, headers } of refused) {
      expect(error).toMatchObject({ code: 'budget_exceeded', outcome: 'not_charged', budget: { id, needed: { usd: '0.1' } } })
      expect(headers.get('x-should-retry')).toBe('false')
    }
  })
})

describe('a call', () => {
  it('must fit into the budget of its project and into that of its key', async () => {
    const { project, key, keyId } = await makeProject(gateway, 'two budgets')
    const other = await makeKey(gateway, project.id)
    const whole = await makeBudget(gateway, { project_id: project.id, limit_usd: '0.30', period: 'month', name: 'team' })
    const own = await makeBudget(gateway, { key_id: keyId, limit_usd: '0.10', period: 'day', name: 'intern' })
    expect((await call(key)).status).toBe(200)
    expect(await call(key)).toMatchObject({
      status: 402,
      error: { budget: { id: own.id, name: 'intern', left: { usd: '0' }, renews_at: own.renews_at } },
    })
    for (const status of [200, 200, 402]) expect((await call(other.key)).status).toBe(status)
    expect((await call(other.key)).error).toMatchObject({
      budget: { id: whole.id, name: 'team' },
      message: expect.stringMatching(/'team' of this project has 0 USD left .* may cost 0\.1\. It renews at \d{4}-\d\d-01T00:00:00/),
    })
    expect(amounts(await readBudget(gateway, whole.id))).toEqual(['0.3', '0', '0', '0'])
    expect(amounts(await readBudget(gateway, own.id))).toEqual(['0.1', '0', '0', '0'])
  })

  it('must fit into the budget of the key that its key has replaced, or by which it is replaced', async () => {
    const { key, keyId } = await makeProject(gateway, 'exchanges keys')
    const own = await makeBudget(gateway, { key_id: keyId, limit_usd: '0.20', name: 'intern' })
    const next = (await callAs<{ key: string }>(gateway, gateway.adminToken, 'POST', `/v2/keys/${keyId}/rotate`, {})).json
    for (const [credential, status] of [
      [key, 200],
      [next.key, 200],
      [next.key, 402],
      [key, 402],
    ] as const)
      expect((await call(credential)).status).toBe(status)
    expect(amounts(await readBudget(gateway, own.id))).toEqual(['0.2', '0', '0', '0'])
  })

  it('is told so beforehand by check and estimate, which set nothing aside', async () => {
    const { project, key } = await makeProject(gateway, 'asks first')
    const { id } = await makeBudget(gateway, { project_id: project.id, limit_usd: '0.09' })
    const check = await fetch(`${gateway.url}/v2/check`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-darkroom-route': 'acme' },
      body: JSON.stringify(smallCall),
    })
    const { ok, refusals, estimate } = (await check.json()) as CheckReply
    expect({ ok, refusals, estimate }).toMatchObject({
      ok: false,
      refusals: [{ status: 402, error: { code: 'budget_exceeded' } }],
      estimate: { reserve: { usd: '0.1' } },
    })
    const estimated = await callAs(gateway, key, 'POST', '/v2/estimate', { request: smallCall, route: 'acme' })
    expect(estimated).toMatchObject({ status: 402, error: { code: 'budget_exceeded' } })
    expect(amounts(await readBudget(gateway, id))).toEqual(['0', '0', '0', '0.09'])
  })

  it('that fails gives back what it set aside, and one of unknown outcome keeps it', async () => {
    const { project, key } = await makeProject(gateway, 'faults')
    const { id } = await makeBudget(gateway, { project_id: project.id, limit_usd: '1' })
    await call(key, { prompt: promptWith('status=400') }, 'meter')
    expect(amounts(await readBudget(gateway, id))).toEqual(['0', '0', '0', '1'])
    const lost = await call(key, { prompt: promptWith('reset-before-headers') }, 'meter')
    const { cost } = (await callAs<GenerationRecord>(gateway, key, 'GET', `/v2/generations/${lost.generationId}`)).json
    const budget = await readBudget(gateway, id)
    expect([budget.spent.nanos, budget.reserved.nanos, budget.held.nanos]).toEqual(['0', '0', cost.held_unknown_nanos])
    expect(BigInt(budget.held.nanos)).toBeGreaterThan(0n)
  })

  it('that costs more than was set aside is booked so, remarked in its record, and said by log and metric', async () => {
    const { project, key } = await makeProject(gateway, 'overshoot')
    const dearer = { ...smallCall, prompt: promptWith('quality=high') }
    const { json: estimate } = await callAs<EstimateReply>(gateway, key, 'POST', '/v2/estimate', { request: dearer, route: 'meter' })
    const { id } = await makeBudget(gateway, { project_id: project.id, limit_usd: estimate.reserve.usd })
    logLines.length = 0
    const seen = await call(key, dearer, 'meter')
    const { json: record } = await callAs<GenerationRecord>(gateway, key, 'GET', `/v2/generations/${seen.generationId}`)
    expect(record.warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(['over_reserve', 'over_budget']))
    const budget = await readBudget(gateway, id)
    expect([budget.spent.nanos, budget.left.usd.startsWith('-')]).toEqual([record.cost.settled_nanos, true])
    expect(budget.alerts.map(({ percent }) => percent)).toEqual([50, 80, 100])
    expect(logLines.filter((line) => line.includes('more than was set aside'))).toHaveLength(1)
    const told = logLines
      .map((line) => JSON.parse(line) as { budget_id?: string; percent?: number })
      .filter(({ budget_id }) => budget_id === id)
    expect(told.map(({ percent }) => percent)).toEqual([50, 80, 100])
    const metrics = (await seeReply(fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${gateway.adminToken}` } }))).text
    expect(metrics).toMatch(/^darkroom_overshoots_total\{over_budget="true"\} 1$/m)
    expect(metrics).toMatch(/^darkroom_budget_alerts_total\{percent="100"\} [1-9]/m)
    expect((await call(key)).status).toBe(402)
  })
})

describe('a process that dies during a call', () => {
  it('leaves what the call set aside held, in the period it was made in', async () => {
    const { project, key, keyId } = await makeProject(gateway, 'dies')
    const { id } = await makeBudget(gateway, { project_id: project.id, limit_usd: '1', period: 'day' })
    expect((await call(key)).status).toBe(200)
    const headers = parseDarkroomHeaders({ 'x-darkroom-route': 'acme' })
    if (!headers.ok) throw headers.refusals[0]
    const principal = { kind: 'key', projectId: project.id, keyId } as const
    const ask = { operation: 'generate', principal, body: smallCall, brought: null, headers: headers.settings } as const
    await acceptGeneration(gateway.gateway.parts, { ...ask, requestId: 'req', clientRequestId: null })
    expect(amounts(await readBudget(gateway, id))).toEqual(['0.1', '0.1', '0', '0.8'])

    const { dataFolder } = gateway
    await gateway.gateway.close(0)
    gateway = await open(dataFolder)
    expect(amounts(await readBudget(gateway, id))).toEqual(['0.1', '0', '0.1', '0.8'])
  })
})

describe('play money', () => {
  it('counts only against a budget of play money', async () => {
    await using darkroom = await startTestGateway()
    const { project, key } = await makeProject(darkroom, 'players')
    const real = await makeBudget(darkroom, { project_id: project.id, limit_usd: '0' })
    const post = () => seeReply(postGeneration(darkroom, {}, { headers: { authorization: `Bearer ${key}` } }))
    expect((await post()).status).toBe(200)
    const play = await makeBudget(darkroom, { project_id: project.id, limit_usd: '0', book: 'sandbox' })
    expect(await post()).toMatchObject({ status: 402, error: { budget: { id: play.id } } })
    expect(amounts(await readBudget(darkroom, real.id))).toEqual(['0', '0', '0', '0'])
    const raised = await callAs<BudgetReply>(darkroom, darkroom.adminToken, 'PATCH', `/v2/budgets/${play.id}`, { limit_usd: '1' })
    expect(raised.json.left.usd).toBe('1')
    expect((await post()).status).toBe(200)
    expect((await callAs(darkroom, darkroom.adminToken, 'DELETE', `/v2/budgets/${play.id}`)).json).toEqual({ id: play.id, ended: true })
    expect((await callAs(darkroom, darkroom.adminToken, 'DELETE', `/v2/budgets/${play.id}`)).status).toBe(404)
  })
})

describe('a budget', () => {
  it.each<[string, object, string]>([
    ['for nobody', { limit_usd: '1' }, 'project_id'],
    ...['-5', 'NaN', '1e309', 'Infinity', '', ' 1', '0x10'].map((text): [string, object, string] => [
      `B75 of ${JSON.stringify(text)} dollars`,
      { project_id: 'prj', limit_usd: text },
      'limit_usd',
    ]),
    ['B75 of a negative number', { project_id: 'prj', limit_usd: -5 }, 'limit_usd'],
    ['B75 of a float', { project_id: 'prj', limit_usd: 1.5 }, 'limit_usd'],
    ['finer than a nano-dollar', { project_id: 'prj', limit_usd: '0.0000000001' }, 'limit_usd'],
    ['beyond all measure', { project_id: 'prj', limit_usd: '10000001' }, 'limit_usd'],
    ['of a week', { project_id: 'prj', limit_usd: '1', period: 'week' }, 'period'],
    ['of an unknown project', { project_id: 'prj', limit_usd: '1' }, 'project_id'],
    ['of an unknown key', { key_id: 'key', limit_usd: '1' }, 'key_id'],
  ])('%s is refused', async (_what, change, param) => {
    const answer = await callAs(gateway, gateway.adminToken, 'POST', '/v2/budgets', { name: 'x', period: 'total', ...change })
    expect([answer.status < 500, answer.error?.param, answer.error?.outcome]).toEqual([true, param, 'not_charged'])
  })
})
