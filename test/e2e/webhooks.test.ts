import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type WebhookReply, type WebhookTestedReply, webhookEventTypes } from '../../src/contract/record.ts'
import { statementContext } from '../../src/db/index.ts'
import { eventTypes } from '../../src/events/index.ts'
import { callEndpoint, callEndpointId, MOST_ENDPOINTS, webhookSecretText } from '../../src/webhooks/index.ts'
import { makeProject } from '../support/admin-calls.ts'
import { startTestGateway } from '../support/test-gateway.ts'
import { fetchWith } from '../support/two-tenants.ts'
import { verified } from '../support/verified-webhook.ts'
import {
  allowing,
  call,
  handedOut,
  happen,
  makeWebhook,
  openWebhookStage,
  pass,
  readDeliveries,
  readDelivery,
  readWebhook,
  until,
  type WebhookStage,
} from '../support/webhook-stage.ts'

let stage: WebhookStage

beforeAll(async () => {
  stage = await openWebhookStage(2)
})
afterAll(() => stage[Symbol.asyncDispose]())

const hook = (wish: object = {}) =>
  makeWebhook(stage.gateway, { url: `${stage.receivers[0]!.url}/hook`, events: ['job.cancelled'], ...wish })
const ask = <Answer = WebhookReply>(method: string, path: string, body?: object) =>
  call<Answer>(stage.gateway, method, `/v2/webhooks${path}`, body)

