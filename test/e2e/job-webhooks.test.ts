import { createHash, createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { promptWith, smallCall } from '../support/generation-calls.ts'
import { jobThat, jobWhen, readJob, submit } from '../support/job-calls.ts'
import { startTestGateway } from '../support/test-gateway.ts'
import { type ReceivedWebhook, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'

const allowing = (...receivers: WebhookReceiver[]) =>
  `version: 1\noutbound: { allow: [${receivers.map(({ url }) => `"${url}"`).join(', ')}] }`
const keyOf = (apiKey: string) => createHash('sha256').update(apiKey).digest()
const verified = ({ body, headers }: ReceivedWebhook, apiKey: string) =>
  new Webhook(`whsec_${keyOf(apiKey).toString('base64')}`).verify(body, headers as Record<string, string>) as Record<string, unknown>
const bodies = (received: readonly ReceivedWebhook[]) => received.map(({ body }) => JSON.parse(body) as Record<string, unknown>)

describe('a job that names a receiver', () => {
  it.each(['webhook_url', 'webhookUrl'])(
    'in the words of the unified job API (%s) has it told in those words, signed as they are there',
    async (spelling) => {
      await using receiver = await startWebhookReceiver()
      await using gateway = await startTestGateway({ yaml: allowing(receiver) })
      const events = spelling === 'webhook_url' ? 'webhook_events' : 'webhookEvents'
      const seen = await submit(gateway, {
        prompt: 'a fox',
        gptImage2Params: { quality: 'low' },
        [spelling]: `${receiver.url}/hook`,
        [events]: ['completed', 'failed', 'progress'],
      })
      const jobId = seen.json['jobId'] as string
      const received = await receiver.has(3)
      const ended = bodies(received).find(({ event }) => event === 'completed')!
      expect(ended).toMatchObject({
        jobId,
        status: 'COMPLETED',
        model: 'gpt-image-2',
        progress: 100,
        error: null,
        creditCost: expect.any(Number),
      })
      expect((await fetch(ended['result'] as string)).status).toBe(200)
      expect(new Set(bodies(received).map(({ event }) => event))).toEqual(new Set(['completed', 'progress']))
      for (const message of received) {
        verified(message, gateway.key)
        const expected = createHmac('sha256', keyOf(gateway.key).toString('hex')).update(message.body).digest('hex')
        expect(message.headers['x-webhook-signature']).toBe(expected)
        expect(message.headers['x-webhook-event']).toBe(JSON.parse(message.body).event)
      }
      expect((await jobThat(gateway, jobId, ({ webhookStatus }) => webhookStatus !== 'pending')).webhookStatus).toBe('delivered')
    },
  )

  it('around OpenAI’s body has it told by Standard Webhooks: ids, states and amounts, no words and no addresses', async () => {
    await using receiver = await startWebhookReceiver()
    await using gateway = await startTestGateway({ yaml: allowing(receiver) })
    const prompt = promptWith('moderation', 'a secret fox')
    for (const request of [
      { ...smallCall, prompt: 'a secret fox' },
      { ...smallCall, prompt },
    ])
      await submit(gateway, { request, webhook_url: `${receiver.url}/hook` })
    const received = await receiver.has(2)
    const told = received.map((message) => verified(message, gateway.key))
    expect(told.map(({ type }) => type).sort()).toEqual(['job.completed', 'job.failed'])
    const completed = told.find(({ type }) => type === 'job.completed')!
    expect(completed['data']).toMatchObject({
      job_id: expect.stringMatching(/^gen_/),
      images: [{ id: expect.stringMatching(/^img_/) }],
      cost: { settled: { usd: expect.any(String) } },
      sequence: expect.any(Number),
    })
    expect(JSON.stringify(received)).not.toMatch(/secret fox|signature=|x-webhook-signature/)
  })

  it('is told once as a set, when all of it has ended', async () => {
    await using receiver = await startWebhookReceiver()
    await using gateway = await startTestGateway({ yaml: allowing(receiver) })
    const seen = await submit(gateway, { request: { ...smallCall, n: 3 }, fanout: true, webhook_url: `${receiver.url}/hook` })
    const job = await jobWhen(gateway, seen.json['jobId'] as string)
    const [message] = await receiver.has(1)
    expect(verified(message!, gateway.key)).toMatchObject({ type: 'job.completed', data: { job_id: job.id, counts: { completed: 3 } } })
    expect(receiver.received).toHaveLength(1)
  })

  it('has nobody told of an unknown outcome in words that would be taken for an end', async () => {
    await using receiver = await startWebhookReceiver()
    await using gateway = await startTestGateway({ yaml: allowing(receiver) })
    const prompt = promptWith('reset-before-headers charged')
    const unified = await submit(gateway, { prompt, gptImage2Params: { quality: 'low' }, webhook_url: `${receiver.url}/unified` })
    const native = await submit(gateway, { request: { ...smallCall, prompt }, webhook_url: `${receiver.url}/native` })
    for (const { json } of [unified, native]) await jobWhen(gateway, json['jobId'] as string)
    const [message] = await receiver.has(1)
    expect([message!.path, verified(message!, gateway.key)['type']]).toEqual(['/native', 'job.outcome_unknown'])
    expect((await readJob(gateway, unified.json['jobId'] as string)).webhookStatus).toBeNull()
    expect(receiver.received).toHaveLength(1)
  })

  it('of a bulk is told when it has ended', async () => {
    await using receiver = await startWebhookReceiver()
    await using gateway = await startTestGateway({ yaml: allowing(receiver) })
    const body = JSON.stringify({ items: [smallCall, { ...smallCall, prompt: 'a hen' }], webhook_url: `${receiver.url}/bulk` })
    const response = await gateway.fetch('/v2/jobs/bulk', { method: 'POST', body, headers: { 'content-type': 'application/json' } })
    const { id } = (await response.json()) as { id: string }
    const [message] = await receiver.has(1)
    expect(verified(message!, gateway.key)).toMatchObject({ type: 'job.completed', data: { job_id: id, counts: { completed: 2 } } })
  })

  it.each([
    'http://127.0.0.1:1/hook',
    'https://10.0.0.1/hook',
    'https://user:secret@example.com/',
    'ftp://example.com/',
    'https://[::1]/',
    'not an address',
  ])('is refused, and nothing is queued, for %s', async (webhook_url) => {
    await using gateway = await startTestGateway()
    for (const body of [
      { prompt: 'x', webhook_url },
      { request: smallCall, webhook_url },
    ]) {
      const seen = await submit(gateway, body)
      expect([seen.status, seen.error?.code, seen.error?.param]).toEqual([400, 'webhook_url', 'webhook_url'])
    }
    expect((await (await gateway.fetch('/v2/jobs')).json()) as object).toEqual({ jobs: [], next_cursor: null })
  })
})
