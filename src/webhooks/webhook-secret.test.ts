import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sealingKey } from '../primitives/sealed-bytes.ts'
import { Secret } from '../primitives/secret.ts'
import { newWebhookSecret, openWebhookSecrets, readWebhookSecret, sealWebhookSecret, webhookSecretText } from './index.ts'
import { endpointRow } from './test-webhooks.ts'

const key = sealingKey(new Secret(randomBytes(32).toString('base64')), 'webhooks')
const textOf = (bytes: number) => webhookSecretText(Buffer.alloc(bytes, 7))

describe('a webhook secret', () => {
  it('that is made here has 32 bytes, and is no other', () => {
    const [one, other] = [newWebhookSecret(), newWebhookSecret()]
    expect([one.length, one.equals(other)]).toEqual([32, false])
    expect(readWebhookSecret(webhookSecretText(one))).toEqual(one)
  })

  it.each([24, 32, 64])('of %i bytes is taken', (bytes) => expect(readWebhookSecret(textOf(bytes))).toHaveLength(bytes))

  it.each(['', 'whsec_', textOf(23), textOf(65), textOf(32).slice('whsec_'.length), `${textOf(32)}=`, `${textOf(25).slice(0, -3)}9==`])(
    'B119 like %j is refused, and not repeated',
    (weak) => {
      expect(() => readWebhookSecret(weak)).toThrow(expect.objectContaining({ code: 'weak_secret', param: 'secret' }))
      if (weak.length > 'whsec_'.length) expect(() => readWebhookSecret(weak)).not.toThrow(weak)
    },
  )

  it('opens for its own receiver and version only', () => {
    const secret = newWebhookSecret()
    const row = endpointRow({ sealed_secret: sealWebhookSecret(key, 'whk', 1, secret) })
    expect(openWebhookSecrets(key, row, 0)).toEqual([secret])
    expect(() => openWebhookSecrets(key, { ...row, id: 'another' }, 0)).toThrow('was changed')
    expect(() => openWebhookSecrets(key, { ...row, secret_version: 2 }, 0)).toThrow('was changed')
  })

  it('is signed with beside the one before it until the overlap ends', () => {
    const [first, second] = [newWebhookSecret(), newWebhookSecret()]
    const row = endpointRow({
      secret_version: 2,
      sealed_secret: sealWebhookSecret(key, 'whk', 2, second),
      sealed_previous: sealWebhookSecret(key, 'whk', 1, first),
      previous_until_ms: 1000,
    })
    expect(openWebhookSecrets(key, row, 999)).toEqual([second, first])
    expect(openWebhookSecrets(key, row, 1000)).toEqual([second])
  })
})