describe('POST /v2/webhooks', () => {
  it('answers the secret once, and nothing shows it again', async () => {
    const { secret, ...made } = await hook({ events: null, description: 'orders' })
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(made).toEqual({
      id: expect.stringMatching(/^whk_/),
      project_id: stage.gateway.gateway.parts.access.defaultProjectId,
      origin: 'project',
      url: `${stage.receivers[0]!.url}/hook`,
      description: 'orders',
      events: null,
      style: 'standard',
      enabled: true,
      disabled: null,
      previous_secret_until: null,
      last_success_at: null,
      failures: 0,
      failing_since: null,
      created_at: expect.any(String),
    })
    expect((await ask('GET', `/${made.id}`)).json).toEqual(made)
    expect(JSON.stringify((await ask('GET', '')).json)).not.toContain(secret)
    await ask('DELETE', `/${made.id}`)
  })

  it('takes a secret that is brought along', async () => {
    const secret = webhookSecretText(Buffer.alloc(24, 3))
    const made = await hook({ secret })
    expect(made.secret).toBe(secret)
    await ask('POST', `/${made.id}/test`)
    expect(verified(stage.receivers[0]!.received.at(-1)!, secret).type).toBe('webhook.test')
  })

  it.each([
    '',
    'whsec_',
    webhookSecretText(Buffer.alloc(23, 3)),
    webhookSecretText(Buffer.alloc(65, 3)),
    'a-secret-of-another-form-and-long-enough',
  ])('B119 does not take %j as a secret, and does not repeat it', async (secret) => {
    for (const path of ['', `/${(await hook()).id}/rotate`]) {
      const refused = await ask('POST', path, { ...(path === '' ? { url: 'https://receiver.example/' } : {}), secret })
      expect(refused).toMatchObject({ status: 400, error: { code: 'weak_secret', param: 'secret', outcome: 'not_charged' } })
      if (secret.length > 'whsec_'.length) expect(JSON.stringify(refused.json)).not.toContain(secret)
    }
  })

  const badUrls = [
    ['plain http', () => 'http://receiver.example/hook'],
    ['this machine', () => 'https://127.0.0.1/hook'],
    ['this machine, spelt another way', () => 'https://0x7f.1/hook'],
    ['a private network', () => 'https://10.1.2.3/hook'],
    ['a metadata service', () => 'https://169.254.169.254/latest'],
    ['a name of a private network', () => 'https://receiver.internal/hook'],
    ['a user name', () => 'https://me:secret@receiver.example/hook'],
    ['a user name, of a receiver that may be reached', () => stage.receivers[0]!.url.replace('//', '//me@')],
    ['another port', () => 'https://receiver.example:8443/hook'],
    ['another port of a machine that may be reached', () => stage.receivers[0]!.url.replace(/:\d+$/, ':1')],
    ['the gateway itself', () => `${stage.gateway.url}/v2/webhooks`],
    ['the gateway itself, by another name', () => `${stage.gateway.url.replace('127.0.0.1', 'localhost')}/v2/webhooks`],
    ['no address', () => 'receiver'],
    ['another scheme', () => 'ftp://receiver.example/hook'],
  ] as const

  it.each(badUrls)('B118 does not take %s, nor as a change', async (_what, url) => {
    for (const [method, path] of [
      ['POST', ''],
      ['PATCH', `/${(await hook()).id}`],
    ] as const) {
      const refused = await ask(method, path, { url: url() })
      expect(refused).toMatchObject({ status: 400, error: { code: 'webhook_url', param: 'url', outcome: 'not_charged' } })
    }
  })

  it('B118 takes no address of the gateway, be its origin allowed or its own public one', async () => {
    const own = 'https://pictures.example'
    const yaml = `version: 1\npublic_url: ${own}\nallowed_hosts: [alias.example]\noutbound: { allow: ['${own}', 'http://127.0.0.1:7'] }\n`
    await using gateway = await startTestGateway({ yaml })
    gateway.gateway.parts.ownHosts.listensAt('http://0.0.0.0:7')
    for (const url of [`${own}/v1`, 'https://alias.example/hook', 'http://127.0.0.1:7/hook'])
      expect((await call(gateway, 'POST', '/v2/webhooks', { url })).error).toMatchObject({ code: 'webhook_url' })
    expect((await call(gateway, 'POST', '/v2/webhooks', { url: 'https://receiver.example/' })).status).toBe(201)
  })

  it('B120 does not make the hundred and first of a project', async () => {
    const { key } = await makeProject(stage.gateway, 'many')
    const gateway = { fetch: fetchWith(stage.gateway, key) }
    const wish = { url: 'https://receiver.example/hook' }
    const made = await Promise.all(Array.from({ length: MOST_ENDPOINTS + 5 }, () => call(gateway, 'POST', '/v2/webhooks', wish)))
    expect(made.filter(({ status }) => status === 201)).toHaveLength(MOST_ENDPOINTS)
    const refused = made.filter(({ status }) => status !== 201)
    expect(refused).toHaveLength(5)
    for (const { status, error } of refused) expect({ status, code: error!.code }).toEqual({ status: 400, code: 'limit_reached' })
    const pages: string[] = []
    for (let cursor = ''; ; ) {
      const { json } = await call<{ webhooks: WebhookReply[]; next_cursor: string | null }>(
        gateway,
        'GET',
        `/v2/webhooks?limit=40${cursor}`,
      )
      pages.push(...json.webhooks.map(({ id }) => id))
      if (json.next_cursor === null) break
      cursor = `&cursor=${json.next_cursor}`
    }
    expect([pages.length, new Set(pages).size]).toEqual([MOST_ENDPOINTS, MOST_ENDPOINTS])
  })

  it.each([
    [{ events: ['job.finished'] }, 'events.0'],
    [{ events: ['webhook.test'] }, 'events.0'],
    [{ events: [] }, 'events'],
    [{ style: 'soap' }, 'style'],
    [{ secrets: [] }, 'secrets'],
    [{ url: 7 }, 'url'],
  ])('refuses %j', async (change, param) => {
    const refused = await ask('POST', '', { url: 'https://receiver.example/', ...change })
    expect(refused).toMatchObject({ status: 400, error: { param } })
  })

  it('offers everything that can happen, but for its own tests', () => {
    expect([...webhookEventTypes, 'webhook.test'].sort()).toEqual([...eventTypes].sort())
  })
})

