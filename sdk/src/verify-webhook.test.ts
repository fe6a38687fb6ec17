import { createHash, createHmac } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { verifyWebhook, type WebhookSecret } from './verify-webhook.ts'

const now = new Date('2026-11-29T12:00:00Z')
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`
const body = JSON.stringify({ type: 'generation.completed', timestamp: now.toISOString(), data: { id: 'gen_1', note: 'größer' } })

/** A message as a sender of that specification signs it. */
function message(keys: string[] = [secret], at = now, id = 'msg_1') {
  const signatures = keys.map((key) => new Webhook(key).sign(id, at, body))
  return { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': signatures.join(' ') }
}

const verify = (headers: Parameters<typeof verifyWebhook>[1], key: WebhookSecret = secret, payload: string | Uint8Array = body) =>
  verifyWebhook(payload, headers, key, () => now)
const minutes = (count: number) => new Date(now.getTime() + count * 60_000)

describe('verifyWebhook', () => {
  it('takes a message that the specification own library signed, as text or bytes, with headers in any form', async () => {
    const sent = { type: 'generation.completed', data: { id: 'gen_1', note: 'größer' } }
    expect(await verify(message())).toMatchObject(sent)
    expect(await verify(new Headers(message()))).toMatchObject(sent)
    expect(await verify({ ...message(), 'Webhook-Id': undefined }, secret, Buffer.from(body))).toMatchObject(sent)
    const asNodeHas = Object.fromEntries(Object.entries(message()).map(([name, value]) => [name.toUpperCase(), [value]]))
    expect(await verify(asNodeHas)).toMatchObject(sent)
  })

  it('takes any of several signatures and of several secrets, so that a secret can be rotated', async () => {
    await expect(verify(message([other, secret]))).resolves.toBeDefined()
    await expect(verify(message([secret]), [other, secret])).resolves.toBeDefined()
    const { 'webhook-signature': signature, ...rest } = message()
    await expect(verify({ ...rest, 'webhook-signature': `v1a,AAAA v1,!!! ${signature}` })).resolves.toBeDefined()
  })

  it('takes messages of five minutes to either side of its clock, and no others', async () => {
    await expect(verify(message([secret], minutes(-5)))).resolves.toBeDefined()
    await expect(verify(message([secret], minutes(5)))).resolves.toBeDefined()
    for (const at of [minutes(-5.02), minutes(5.02)])
      await expect(verify(message([secret], at))).rejects.toMatchObject({ name: 'WebhookError', fault: 'bad_timestamp' })
    await expect(verify({ ...message(), 'webhook-timestamp': 'now' })).rejects.toMatchObject({ fault: 'bad_timestamp' })
  })

  it.each([
    ['another secret', message(), other, body],
    ['another body', message(), secret, body.replace('gen_1', 'gen_2')],
    ['another id', { ...message(), 'webhook-id': 'msg_2' }, secret, body],
    ['another time', { ...message(), 'webhook-timestamp': String(now.getTime() / 1000 - 1) }, secret, body],
    [
      'no signature of version 1',
      { ...message(), 'webhook-signature': message()['webhook-signature'].replace('v1,', 'v2,') },
      secret,
      body,
    ],
  ])('refuses a message with %s', async (_, headers, key, payload) => {
    await expect(verify(headers, key, payload)).rejects.toMatchObject({ fault: 'bad_signature' })
  })

  it('names a secret that is none without showing it, and a request that is no webhook', async () => {
    const fault = await verify(message(), 'whsec_!secret!').catch((error) => error)
    expect([fault.fault, fault.message.includes('!secret!')]).toEqual(['bad_secret', false])
    await expect(verify(message(), '')).rejects.toMatchObject({ fault: 'bad_secret' })
    await expect(verify({ 'webhook-id': 'msg_1' })).rejects.toMatchObject({ fault: 'missing_headers' })
  })

  describe('of a call with the API key', () => {
    const apiKey = 'dk_0123456789'
    const digest = createHash('sha256').update(apiKey).digest()
    const signed = (text: string) => createHmac('sha256', digest.toString('hex')).update(text).digest('hex')

    it('takes a message signed with the SHA-256 of the key', async () => {
      const headers = message([`whsec_${digest.toString('base64')}`])
      await expect(verify(headers, { apiKey })).resolves.toMatchObject({ type: 'generation.completed' })
      await expect(verify(headers, { apiKey: 'dk_another' })).rejects.toMatchObject({ fault: 'bad_signature' })
    })

    it('takes the bare signature of unified job APIs only where that was asked for', async () => {
      const headers = { 'X-Webhook-Signature': signed(body) }
      await expect(verify(headers, { apiKey, acceptUntimed: true })).resolves.toMatchObject({ type: 'generation.completed' })
      await expect(verify(headers, { apiKey })).rejects.toMatchObject({ fault: 'missing_headers' })
      for (const bad of [signed('{}'), 'zz', ''])
        await expect(verify({ 'x-webhook-signature': bad }, { apiKey, acceptUntimed: true })).rejects.toMatchObject({
          fault: 'bad_signature',
        })
    })

    it('holds a message that has both to the better one', async () => {
      const headers = { ...message([other]), 'x-webhook-signature': signed(body) }
      await expect(verify(headers, { apiKey, acceptUntimed: true })).rejects.toMatchObject({ fault: 'bad_signature' })
    })
  })
})
