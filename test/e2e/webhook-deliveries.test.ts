import { createHash, createHmac } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { statementContext } from '../../src/db/index.ts'
import { type CallTargetsOf, WebhookDeliveries } from '../../src/flows/index.ts'
import { Secret } from '../../src/primitives/secret.ts'
import {
  attemptDelaysMs,
  type CallEndpointKey,
  callEndpoint,
  callEndpointId,
  sealWebhookSecret,
  secretOfApiKey,
  webhookSecretText,
} from '../../src/webhooks/index.ts'
import { verified } from '../support/verified-webhook.ts'
import { eventIds } from '../support/webhook-receiver.ts'
import {
  allowing,
  call,
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

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR
/** Longer than anybody waits for, a letter at a time. */
const LONG_HEAD = `HTTP/1.1 200 ${'O'.repeat(10_000)}`

let stage: WebhookStage
afterEach(() => stage[Symbol.asyncDispose]())

const hook = (at = 0, wish: object = {}) => makeWebhook(stage.gateway, { url: `${stage.receivers[at]!.url}/hook`, ...wish })
const deliveries = (id: string, query = '') => readDeliveries(stage.gateway, id, query)
/** Waits until the messages of a webhook stand as they should. */
const settled = (id: string, ...states: string[]) =>
  until(
    () => deliveries(id),
    (found) => JSON.stringify(found.map(({ state }) => state).sort()) === JSON.stringify(states.toSorted()),
  )
/** The only message of a webhook, once so many attempts have ended. */
const attempted = async (id: string, attempts: number) =>
  (
    await until(
      () => deliveries(id),
      ([message]) => message?.attempts === attempts,
    )
  )[0]!

describe('an event', () => {
  it('is told to every webhook that wants it, signed, with its number and nothing else of the project', async () => {
    stage = await openWebhookStage(2)
    const all = await hook()
    const some = await hook(1, { events: ['job.failed', 'webhook.disabled'] })
    await happen(stage.gateway, ['job.queued', 'job.completed', 'job.failed'])
    const [first, second, third] = (await stage.receivers[0]!.has(3)).map((received) => verified(received, all.secret))
    expect([first, second, third].map((message) => message!.type).sort()).toEqual(['job.completed', 'job.failed', 'job.queued'])
    expect(first).toEqual({
      type: first!.type,
      timestamp: new Date(stage.clock.nowMs()).toISOString(),
      data: { job_id: 'gen_1', sequence: expect.any(Number) },
    })
    const [told] = await stage.receivers[1]!.has(1)
    expect(verified(told!, some.secret)).toMatchObject({ type: 'job.failed' })
    await settled(all.id, 'delivered', 'delivered', 'delivered')
    expect(stage.receivers[1]!.received).toHaveLength(1)
  })

  it('of another project is told to nobody here', async () => {
    stage = await openWebhookStage()
    const { id } = await hook()
    const { id: projectId } = await stage.gateway.gateway.parts.access.projects.create({ name: 'other' })
    await happen(stage.gateway, ['job.failed'], { projectId, subjectId: 'gen_2' })
    await happen(stage.gateway, ['job.completed'])
    await settled(id, 'delivered')
    expect(stage.receivers[0]!.received).toHaveLength(1)
  })

  it('that is too large is told in short, with enough to ask for the rest', async () => {
    stage = await openWebhookStage()
    const { secret } = await hook()
    await happen(stage.gateway, ['job.failed'], { subjectId: 'gen_3', data: { words: 'w'.repeat(30_000) } })
    const [received] = await stage.receivers[0]!.has(1)
    expect(verified(received!, secret).data).toEqual({ id: 'gen_3', sequence: expect.any(Number), truncated: true })
  })
})

describe('deliveries', () => {
  it('find within five seconds what nobody woke them for', async () => {
    stage = await openWebhookStage()
    const { id } = await hook()
    const { parts } = stage.gateway.gateway
    const unwoken = new WebhookDeliveries()
    await unwoken.turn(parts)
    await happen(stage.gateway, ['job.completed'], { silently: true })
    stage.clock.advance(4999)
    await unwoken.turn(parts)
    expect(await deliveries(id)).toEqual([])
    stage.clock.advance(1)
    await unwoken.turn(parts)
    expect(await deliveries(id)).toHaveLength(1)
    await unwoken.quiet()
  })
})

describe('a receiver', () => {
  it('F68 that answers 500 ten times is tried ten times on schedule under one id, then given up, and the others are told', async () => {
    stage = await openWebhookStage(2)
    stage.receivers[0]!.manner = 500
    const dead = await hook()
    const watching = await hook(1, { events: ['webhook.exhausted'] })
    const startMs = stage.clock.nowMs()
    await happen(stage.gateway, ['job.completed'])
    const attemptsAtMs: number[] = []
    for (let attempt = 1; attempt <= 10; attempt++) {
      await stage.receivers[0]!.has(attempt)
      attemptsAtMs.push(stage.clock.nowMs() - startMs)
      const message = await attempted(dead.id, attempt)
      if (attempt === 10) break
      expect(message).toMatchObject({ state: 'pending', last_status: 500, last_cause: 'status' })
      pass(stage, Date.parse(message.next_attempt_at!) - stage.clock.nowMs())
    }
    const sums = attemptDelaysMs.map((_, at) => attemptDelaysMs.slice(0, at + 1).reduce((sum, delay) => sum + delay, 0))
    expect(attemptsAtMs).toEqual(sums)
    const [given] = await settled(dead.id, 'exhausted')
    const seen = stage.receivers[0]!.received
    expect(new Set(eventIds(seen))).toEqual(new Set([given!.event_id]))
    expect(new Set(seen.map(({ body }) => body)).size).toBe(1)
    for (const received of seen) expect(verified(received, dead.secret).type).toBe('job.completed')
    expect(new Set(seen.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(10)
    const [told] = await stage.receivers[1]!.has(1)
    expect(verified(told!, watching.secret)).toMatchObject({
      type: 'webhook.exhausted',
      data: { webhook_id: dead.id, message_id: given!.id, event_id: given!.event_id, attempts: 10, http_status: 500, cause: 'status' },
    })
    pass(stage, 5 * DAY)
    await happen(stage.gateway, ['job.completed'])
    await stage.receivers[0]!.has(11)
    expect(stage.receivers[0]!.received.filter(({ headers }) => headers['webhook-id'] === given!.event_id)).toHaveLength(10)
  })

  it.each([
    ['its answer', (response) => response.write('1')],
    ['its head', (response, at) => response.socket?.write(LONG_HEAD[at]!)],
  ] as [string, (response: ServerResponse, at: number) => void][])(
    'F69 that trickles %s is cut off, and has failed',
    async (_what, trickle) => {
      stage = await openWebhookStage(1, { webhooks: { pace: { timeoutMs: 400 } } })
      stage.receivers[0]!.manner = (response) => {
        let at = 0
        const trickling = setInterval(() => trickle(response, at++), 20)
        response.on('close', () => clearInterval(trickling))
      }
      const { id } = await hook()
      await happen(stage.gateway, ['job.completed'])
      expect(await attempted(id, 1)).toMatchObject({ last_cause: 'timeout', state: 'pending' })
    },
  )

  it('F69 that does not answer holds up nobody else', async () => {
    stage = await openWebhookStage(2, { webhooks: { pace: { timeoutMs: 60 * SECOND } } })
    stage.receivers[0]!.manner = () => undefined
    const [silent, quick] = [await hook(), await hook(1)]
    await happen(
      stage.gateway,
      Array.from({ length: 20 }, () => 'job.completed' as const),
    )
    await settled(quick.id, ...Array.from({ length: 20 }, () => 'delivered'))
    await stage.receivers[0]!.has(8)
    expect(new Set((await deliveries(silent.id)).map(({ attempts }) => attempts))).toEqual(new Set([0]))
    expect(stage.receivers[0]!.received).toHaveLength(8)
    await stage.receivers[0]![Symbol.asyncDispose]()
  })

  it.each([
    ['a metadata service', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a receiver that may be reached', () => `${stage.receivers[1]!.url}/hook`],
  ])('F70 that redirects to %s has failed, and nobody is asked there', async (_what, location) => {
    stage = await openWebhookStage(2)
    stage.receivers[0]!.manner = (response) => response.writeHead(302, { location: location() }).end()
    const { id } = await hook()
    await happen(stage.gateway, ['job.completed'])
    const message = await attempted(id, 1)
    expect(message).toMatchObject({ state: 'pending', last_status: 302, last_cause: 'redirect' })
    expect((await readDelivery(stage.gateway, message.id)).log[0]!.response!.headers).toMatchObject({ location: location() })
    expect([stage.receivers[0]!.received.length, stage.receivers[1]!.received.length]).toEqual([1, 0])
  })

  it('that answers 410 is disabled at once: what waits is cancelled, the others are told, and a replay brings all of it', async () => {
    stage = await openWebhookStage(2)
    stage.receivers[0]!.manner = 500
    const gone = await hook()
    const watching = await hook(1, { events: ['webhook.disabled'] })
    const from = new Date(stage.clock.nowMs()).toISOString()
    await happen(stage.gateway, ['job.queued'])
    await attempted(gone.id, 1)
    stage.receivers[0]!.manner = 410
    await happen(stage.gateway, ['job.started'])
    await settled(gone.id, 'cancelled', 'cancelled')
    expect(await readWebhook(stage.gateway, gone.id)).toMatchObject({ enabled: false, disabled: { why: 'gone' } })
    const [told] = await stage.receivers[1]!.has(1)
    expect(verified(told!, watching.secret)).toMatchObject({ type: 'webhook.disabled', data: { webhook_id: gone.id, why: 'gone' } })

    const before = stage.receivers[0]!.received.length
    await happen(stage.gateway, ['job.completed'])
    stage.receivers[0]!.manner = 200
    const order = { from, to: new Date(stage.clock.nowMs() + DAY).toISOString() }
    expect((await call(stage.gateway, 'POST', `/v2/webhooks/${gone.id}/replay`, order)).error).toMatchObject({ code: 'webhook_disabled' })
    expect(stage.receivers[0]!.received).toHaveLength(before)
    await call(stage.gateway, 'PATCH', `/v2/webhooks/${gone.id}`, { enabled: true })
    const replayed = await call(stage.gateway, 'POST', `/v2/webhooks/${gone.id}/replay`, order)
    expect(replayed).toMatchObject({ status: 202, json: { queued: 3, next_cursor: null } })
    await settled(gone.id, 'delivered', 'delivered', 'delivered')
    const again = stage.receivers[0]!.received.slice(before)
    expect(again.map((received) => verified(received, gone.secret).type).sort()).toEqual(['job.completed', 'job.queued', 'job.started'])
    expect(eventIds(again)).toEqual(expect.arrayContaining([...new Set(eventIds(stage.receivers[0]!.received.slice(0, before)))]))
  })

  it('that takes nothing for five days is disabled; one that took something in between is not', async () => {
    stage = await openWebhookStage(2)
    for (const receiver of stage.receivers) receiver.manner = 503
    const [dead, ailing] = [await hook(), await hook(1)]
    await happen(stage.gateway, ['job.completed'])
    await attempted(dead.id, 1)
    await attempted(ailing.id, 1)
    stage.receivers[1]!.manner = 200
    pass(stage, 5 * SECOND)
    await settled(ailing.id, 'delivered')
    await attempted(dead.id, 2)
    stage.receivers[1]!.manner = 503
    pass(stage, 5 * DAY - 5 * SECOND)
    await settled(dead.id, 'cancelled')
    await happen(stage.gateway, ['job.completed'])
    await settled(ailing.id, 'delivered', 'pending')
    await until(
      () => readWebhook(stage.gateway, ailing.id),
      ({ failures }) => failures === 1,
    )
    expect(await readWebhook(stage.gateway, dead.id)).toMatchObject({ enabled: false, disabled: { why: 'failing' } })
    expect(await readWebhook(stage.gateway, ailing.id)).toMatchObject({ enabled: true })
  })

  it('that asks for a pause gets it, an hour at most', async () => {
    stage = await openWebhookStage()
    stage.receivers[0]!.manner = (response) => response.writeHead(429, { 'retry-after': '120' }).end()
    const { id } = await hook()
    await happen(stage.gateway, ['job.completed'])
    const { next_attempt_at } = await attempted(id, 1)
    expect(Date.parse(next_attempt_at!) - stage.clock.nowMs()).toBe(120 * SECOND)
    stage.receivers[0]!.manner = (response) => response.writeHead(503, { 'retry-after': '86400' }).end()
    pass(stage, 120 * SECOND)
    expect(Date.parse((await attempted(id, 2)).next_attempt_at!) - stage.clock.nowMs()).toBe(HOUR)
  })

  it('that is dead is asked by a few messages, not by all that wait; when it is back they come at once', async () => {
    stage = await openWebhookStage(2)
    stage.receivers[0]!.manner = 500
    const [dead, alive] = [await hook(), await hook(1)]
    await happen(
      stage.gateway,
      Array.from({ length: 100 }, () => 'job.completed' as const),
    )
    await settled(alive.id, ...Array.from({ length: 100 }, () => 'delivered'))
    await until(
      () => deliveries(dead.id, '?limit=1000'),
      (found) => found.filter(({ attempts }) => attempts > 0).length >= 5,
    )
    expect(stage.receivers[0]!.received.length).toBeLessThanOrEqual(8)
    stage.receivers[0]!.manner = 200
    pass(stage, 60 * SECOND)
    await settled(dead.id, ...Array.from({ length: 100 }, () => 'delivered'))
    expect(new Set(eventIds(stage.receivers[0]!.received)).size).toBe(100)
  })

  it.each([
    ['an answer of which no end is seen', 'delivered', null, (response) => void response.writeHead(200).write('x'.repeat(20_000))],
    ['a connection that breaks', 'pending', 'broken', (response) => response.socket!.destroy()],
    [
      'an answer that breaks off',
      'pending',
      'broken',
      (response) => void response.writeHead(200).write('x', () => response.socket!.destroy()),
    ],
    ['an answer that is none', 'pending', 'broken', (response) => response.socket!.end('SSH-2.0-OpenSSH\r\n')],
  ] as [string, string, string | null, (response: ServerResponse) => void][])(
    'with %s leaves the message %s',
    async (_what, state, cause, manner) => {
      stage = await openWebhookStage()
      stage.receivers[0]!.manner = manner
      const { id } = await hook()
      await happen(stage.gateway, ['job.completed'])
      expect(await attempted(id, 1)).toMatchObject({ state, last_cause: cause })
    },
  )

  it('reads messages signed with both secrets while one replaces the other', async () => {
    stage = await openWebhookStage()
    const { id, secret: first } = await hook()
    const rotated = await call<{ secret: string }>(stage.gateway, 'POST', `/v2/webhooks/${id}/rotate`, { overlap_seconds: 3600 })
    const { secret: second } = rotated.json
    await happen(stage.gateway, ['job.queued'])
    const [during] = await stage.receivers[0]!.has(1)
    for (const secret of [first, second]) expect(verified(during!, secret).type).toBe('job.queued')
    // An attempt that is not booked by then is made again.
    await attempted(id, 1)
    pass(stage, HOUR)
    await happen(stage.gateway, ['job.completed'])
    const [, after] = await stage.receivers[0]!.has(2)
    expect(verified(after!, second).type).toBe('job.completed')
    expect(() => verified(after!, first)).toThrow('No matching signature')
  })
})

describe('a message', () => {
  it('that waits is sent by the next process, under the same id, and not where its address may not be reached any more', async () => {
    stage = await openWebhookStage(2)
    const { dataFolder } = stage.gateway
    for (const receiver of stage.receivers) receiver.manner = 500
    const [kept, closed] = [await hook(), await hook(1)]
    await happen(stage.gateway, ['job.completed'])
    for (const { id } of [kept, closed]) await attempted(id, 1)
    const { event_id } = (await deliveries(kept.id))[0]!
    await stage.gateway.gateway.close()
    stage.clock.advance(5 * SECOND)
    for (const receiver of stage.receivers) receiver.manner = 200
    const [first, second] = stage.receivers
    await using next = await openWebhookStage(0, { dataFolder, clock: stage.clock, yaml: allowing([first!]) })
    const received = await first!.has(2)
    expect(eventIds(received)).toEqual([event_id, event_id])
    const refused = await until(
      () => readDeliveries(next.gateway, closed.id),
      ([message]) => message?.attempts === 2,
    )
    expect(refused[0]).toMatchObject({ last_cause: 'address', state: 'pending' })
    expect(second!.received).toHaveLength(1)
    await rm(dataFolder, { recursive: true, force: true })
  })

  it('is logged with what was sent and said, without its signatures, and the beginning of the answer', async () => {
    stage = await openWebhookStage()
    stage.receivers[0]!.manner = (response) => response.writeHead(202, { 'x-seen': 'yes', 'set-cookie': 'a=b' }).end('y'.repeat(2000))
    const { id, secret } = await hook(0, { style: 'unified' })
    await happen(stage.gateway, ['job.completed'])
    const message = await readDelivery(stage.gateway, (await settled(id, 'delivered'))[0]!.id)
    const [received] = stage.receivers[0]!.received
    expect(message.body).toBe(received!.body)
    expect(message.log).toMatchObject([
      {
        n: 1,
        http_status: 202,
        cause: null,
        request: {
          url: `${stage.receivers[0]!.url}/hook`,
          signatures: 1,
          headers: { 'webhook-id': message.event_id, 'x-webhook-event': 'completed' },
        },
        response: { headers: { 'x-seen': 'yes' }, body: 'y'.repeat(1024) },
      },
    ])
    const text = JSON.stringify(message)
    for (const hidden of [secret, received!.headers['x-webhook-signature'], 'signature"', 'set-cookie']) expect(text).not.toContain(hidden)
  })
})

describe('a call that named a receiver', () => {
  const API_KEY = 'dk_live_the_key_of_a_caller'

  it('has it told of its own job in the unified shape, signed with the SHA-256 of its key; of other jobs it hears nothing', async () => {
    let named: CallEndpointKey
    const callTargetsOf: CallTargetsOf = async (_parts, events) =>
      new Map(
        events
          .filter(({ subject_id }) => subject_id === 'gen_mine')
          .map(({ id }) => [id, { endpointId: callEndpointId(named), events: ['job.completed', 'job.failed'] }]),
      )
    stage = await openWebhookStage(1, { webhooks: { callTargetsOf } })
    const { parts } = stage.gateway.gateway
    named = { projectId: parts.access.defaultProjectId, keyId: null, url: `${stage.receivers[0]!.url}/orders/7`, style: 'unified' }
    const [id, secret] = [callEndpointId(named), secretOfApiKey(new Secret(API_KEY))]
    const sealedSecret = sealWebhookSecret(parts.webhookKey, id, 1, secret)
    await parts.database.transact(callEndpoint(statementContext(parts.database, parts.clock, parts.newId), { ...named, sealedSecret }))

    await happen(stage.gateway, ['job.completed'], { subjectId: 'gen_other' })
    await happen(stage.gateway, ['job.queued', 'job.completed'], { subjectId: 'gen_mine' })
    const [received] = await stage.receivers[0]!.has(1)
    await settled(id, 'delivered')
    expect(stage.receivers[0]!.received).toHaveLength(1)
    expect(JSON.parse(received!.body)).toEqual({ event: 'completed', jobId: 'gen_mine', status: 'COMPLETED' })
    const key = createHash('sha256').update(API_KEY).digest('hex')
    expect(received!.headers).toMatchObject({
      'x-webhook-event': 'completed',
      'x-webhook-signature': createHmac('sha256', key).update(received!.body).digest('hex'),
    })
    expect(verified(received!, webhookSecretText(secret))).toBeTruthy()
  })
})