describe('a webhook', () => {
  it('that is disabled by hand is told nothing, and the others are told of it', async () => {
    const watching = await makeWebhook(stage.gateway, { url: `${stage.receivers[1]!.url}/`, events: ['webhook.disabled'] })
    const { id } = await hook()
    const before = stage.receivers[1]!.received.length
    expect((await ask('PATCH', `/${id}`, { enabled: false, description: 'off' })).json).toMatchObject({
      enabled: false,
      description: 'off',
      disabled: { why: 'by_hand' },
    })
    const told = (await stage.receivers[1]!.has(before + 1)).at(-1)!
    expect(verified(told, watching.secret).data).toMatchObject({ webhook_id: id, why: 'by_hand' })
    expect((await ask('PATCH', `/${id}`, { enabled: false })).json.enabled).toBe(false)
    expect((await ask('PATCH', `/${id}`, { enabled: true })).json).toMatchObject({ enabled: true, disabled: null })
    await ask('DELETE', `/${watching.id}`)
  })

  it('that is deleted is not there any more, and what it was told can be read on', async () => {
    const { id } = await hook()
    const { json: tested } = await ask<WebhookTestedReply>('POST', `/${id}/test`)
    expect((await ask('DELETE', `/${id}`)).json).toEqual({ id, deleted: true })
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/test'],
      ['GET', '/deliveries'],
    ] as const)
      expect((await ask(method, `/${id}${path}`)).status).toBe(404)
    expect(await readDelivery(stage.gateway, tested.message_id)).toMatchObject({ webhook_id: id, state: 'delivered' })
  })

  it('has its secret replaced, twice at most within the overlap, and at once where that is said', async () => {
    const { id, secret } = await hook()
    const first = await ask<WebhookReply & { secret: string }>('POST', `/${id}/rotate`, {})
    expect(first.json.previous_secret_until).toBe(new Date(stage.clock.nowMs() + 24 * 3600 * 1000).toISOString())
    expect(first.json.secret).not.toBe(secret)
    expect(await ask('POST', `/${id}/rotate`, {})).toMatchObject({ status: 409, error: { code: 'secret_rotation_open' } })
    expect((await ask('POST', `/${id}/rotate`, { overlap_seconds: 0 })).json).toMatchObject({ previous_secret_until: null })
  })

  it('is sent what waits at its new address when it is changed', async () => {
    stage.receivers[0]!.manner = 500
    const { id } = await hook()
    await happen(stage.gateway, ['job.cancelled'])
    await until(
      () => readDeliveries(stage.gateway, id),
      ([message]) => message?.attempts === 1,
    )
    const before = stage.receivers[1]!.received.length
    await ask('PATCH', `/${id}`, { url: `${stage.receivers[1]!.url}/new` })
    pass(stage, 5000)
    expect((await stage.receivers[1]!.has(before + 1)).at(-1)!.path).toBe('/new')
    stage.receivers[0]!.manner = 204
    await ask('DELETE', `/${id}`)
  })

  it('that calls named can be switched and deleted, and nothing else of it changed', async () => {
    const { parts } = stage.gateway.gateway
    const named = {
      projectId: parts.access.defaultProjectId,
      keyId: null,
      url: 'https://receiver.example/orders/7',
      style: 'unified' as const,
    }
    const id = callEndpointId(named)
    await parts.database.transact(
      callEndpoint(statementContext(parts.database, parts.clock, parts.newId), { ...named, sealedSecret: 'v1.x' }),
    )
    const listed = await ask<{ webhooks: WebhookReply[] }>('GET', '?origin=call')
    expect(listed.json.webhooks).toMatchObject([{ id, origin: 'call', style: 'unified' }])
    for (const [method, path, body] of [
      ['PATCH', '', { url: 'https://receiver.example/' }],
      ['PATCH', '', { events: null }],
      ['POST', '/rotate', {}],
    ] as const)
      expect(await ask(method, `/${id}${path}`, body)).toMatchObject({ status: 409, error: { code: 'webhook_fixed' } })
    expect((await ask('PATCH', `/${id}`, { enabled: false })).json.enabled).toBe(false)
    expect((await ask('DELETE', `/${id}`)).status).toBe(200)
  })
})

