import { describe, expect, it } from 'vitest'
import { Secret } from '../primitives/secret.ts'
import { redactorFor } from './redact.ts'

const key = new Secret('key-of-the-route')
const body = {
  model: 'gpt-image-2-2026-04-21',
  prompt: 'a tea poster for the spring harvest\nin Shizuoka',
  metadata: { project: 'the secret spring campaign' },
  input: [{ role: 'user', content: [{ type: 'input_text', text: 'draw the owner of the tea garden' }] }],
  previous_response_id: 'resp_0123456789abcdef',
}
const clean = (text: string) => redactorFor(key, body)(text, 500)

describe('a text of upstream', () => {
  it.each([
    ['the key', 'wrong key key-of-the-route', 'wrong key [key]'],
    ['a key half hidden', 'wrong key sk-proj-****abcd', 'wrong key [key]'],
    ['the header', 'got Bearer abcdefgh', 'got Bearer [key]'],
    ['the account', 'limit of org-abcdefghij', 'limit of [account]'],
    ['the whole prompt', 'refused: a tea poster for the spring harvest in Shizuoka.', 'refused: [request].'],
    ['half of the prompt', 'refused: "tea poster for the spring…"', 'refused: "[request]…"'],
    ['a label', 'no campaign is the secret spring campaign', 'no campaign is [request]'],
    ['what an assistant was told', 'cannot draw the owner of the tea garden', 'cannot [request]'],
    ['a picture', `no picture: ${'iVBORw0K'.repeat(40)}`, 'no picture: [base64]'],
    ['line breaks', 'a\r\n{"level":60}\u001b[31m', 'a {"level":60} [31m'],
  ])('is passed on without %s', (_what, text, left) => {
    expect(clean(text)).toBe(left)
  })

  it.each([
    'The model gpt-image-2-2026-04-21 does not exist.',
    "Previous response with id 'resp_0123456789abcdef' not found.",
    'a tea poster',
    'insufficient_quota',
  ])('is left as it is where it names no more than it must: %s', (text) => {
    expect(redactorFor(key, { ...body, prompt: 'with insufficient_quota in it' })(text, 500)).toBe(text)
  })

  it('is cleaned in the time of a few kilobytes, however long it and the request are', () => {
    const long = redactorFor(key, { prompt: 'ab '.repeat(5_000_000) })
    expect(long(`x ${'ab '.repeat(5_000_000)}`, 100)).toMatch(/^x ?\[request\]$/)
  })
})
