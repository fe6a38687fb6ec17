import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { ledgerLines, promptWith, readRecord, seeReply, settledRecord } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { bookedBooks, invoicedBooks, postResponse, responseOf, smallAsk } from './responses-calls.ts'

const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
const environment = { UPSTREAM_KEY: 'sk-upstream', UPSTREAM_WEBHOOK_SECRET: SECRET }

const yaml = (upstream: string) => `version: 1
routes:
  - { id: told, owner: darkroom-sandbox, kind: provider, base_url: '${upstream}/v1', key: { env: UPSTREAM_KEY }, webhook: { secret: { env: UPSTREAM_WEBHOOK_SECRET } } }
  - { id: untold, owner: darkroom-sandbox, kind: provider, base_url: '${upstream}/v1', key: { env: UPSTREAM_KEY } }
`

let sandbox: Sandbox
let gateway: TestGateway

beforeAll(async () => {
  sandbox = await startSandbox({ latencyMs: 0, flat: true })
  // The gateway's own questions come too late to be in the way: what happens here is the webhooks' doing.
  gateway = await startTestGateway({ yaml: yaml(sandbox.url), environment, backgroundPauseMs: 3_600_000 })
})
afterAll(async () => {
  await gateway.close()
  await sandbox.close()
})

/** Sends an event as upstream does. */
function tell(type: string, id: string, change: { route?: string; secret?: string; atMs?: number; body?: string } = {}) {
  const { route = 'told', secret = SECRET, atMs = Date.now() } = change
  const body = change.body ?? JSON.stringify({ object: 'event', id: 'evt_1', type, created_at: Math.floor(atMs / 1000), data: { id } })
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(atMs / 1000)),
    'webhook-signature': new Webhook(secret).sign('evt_1', new Date(Math.floor(atMs / 1000) * 1000), body),
  }
  return seeReply(fetch(`${gateway.url}/v2/provider-webhooks/${route}`, { method: 'POST', headers, body }))
}

const ask = (faults: string, route = 'told') =>
  postResponse(gateway, { ...smallAsk, input: promptWith(faults), background: true }, { headers: { 'x-darkroom-route': route } })

/** The ids of responses that upstream made, newest last. */
const made = () => sandbox.responses.list().map(({ id }) => id)

async function finished(id: string) {
  while (sandbox.responses.list().find((response) => response.id === id)?.status !== 'completed')
    await new Promise((go) => setTimeout(go, 10))
}

describe('a webhook of an upstream', () => {
  it('brings home a background response whose name never reached us: picture, both bills, nothing bought again', async () => {
    const lost = await ask('reset-before-headers')
    const record = await settledRecord(gateway, lost.generationId!)
    expect(record).toMatchObject({ status: 'outcome_unknown', attempts: [{ state: 'unknown' }] })
    const id = made().at(-1)!
    await finished(id)
    const posts = sandbox.calls.posts()

    expect(JSON.parse((await tell('response.completed', id)).text)).toEqual({ received: true, effect: 'brought_home' })
    const home = await readRecord(gateway, record.id)
    expect(home).toMatchObject({
      status: 'completed',
      images: [{ storage: 'stored' }],
      attempts: [{ state: 'resolved_charged' }],
      outcome_evidence: [{ step: 'E2', finding: 'charged', evidence: { response_id: id } }],
      assistant: { response_id: id },
    })
    const invoiced = sandbox.invoice.lines().filter(({ response_id }) => response_id === id)
    expect(bookedBooks(await ledgerLines(gateway, record.id))).toEqual(invoicedBooks(invoiced))
    expect(sandbox.calls.posts()).toBe(posts)
    const again = await seeReply(gateway.fetch(`/v1/responses/${id}`))
    expect(responseOf(again)).toMatchObject({ id, status: 'completed' })
  })

  it('that comes twice does nothing the second time', async () => {
    const id = made().at(-1)!
    expect(JSON.parse((await tell('response.completed', id)).text)).toEqual({ received: true, effect: 'none' })
  })

  it('ends the waiting for a background response at once', async () => {
    const begun = await ask('')
    const { id } = responseOf(begun)!
    await finished(id)
    expect(await readRecord(gateway, begun.generationId!)).toMatchObject({ status: 'running' })
    expect(JSON.parse((await tell('response.completed', id)).text)).toEqual({ received: true, effect: 'asked' })
    expect(await readRecord(gateway, begun.generationId!)).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }] })
  })

  it('is not believed: what it says ended is asked for, and one that runs goes on', async () => {
    const begun = await ask('slowbackground=3600000')
    const { id } = responseOf(begun)!
    expect(JSON.parse((await tell('response.failed', id)).text)).toEqual({ received: true, effect: 'asked' })
    expect(await readRecord(gateway, begun.generationId!)).toMatchObject({ status: 'running' })
  })

  it('about something else, or about what is not ours, changes nothing', async () => {
    for (const [type, id] of [
      ['fine_tuning.job.succeeded', 'ftjob_1'],
      ['response.completed', 'resp_of_somebody_else'],
    ] as const)
      expect(JSON.parse((await tell(type, id)).text)).toEqual({ received: true, effect: 'none' })
  })

  it('asks for the batches where one has ended', async () => {
    const lost = await ask('reset-before-headers')
    const record = await settledRecord(gateway, lost.generationId!)
    expect(record.status).toBe('outcome_unknown')
    expect(JSON.parse((await tell('batch.completed', 'batch_1')).text)).toEqual({ received: true, effect: 'asked' })
  })

  it.each([
    ['signed with another secret', { secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` }],
    ['sent six minutes ago', { atMs: Date.now() - 360_000 }],
    ['for a route that takes none', { route: 'untold' }],
    ['for no route', { route: 'nowhere' }],
  ])('B121 %s is refused, and asks nobody', async (_, change) => {
    const calls = sandbox.calls.list().length
    const refused = await tell('response.completed', made().at(-1)!, change)
    expect(refused).toMatchObject({ status: 401 })
    expect(JSON.parse(refused.text).error).toMatchObject({ code: 'invalid_signature', outcome: 'not_charged' })
    expect(sandbox.calls.list().length).toBe(calls)
  })

  it('that is no JSON is refused once its signature was found good', async () => {
    expect((await tell('', '', { body: 'not json' })).status).toBe(400)
  })
})

describe('a route with a webhook', () => {
  it.each(['', 'whsec_', 'whsec_c2hvcnQ=', 'secret-without-its-form-and-long-enough'])(
    'B121 does not start with the secret %j, and does not show it',
    async (weak) => {
      const starting = startTestGateway({ yaml: yaml(sandbox.url), environment: { ...environment, UPSTREAM_WEBHOOK_SECRET: weak } })
      await expect(starting).rejects.toThrow('UPSTREAM_WEBHOOK_SECRET')
      if (weak.length > 'whsec_'.length) await expect(starting).rejects.not.toThrow(weak)
    },
  )
})
