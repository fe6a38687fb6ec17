import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Secret } from '../primitives/secret.ts'
import { kindOfAnswer } from './answer-kind.ts'
import { readHeadFacts, readRetryAfterMs } from './head-facts.ts'
import { readUpstreamError } from './read-upstream-error.ts'
import { redactorFor } from './redact.ts'

const key = 'dk-canary-4d41b0b6e9'
const redact = redactorFor(new Secret(key))
const withKey = fc.string({ unit: 'binary' }).map((text) => text + key + text)

it('reads any head without throwing, and repeats no key from it', () => {
  const names = fc.constantFrom(
    'content-type',
    'content-encoding',
    'x-request-id',
    'openai-processing-ms',
    'x-ratelimit-a',
    'retry-after',
    '__proto__',
  )
  const headers = fc.dictionary(names, fc.oneof(withKey, fc.array(withKey), fc.string()))
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 999 }), headers, (status, headers) => {
      const head = { status, headers }
      const read = [kindOfAnswer(head), readHeadFacts(head, redact), readRetryAfterMs(headers, 0)]
      expect(JSON.stringify(read)).not.toContain(key)
    }),
  )
})

it('reads any refusal without throwing, and repeats no key from it', () => {
  const documents = fc.oneof(
    fc.json(),
    withKey,
    withKey.map((text) => JSON.stringify({ error: text })),
    withKey.map((text) => JSON.stringify({ error: { message: text, code: text, moderation_details: { categories: [text, [text]] } } })),
  )
  fc.assert(
    fc.property(documents, (body) => {
      expect(JSON.stringify(readUpstreamError(body, redact)) ?? '').not.toContain(key)
    }),
  )
})
