import fc from 'fast-check'
import OpenAI from 'openai'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { Secret } from '../primitives/secret.ts'
import { type SignedMessage, verifyWebhook } from './index.ts'

const text = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const secret = new Secret(text)
const NOW_MS = Date.UTC(2026, 10, 29)
const body = Buffer.from('{"object":"event","type":"response.completed","data":{"id":"resp_1"}}')

function signed(change: Partial<SignedMessage> = {}, atMs = NOW_MS): SignedMessage {
  const signature = new Webhook(text).sign('evt_1', new Date(atMs), body)
  return { id: 'evt_1', timestamp: String(Math.floor(atMs / 1000)), signature, body, ...change }
}

describe('verifyWebhook', () => {
  it('takes what was signed with the secret, as the official client does', async () => {
    const message = signed({}, Date.now())
    expect(verifyWebhook(message, secret, Date.now())).toBe(true)
    const headers = { 'webhook-id': message.id!, 'webhook-timestamp': message.timestamp!, 'webhook-signature': message.signature! }
    const client = new OpenAI({ apiKey: 'none', webhookSecret: text })
    expect(await client.webhooks.unwrap(body.toString(), headers)).toMatchObject({ type: 'response.completed' })
  })

  it('takes any of several signatures, as they come while a secret is exchanged', () => {
    expect(verifyWebhook(signed({ signature: `v1,bm9uZQ== ${signed().signature}` }), secret, NOW_MS)).toBe(true)
  })

  it.each<[string, Partial<SignedMessage>]>([
    ['no id', { id: null }],
    ['an empty id', { id: '' }],
    ['another id', { id: 'evt_2' }],
    ['no time', { timestamp: null }],
    ['a time that is none', { timestamp: '1e3' }],
    ['another time', { timestamp: String(NOW_MS / 1000 + 1) }],
    ['no signature', { signature: null }],
    ['an empty signature', { signature: '' }],
    ['a signature of another version', { signature: 'v1a,AAAA' }],
    ['another body', { body: Buffer.from(`${body} `) }],
  ])('B121 refuses %s', (_, change) => {
    expect(verifyWebhook(signed(change), secret, NOW_MS)).toBe(false)
  })

  it('B121 refuses what is older, or newer, than five minutes, however well it is signed', () => {
    for (const atMs of [NOW_MS - 301_000, NOW_MS + 301_000]) expect(verifyWebhook(signed({}, atMs), secret, NOW_MS)).toBe(false)
    for (const atMs of [NOW_MS - 299_000, NOW_MS + 299_000]) expect(verifyWebhook(signed({}, atMs), secret, NOW_MS)).toBe(true)
  })

  it('throws for nothing and takes nothing that was not signed', () => {
    const any = fc.record({ id: fc.string(), timestamp: fc.string(), signature: fc.string() })
    fc.assert(fc.property(any, (headers) => !verifyWebhook({ ...headers, body }, secret, NOW_MS)))
  })
})
