import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Rollout } from '../../src/contract/record.ts'
import { callAs } from '../support/admin-calls.ts'
import { ledgerLines, readRecord } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
/** An origin that may be named, and where nobody listens. */
const nobodyThere = 'http://127.0.0.1:9'
beforeAll(async () => {
  gateway = await startTestGateway({ leavesJudging: false, yaml: `version: 1\noutbound: { allow: ['${nobodyThere}'] }` })
})
afterAll(() => gateway.close())

const asAdmin = <Answer>(method: string, path: string, body?: object) => callAs<Answer>(gateway, gateway.adminToken, method, path, body)
const wish = { route: 'sandbox', max_cost_usd: '0.1', wait_seconds: 25 }
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
/** By a key of the project: who asked for a picture does not approve it. */
async function decide(review: string, decision: 'approved' | 'rejected'): Promise<void> {
  const asked = await callAs<{ checklist: { id: string }[] }>(gateway, gateway.key, 'GET', `/v2/reviews/${review}`)
  await gateway.fetch(`/v2/reviews/${review}/image`)
  const answers = Object.fromEntries(asked.json.checklist.map(({ id }) => [id, 'yes']))
  const body = { decision, why: 'looked at it', answers }
  const seen = await callAs(gateway, gateway.key, 'POST', `/v2/reviews/${review}/decision`, body)
  expect([seen.status, seen.error]).toEqual([200, null])
}
/** What every picture of the sandbox says, and where it stands in the first one. */
const texts = [{ text: 'SANDBOX', lang: 'en', box: { x: 140, y: 430, width: 744, height: 160 } }]
/** Has the sandbox answer such a prompt, from the nth time on, in another way than it was asked. */
const spoil = (prompt: string, fault: string, nth = 1) => gateway.gateway.sandbox!.faults.arm({ match: { prompt, nth }, fault })
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
    const within = { ...texts[0]!, box: { x: 700, y: 0, width: 100, height: 50 } }
    expect(await refused({ dry_run: true, prompts: { draft: 'A sign' }, texts: [within] })).toEqual([400, 'invalid_value', 'texts.0.box'])
    expect(await refused({ dry_run: true, texts })).toEqual([400, 'invalid_value', 'prompts.draft'])
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

  it('passes all five steps once a person has approved its last picture, and one record has request, address, cost and decision', async () => {
    const waiting = await walk({ max_latency_ms: 60_000, texts, prompts: { draft: 'A sign' } })
    expect(standing(waiting)).toEqual(['waiting', 5, null, 'decide_review'])
    expect(waiting.steps[1]!.checks.map(({ code, result }) => [code, result])).toEqual([
      ['edited', 'pass'],
      ['guard_judged', 'pass'],
      ['subject_kept', 'pass'],
      ['camera_kept', 'pass'],
      ['text_kept', 'pass'],
      ['rest_kept', 'pass'],
    ])
    expect(waiting.steps.map(({ state }) => state)).toEqual(['passed', 'passed', 'passed', 'passed', 'waiting'])
    expect(waiting.steps[3]!.checks.map(({ code, result }) => [code, result])).toEqual([
      ['size_refused_here', 'pass'],
      ['timeout_recoverable', 'pass'],
      ['moderation_recoverable', 'pass'],
      ['cause_on_record', 'pass'],
    ])
    const of = (kind: string) => waiting.steps[4]!.evidence.find((one) => one.kind === kind)!.value
    await decide(of('review'), 'approved')
    const passed = (await asAdmin<Rollout>('GET', `/v2/rollouts/${waiting.id}`)).json
    expect(standing(passed)).toEqual(['passed', null, null, 'begin_traffic'])
    expect(passed.steps[4]!.checks.map(({ code, result }) => [code, result])).toEqual([
      ['queued_and_made', 'pass'],
      ['webhook_told', 'pass'],
      ['review_opened', 'pass'],
      ['review_decided', 'pass'],
      ['one_record', 'pass'],
    ])
    const record = await readRecord(gateway, of('job'))
    expect(record).toMatchObject({
      request_id: of('request_id'),
      status: 'completed',
      images: [{ review: { id: of('review'), state: 'approved' } }],
    })
    expect(BigInt(passed.cost.nanos)).toBeLessThanOrEqual(BigInt(passed.reserve.nanos))
  }, 120_000)

  it.each([
    ['an edit that moves its subject', { prompts: { edit: marked('shift=24,12') } }, 2, 'subject_kept', 'look_at_edit'],
    [
      'an edit that alters a protected text',
      { texts, prompts: { draft: 'A sign', edit: marked('garble') } },
      2,
      'text_kept',
      'look_at_edit',
    ],
    ['an edit that is refused', { prompts: { edit: marked('moderation') } }, 2, 'edited', 'mend_prompt'],
    ['another size than asked', { prompts: { final: marked('size=1024x1024') } }, 3, 'settings_honoured', 'ask_upstream'],
    ['more than it may cost', { max_cost_usd: '0.001' }, 3, 'within_cost', 'raise_cost'],
    [
      'more time than it may take',
      { max_latency_ms: 1000, prompts: { final: marked('latency=1500') } },
      3,
      'within_latency',
      'raise_latency',
    ],
    ['a receiver that nobody is at', { webhook_url: `${nobodyThere}/hook`, wait_seconds: 12 }, 5, 'webhook_told', 'mend_receiver'],
  ] as const)(
    'stops where there is %s',
    async (_what, change, n, code, next) => {
      expect(standing(await walk(change))).toEqual(['failed', n, code, next])
    },
    120_000,
  )

  it.each([
    ['a refusal that does not say that it is one', 'moderation', 'html', 'moderation_recoverable', 'ask_upstream'],
    ['a refusal that nobody can be asked about', 'moderation', 'no-request-id', 'cause_on_record', 'mend_record'],
  ] as const)(
    'stops where what fails on purpose leaves %s',
    async (_what, kind, fault, code, next) => {
      spoil(`A failure on purpose [[sandbox: ${kind}`, fault)
      const stopped = await walk({})
      expect(standing(stopped)).toEqual(['failed', 4, code, next])
      expect(stopped.steps.map(({ state }) => state)).toEqual(['passed', 'passed', 'passed', 'failed', 'pending'])
    },
    120_000,
  )

  it('stops at the job where that is refused although the same picture was made at once', async () => {
    spoil('A mug for the job', 'moderation', 2)
    const stopped = await walk({ prompts: { final: 'A mug for the job' } })
    expect(standing(stopped)).toEqual(['failed', 5, 'queued_and_made', 'mend_prompt'])
    expect(stopped.steps[4]!.evidence[0]!.kind).toBe('job')
  }, 120_000)

  it('fails when the person rejects, and says what is to be done', async () => {
    const waiting = await walk({ max_latency_ms: 60_000 })
    await decide(waiting.steps[4]!.evidence.find(({ kind }) => kind === 'review')!.value, 'rejected')
    const failed = (await asAdmin<Rollout>('GET', `/v2/rollouts/${waiting.id}`)).json
    expect(standing(failed)).toEqual(['failed', 5, 'review_decided', 'make_correction'])
  }, 120_000)

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
