import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDarkroom, type Darkroom, WebhookError, webhooks } from '../../sdk/src/index.ts'
import { promptWith, smallCall } from '../support/generation-calls.ts'
import { submit } from '../support/job-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { type ReceivedWebhook, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'
import { allowing, call, makeWebhook } from '../support/webhook-stage.ts'

let receiver: WebhookReceiver
let gateway: TestGateway
let darkroom: Darkroom

beforeAll(async () => {
  receiver = await startWebhookReceiver()
  gateway = await startTestGateway({ yaml: allowing([receiver]) })
  darkroom = createDarkroom({ baseUrl: gateway.url, key: gateway.key })
})
afterAll(async () => {
  await gateway.close()
  await receiver[Symbol.asyncDispose]()
})

/** The message that reached this path; each test has its own. */
async function messageAt(path: string): Promise<ReceivedWebhook> {
  for (let count = 1; ; count++) {
    const found = (await receiver.has(count)).find((message) => message.path === path)
    if (found) return found
  }
}
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error) => error,
  )

describe('webhooks.verify, of what the gateway really sends', () => {
  it('believes a message to an endpoint by its secret, also while that is rotated, and tells what happened', async () => {
    const hook = await makeWebhook(gateway, { url: `${receiver.url}/endpoint`, events: ['job.completed'] })
    const { jobId } = await darkroom.jobs.submit({ request: smallCall })
    const { body, headers } = await messageAt('/endpoint')
    const message = await webhooks.verify<{ job_id: string }>(body, headers, hook.secret)
    expect(message).toMatchObject({ type: 'job.completed', data: { job_id: jobId } })
    expect(Math.abs(Date.parse(message.timestamp) - Date.now())).toBeLessThan(5 * 60_000)

    const rotated = await call<{ secret: string }>(gateway, 'POST', `/v2/webhooks/${hook.id}/rotate`, { overlap_seconds: 3600 })
    const before = receiver.received.length
    await call(gateway, 'POST', `/v2/webhooks/${hook.id}/test`, {})
    const later = (await receiver.has(before + 1))[before]!
    for (const secret of [hook.secret, rotated.json.secret, [rotated.json.secret, hook.secret]])
      expect((await webhooks.verify(later.body, later.headers, secret)).type).toBe('webhook.test')
  })

  it('believes a message to the address of a call by the key that made the call', async () => {
    await darkroom.jobs.submit({ request: { ...smallCall, prompt: promptWith('moderation') }, webhook_url: `${receiver.url}/native` })
    const { body, headers } = await messageAt('/native')
    expect((await webhooks.verify(body, headers, { apiKey: gateway.key })).type).toBe('job.failed')
    const bulk = await darkroom.jobs.bulk([{ ...smallCall }], { webhook_url: `${receiver.url}/bulk` })
    const told = await messageAt('/bulk')
    expect(await webhooks.verify(told.body, told.headers, { apiKey: gateway.key })).toMatchObject({ data: { job_id: bulk.id } })
  })

  it('believes one in the words of the unified job APIs, by either of its signatures', async () => {
    await submit(gateway, { prompt: 'a fox', gptImage2Params: { quality: 'low' }, webhook_url: `${receiver.url}/unified` })
    const { body, headers } = await messageAt('/unified')
    const untimed = { 'x-webhook-signature': headers['x-webhook-signature'] }
    const told = { event: 'completed', status: 'COMPLETED' }
    expect(await webhooks.verify(body, headers, { apiKey: gateway.key })).toMatchObject(told)
    expect(await webhooks.verify(body, untimed, { apiKey: gateway.key, acceptUntimed: true })).toMatchObject(told)
    expect(await faultOf(webhooks.verify(body, untimed, { apiKey: gateway.key }))).toMatchObject({ fault: 'missing_headers' })
  })

  it('believes none that was changed on the way, is too old, or is from somebody else', async () => {
    const { secret } = await makeWebhook(gateway, { url: `${receiver.url}/doubted`, events: ['job.completed'] })
    await darkroom.jobs.submit({ request: smallCall })
    const { body, headers } = await messageAt('/doubted')
    const inAnHour = () => new Date(Date.now() + 3_600_000)
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const faults = [
      await faultOf(webhooks.verify(body.replace('job.completed', 'job.cancelled'), headers, secret)),
      await faultOf(webhooks.verify(body, { ...headers, 'webhook-id': 'msg_other' }, secret)),
      await faultOf(webhooks.verify(body, headers, secret, inAnHour)),
      await faultOf(webhooks.verify(body, headers, other)),
      await faultOf(webhooks.verify(body, headers, { apiKey: gateway.key })),
    ]
    expect(faults.every((fault) => fault instanceof WebhookError)).toBe(true)
    expect(faults.map(({ fault }) => fault)).toEqual(['bad_signature', 'bad_signature', 'bad_timestamp', 'bad_signature', 'bad_signature'])
  })
})