describe('POST /v2/webhooks/{id}/test', () => {
  it('sends a test now and answers what the receiver said; a webhook that failed before is tried again at once', async () => {
    const { id, secret } = await hook()
    stage.receivers[0]!.manner = (response) => response.writeHead(418, { 'x-pot': 'tea' }).end('short and stout')
    const said = await ask<WebhookTestedReply>('POST', `/${id}/test`)
    expect(said).toMatchObject({
      status: 200,
      json: { delivered: false, http_status: 418, cause: 'status', response: { headers: { 'x-pot': 'tea' }, body: 'short and stout' } },
    })
    const received = stage.receivers[0]!.received.at(-1)!
    expect(received.headers['webhook-id']).toBe(said.json.event_id)
    expect(verified(received, secret)).toMatchObject({ type: 'webhook.test', data: { webhook_id: id } })
    expect(await readDelivery(stage.gateway, said.json.message_id)).toMatchObject({ state: 'exhausted', type: 'webhook.test', attempts: 1 })
    expect(await readWebhook(stage.gateway, id)).toMatchObject({ enabled: true, failures: 0 })
    stage.receivers[0]!.manner = 200
    expect((await ask<WebhookTestedReply>('POST', `/${id}/test`)).json).toMatchObject({ delivered: true, http_status: 200, cause: null })
  })

  it('can be asked of a webhook that is disabled', async () => {
    const { id } = await hook()
    await ask('PATCH', `/${id}`, { enabled: false })
    expect((await ask<WebhookTestedReply>('POST', `/${id}/test`)).json.delivered).toBe(true)
    expect((await ask('GET', `/${id}`)).json.enabled).toBe(false)
  })

  it('does not tell one reason for no connection from another', async () => {
    const origins = [{ url: 'http://127.0.0.1:9' }, { url: 'http://nowhere.invalid' }]
    await using other = await openWebhookStage(0, { yaml: allowing(origins) })
    const causes = await Promise.all(
      origins.map(async ({ url }) => {
        const { id } = await makeWebhook(other.gateway, { url })
        return (await call<WebhookTestedReply>(other.gateway, 'POST', `/v2/webhooks/${id}/test`)).json.cause
      }),
    )
    expect(new Set(causes)).toEqual(new Set(['unreachable']))
  })

  it('is not made more than eight times at once', async () => {
    const { id } = await hook()
    const waiting: (() => void)[] = []
    stage.receivers[0]!.manner = (response) => void waiting.push(() => response.writeHead(200).end())
    const before = stage.receivers[0]!.received.length
    const tests = Array.from({ length: 8 }, () => ask('POST', `/${id}/test`))
    await stage.receivers[0]!.has(before + 8)
    expect(await ask('POST', `/${id}/test`)).toMatchObject({ status: 429, error: { code: 'rate_limited' } })
    for (const answer of waiting) answer()
    expect((await Promise.all(tests)).map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    stage.receivers[0]!.manner = 204
  })
})

describe('POST /v2/webhooks/{id}/replay', () => {
  it('sends one message again under its id, whatever became of it, and no message of another webhook', async () => {
    const [{ id }, other] = [await hook(), await hook({ events: ['job.stored'] })]
    await happen(stage.gateway, ['job.cancelled'])
    const [message] = await until(
      () => readDeliveries(stage.gateway, id),
      ([first]) => first?.state === 'delivered',
    )
    const before = stage.receivers[0]!.received.length
    expect(await ask('POST', `/${id}/replay`, { message_id: message!.id })).toMatchObject({ status: 202, json: { queued: 1 } })
    expect((await stage.receivers[0]!.has(before + 1)).at(-1)!.headers['webhook-id']).toBe(message!.event_id)
    for (const [webhook, message_id] of [
      [other.id, message!.id],
      [id, `msg_${'0'.repeat(44)}`],
      [id, 'nothing'],
    ] as const)
      expect(await ask('POST', `/${webhook}/replay`, { message_id })).toMatchObject({ status: 404, error: { param: 'message_id' } })
  })

  it('sends what happened within a time, before the webhook was there, too; what was delivered only where that is said', async () => {
    const from = new Date(stage.clock.nowMs() + 1000).toISOString()
    stage.clock.advance(1000)
    await happen(stage.gateway, ['job.stored', 'job.partial', 'job.stored'])
    stage.clock.advance(1)
    const to = new Date(stage.clock.nowMs()).toISOString()
    await happen(stage.gateway, ['job.stored'])
    await handedOut(stage.gateway)
    const { id } = await hook({ events: ['job.stored'] })
    const replay = async (change: object = {}) =>
      (await ask<{ queued: number }>('POST', `/${id}/replay`, { from, to, ...change })).json.queued
    expect(await replay()).toBe(2)
    await until(
      () => readDeliveries(stage.gateway, id, '?state=delivered'),
      (found) => found.filter(({ event_at }) => event_at === from).length === 2,
    )
    expect([await replay(), await replay({ delivered: true })]).toEqual([0, 2])
  })

  it.each([
    [{}, null],
    [{ from: '2026-11-01T00:00:00Z' }, null],
    [{ message_id: 'msg', from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z' }, null],
    [{ from: 'yesterday', to: 'today' }, 'from'],
    [{ from: '2026-11-01T00:00:00Z', to: '2026-11-02T00:00:00Z', cursor: 'x' }, 'cursor'],
  ])('refuses %j', async (body, param) => {
    expect(await ask('POST', `/${(await hook()).id}/replay`, body)).toMatchObject({ status: 400, error: { code: 'invalid_value', param } })
  })
})

it('what goes on is among the metrics', async () => {
  const answer = await fetch(`${stage.gateway.url}/metrics`, { headers: { authorization: `Bearer ${stage.gateway.adminToken}` } })
  const text = await answer.text()
  expect(text).toMatch(/^darkroom_webhook_attempt_seconds_count\{outcome="delivered"\} [1-9]/m)
  expect(text).toMatch(/^darkroom_webhooks_waiting \d/m)
})
