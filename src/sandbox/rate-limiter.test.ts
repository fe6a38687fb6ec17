import { expect, test } from 'vitest'
import { RateLimiter } from './rate-limiter.ts'
import { Refusal } from './refusal.ts'

const need = { model: 'gpt-image-2', images: 1, tokens: 200 }

function limiterAt(limits: ConstructorParameters<typeof RateLimiter>[0]) {
  const time = { ms: 0 }
  const limiter = new RateLimiter(limits, { nowMs: () => time.ms, monotonicMs: () => time.ms })
  return { time, limiter }
}

function refusalOf(act: () => void): Refusal {
  try {
    act()
  } catch (error) {
    if (error instanceof Refusal) return error
  }
  throw new Error('expected a refusal')
}

test('refuses the sixth picture of a minute with the words and the wait of upstream', () => {
  const { limiter } = limiterAt({ imagesPerMinute: 5 })
  for (let call = 0; call < 5; call += 1) limiter.take(need)
  const refusal = refusalOf(() => limiter.take(need))
  expect(refusal.status).toBe(429)
  expect(refusal.body).toEqual({
    message:
      'Rate limit reached for gpt-image-2 in organization sandbox on input-images per min: Limit 5, Used 5, Requested 1. Please try again in 12s.',
    ...{ type: 'input-images', param: null, code: 'rate_limit_exceeded' },
  })
  expect(refusal.headers).toEqual({ 'retry-after': '12', 'retry-after-ms': '12000' })
})

test('gives back evenly: after the wait it named, the call fits', () => {
  const { limiter, time } = limiterAt({ imagesPerMinute: 5 })
  for (let call = 0; call < 5; call += 1) limiter.take(need)
  time.ms += 11_999
  refusalOf(() => limiter.take(need))
  time.ms += 1
  expect(() => limiter.take(need)).not.toThrow()
})

test('names no wait for a call that can never fit', () => {
  const { limiter } = limiterAt({ imagesPerMinute: 5 })
  const refusal = refusalOf(() => limiter.take({ ...need, images: 10 }))
  expect(refusal.body.message).toMatch(/Limit 5, Requested 10\.$/)
  expect(refusal.headers).toEqual({})
})

test('takes nothing from any limit when one of them refuses', () => {
  const { limiter } = limiterAt({ imagesPerMinute: 5, tokensPerMinute: 100 })
  refusalOf(() => limiter.take(need))
  expect(limiter.headers()).toMatchObject({ 'x-ratelimit-remaining-input-images': '5', 'x-ratelimit-remaining-tokens': '100' })
})

test('shows limit, remainder and reset of all three, enforced or not', () => {
  const { limiter } = limiterAt({ imagesPerMinute: 5 })
  limiter.take(need)
  expect(limiter.headers()).toEqual({
    'x-ratelimit-limit-requests': '10000',
    'x-ratelimit-remaining-requests': '9999',
    'x-ratelimit-reset-requests': '6ms',
    'x-ratelimit-limit-tokens': '8000000',
    'x-ratelimit-remaining-tokens': '7999800',
    'x-ratelimit-reset-tokens': '2ms',
    'x-ratelimit-limit-input-images': '5',
    'x-ratelimit-remaining-input-images': '4',
    'x-ratelimit-reset-input-images': '12s',
  })
})
