import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rollout } from '../../src/contract/record.ts'
import { callAs } from '../support/admin-calls.ts'
import { ledgerLines } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const asAdmin = <Answer>(method: string, path: string, body?: object) => callAs<Answer>(gateway, gateway.adminToken, method, path, body)
const wish = { route: 'sandbox', max_cost_usd: '0.1', wait_seconds: 60 }
const marked = (faults: string) => `A mug [[sandbox: ${faults}]]`

/** Begins a walk and follows it until it goes no further by itself. */
async function walk(change: object): Promise<Rollout> {
  await asAdmin('POST', '/v2/routes/sandbox/enable')
  const begun = await asAdmin<Rollout>('POST', '/v2/rollouts', { ...wish, budget_usd: '5', ...change })
  expect(begun.status).toBe(202)
  for (let seen = begun.json; ; seen = (await asAdmin<Rollout>('GET', `/v2/rollouts/${seen.id}`)).json) {
    if (seen.state !== 'running') return seen
    await wait(100)
  }
}
const standing = ({ state, steps, next_action }: Rollout) => {
  const at = steps.find((step) => step.state === 'failed' || step.state === 'waiting')
  const wrong = at?.checks.find(({ result }) => result === 'fail')
  return [state, at?.n ?? null, wrong?.code ?? null, next_action.code]
}

describe('a rollout', () => {
  it('is planned and priced before anything is sent, and begins only with a budget that reaches', async () => {
    const planned = await asAdmin<Rollout>('POST', '/v2/rollouts', { ...wish, dry_run: true })
    expect([planned.status, planned.json.id, planned.json.state]).toEqual([200, null, 'planned'])
    expect(planned.json.steps.map(({ state }) => state)).toEqual(Array(5).fill('pending'))
    const sum = planned.json.steps.reduce((all, { planned_cost }) => all + BigInt(planned_cost.nanos), 0n)
    expect(String(sum)).toBe(planned.json.planned_cost.nanos)
    const refused = async (body: object) => {
      const { status, error } = await asAdmin('POST', '/v2/rollouts', { ...wish, ...body })
      return [status, error?.code, error?.param]
    }
    expect(await refused({})).toEqual([400, 'missing_required_parameter', 'budget_usd'])
    expect(await refused({ budget_usd: '0.01' })).toEqual([400, 'invalid_value', 'budget_usd'])
    expect(await refused({ budget_usd: '5', final: { size: '1000x1001' } })).toEqual([400, 'invalid_value', 'size'])
    expect((await refused({ budget_usd: '5', route: 'nobody' }))[0]).toBeGreaterThanOrEqual(400)
    expect((await asAdmin<{ rollouts: Rollout[] }>('GET', '/v2/rollouts')).json.rollouts).toEqual([])
  })

  it.each([
    ['status=403', 'access', 'verify_organisation'],
    ['status=401', 'access', 'mend_key'],
    ['status=429 code=insufficient_quota', 'access', 'mend_account'],
    ['moderation', 'access', 'mend_prompt'],
    ['reset-before-headers', 'access', 'ask_upstream'],
    ['broken-base64', 'access', 'ask_upstream'],
    ['truncated-image', 'decoded', 'ask_upstream'],
    ['no-request-id', 'logged', 'mend_record'],
  ])('stops at its first step where the route answers %s: %s, %s', async (faults, code, next) => {
    const rollout = await walk({ prompts: { draft: marked(faults) } })
    expect(standing(rollout)).toEqual(['failed', 1, code, next])
    expect(rollout.steps.slice(1).map(({ state }) => state)).toEqual(Array(4).fill('pending'))
    const [generation] = rollout.steps[0]!.evidence
    expect(generation!.kind).toBe('generation')
    expect((await ledgerLines(gateway, generation!.value)).length).toBeGreaterThan(0)
    expect(JSON.stringify(rollout)).not.toContain('A mug')
  })

  it('stays on record, as JSON and as a page in three languages, for the administrator alone', async () => {
    const [latest] = (await asAdmin<{ rollouts: Rollout[] }>('GET', '/v2/rollouts?limit=1')).json.rollouts
    const read = (query: string, token = gateway.adminToken) =>
      fetch(`${gateway.url}/v2/rollouts/${latest!.id}${query}`, { headers: { authorization: `Bearer ${token}` } })
    for (const [lang, words] of [
      ['en', 'Five steps to production'],
      ['ja', '本番までの五段階'],
      ['zh-CN', '上线五步'],
    ] as const) {
      const report = (await (await read(`?lang=${lang}`)).json()) as Rollout
      expect([report.language, report.id]).toEqual([lang, latest!.id])
      const page = await read(`?lang=${lang}&format=html`)
      expect(page.headers.get('content-type')).toContain('text/html')
      expect(await page.text()).toContain(words)
    }
    expect((await read('', gateway.key)).status).toBe(404)
    expect((await read('?lang=fr')).status).toBe(400)
  })
})
