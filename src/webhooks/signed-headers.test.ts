import { createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Secret } from '../primitives/secret.ts'
import { type OutgoingMessage, secretOfApiKey, signedHeaders, webhookSecretText } from './index.ts'

const NOW_MS = Date.UTC(2026, 10, 29, 12, 0, 0, 900)
const [secret, earlier] = [Buffer.alloc(32, 7), Buffer.alloc(24, 8)]
const message = (change: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  style: 'standard',
  eventId: 'evt_1',
  event: 'job.completed',
  body: '{"type":"job.completed","data":{"word":"新茶入荷"}}',
  ...change,
})

describe('signedHeaders', () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOW_MS, toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  const verify = (bytes: Buffer, headers: Record<string, string>, body = message().body) =>
    new Webhook(webhookSecretText(bytes)).verify(body, headers)

  it("are believed by the specification's own verifier, and by no other secret or for no other body", () => {
    const headers = signedHeaders(message(), [secret], NOW_MS)
    expect(verify(secret, headers)).toEqual(JSON.parse(message().body))
    expect(() => verify(earlier, headers)).toThrow('No matching signature')
    expect(() => verify(secret, headers, message().body.replace('completed', 'failed'))).toThrow('No matching signature')
  })

  it('are believed by the holder of either secret during a rotation', () => {
    const headers = signedHeaders(message(), [secret, earlier], NOW_MS)
    expect(headers['webhook-signature']!.split(' ')).toHaveLength(2)
    for (const known of [secret, earlier]) expect(verify(known, headers)).toBeTruthy()
  })

  it('in the unified style hold what its clients check: HMAC-SHA256 of the raw body, keyed by the SHA-256 of the API key in hex', () => {
    const ofKey = secretOfApiKey(new Secret('dk_live_example'))
    const headers = signedHeaders(message({ style: 'unified', event: 'completed' }), [ofKey], NOW_MS)
    const asClientsDo = createHmac('sha256', ofKey.toString('hex')).update(message().body).digest('hex')
    expect(headers).toMatchObject({ 'x-webhook-signature': asClientsDo, 'x-webhook-event': 'completed' })
    expect(verify(ofKey, headers)).toBeTruthy()
  })

  it('differ with the time and not with the attempt: the id is that of the event', () => {
    const [first, second] = [NOW_MS, NOW_MS + 60_000].map((atMs) => signedHeaders(message(), [secret], atMs))
    expect(second).toMatchObject({
      'webhook-id': first!['webhook-id'],
      'webhook-timestamp': String(Number(first!['webhook-timestamp']) + 60),
    })
    expect(second!['webhook-signature']).not.toBe(first!['webhook-signature'])
  })
})
