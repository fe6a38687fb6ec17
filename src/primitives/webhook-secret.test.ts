import { describe, expect, it } from 'vitest'
import { isStrongWebhookSecret } from './webhook-secret.ts'

const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`

describe('isStrongWebhookSecret', () => {
  it.each(['', 'whsec_', secretOf(23), secretOf(32).slice(6), 'whsec_not base64, and long enough to be one'])('refuses %j', (weak) =>
    expect(isStrongWebhookSecret(weak)).toBe(false),
  )

  it('takes one of 24 bytes', () => expect(isStrongWebhookSecret(secretOf(24))).toBe(true))
})
