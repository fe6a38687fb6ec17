import { format, inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Secret } from './secret.ts'

const value = 'sk-very-secret-value'
const secret = new Secret(value)

describe('Secret', () => {
  it('gives its value to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(value)
  })

  it.each<[string, () => string]>([
    ['a template', () => `${secret}`],
    ['joining', () => [secret, secret].join()],
    ['adding to text', () => 'key: '.concat(String(secret))],
    ['JSON', () => JSON.stringify({ route: { key: secret } })],
    ['inspect', () => inspect({ key: secret }, { depth: 9, showHidden: true })],
    ['inspect without our own form', () => inspect(secret, { customInspect: false, showHidden: true })],
    ['console formats', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['its own properties', () => JSON.stringify([Object.entries(secret), Reflect.ownKeys(secret)])],
    ['a spread', () => JSON.stringify({ ...secret })],
    ['an error', () => inspect(new Error('failed', { cause: { key: secret } }))],
    ['a structured clone', () => inspect(structuredClone({ key: secret }))],
  ])('does not print through %s', (_way, print) => {
    expect(print()).not.toContain(value)
  })
})
