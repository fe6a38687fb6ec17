import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readStatedLimits } from './read-stated-limits.ts'

const nothing = { limit: null, remaining: null, resetMs: null }

it('reads the three limits of upstream', () => {
  expect(
    readStatedLimits({
      'x-ratelimit-limit-requests': '10000',
      'x-ratelimit-remaining-requests': '9999',
      'x-ratelimit-reset-requests': '6ms',
      'x-ratelimit-limit-tokens': '8000000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '58.891s',
      'x-ratelimit-limit-input-images': ' 5 ',
      'x-ratelimit-remaining-input-images': '4',
      'x-ratelimit-reset-input-images': '1m12s',
    }),
  ).toEqual({
    requests: { limit: 10_000, remaining: 9_999, resetMs: 6 },
    tokens: { limit: 8_000_000, remaining: 0, resetMs: 58_891 },
    images: { limit: 5, remaining: 4, resetMs: 72_000 },
  })
})

it('reads images under their short name, and under the long one first', () => {
  expect(readStatedLimits({ 'x-ratelimit-limit-images': '7' }).images.limit).toBe(7)
  expect(readStatedLimits({ 'x-ratelimit-limit-images': '7', 'x-ratelimit-limit-input-images': '5' }).images.limit).toBe(5)
  expect(readStatedLimits({ 'x-ratelimit-limit-images': '7', 'x-ratelimit-limit-input-images': 'many' }).images.limit).toBe(7)
})

it.each([
  ['120ms', 120],
  ['0s', 0],
  ['12', 12_000],
  ['1.5', 1_500],
  ['2m', 120_000],
  ['1h2m3s4ms', 3_723_004],
  ['500.25ms', 500.25],
])('reads a reset of %s as %d ms', (reset, resetMs) => {
  expect(readStatedLimits({ 'x-ratelimit-reset-tokens': reset }).tokens.resetMs).toBe(resetMs)
})

it.each(['', ' ', 's', 'ms', '-1s', '1e9s', 'NaN', 'Infinity', '1s2m', '1763640000', '2026-11-21T12:00:00Z', '٣s', '9'.repeat(300)])(
  'passes a reset of "%s" by',
  (reset) => {
    expect(readStatedLimits({ 'x-ratelimit-reset-tokens': reset }).tokens).toEqual(nothing)
  },
)

it.each(['', '-1', '1.5', '1e3', '0x10', 'NaN', 'Infinity', '5, 5', '5;w=60', '9'.repeat(13)])('passes a figure of "%s" by', (figure) => {
  const headers = { 'x-ratelimit-limit-tokens': figure, 'x-ratelimit-remaining-tokens': figure }
  expect(readStatedLimits(headers).tokens).toEqual(nothing)
})

it('passes a limit of zero by, which would close the route for good', () => {
  const headers = { 'x-ratelimit-limit-tokens': '0', 'x-ratelimit-remaining-tokens': '0' }
  expect(readStatedLimits(headers).tokens).toEqual({ ...nothing, remaining: 0 })
})

it('gets finite figures that are not negative out of any text', () => {
  const name = fc.tuple(fc.constantFrom('limit', 'remaining', 'reset'), fc.constantFrom('requests', 'tokens', 'input-images', 'images'))
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9.hms -]{0,40}$/), fc.double().map(String), fc.bigInt().map(String))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text)), (entries) => {
      const headers = Object.fromEntries(entries.map(([[member, of], value]) => [`x-ratelimit-${member}-${of}`, value]))
      for (const stated of Object.values(readStatedLimits(headers)))
        for (const figure of Object.values(stated)) expect(figure === null || (Number.isFinite(figure) && figure >= 0)).toBe(true)
    }),
  )
})
