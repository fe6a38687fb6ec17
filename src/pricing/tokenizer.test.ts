import fc from 'fast-check'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { expect, it } from 'vitest'
import { loadTokenizer } from './tokenizer.ts'

it('counts prompts as o200k_base does', async () => {
  const count = await loadTokenizer()
  expect(count('a cat')).toEqual({ expected: 2, largest: 2 })
  for (const prompt of [
    '',
    '   ',
    'Ein Plakat für “Nacht”, 4:3\n\n',
    '東京の夜、雨に濡れた路地。看板は「居酒屋」',
    '画一只在雨中撑伞的猫，水墨风格',
    '👩‍🚀🎉 café',
  ])
    expect(count(prompt).expected).toBe(countTokens(prompt))
})

it('agrees with the whole-text count on any text without very long runs', async () => {
  const count = await loadTokenizer()
  const words = fc.array(
    fc.oneof(fc.lorem(), fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom(' ', '\n', '\t', '…', '<|fim|>')),
  )
  fc.assert(
    fc.property(words, (parts) => {
      const text = parts.join(' ')
      expect(count(text)).toEqual({ expected: countTokens(text), largest: countTokens(text) })
    }),
  )
})

it('counts text that looks like a special token as plain text', async () => {
  const count = await loadTokenizer()
  expect(count('<|endoftext|>').expected).toBeGreaterThan(1)
  expect(count('a <|im_start|> poster <|endofprompt|>').expected).toBeGreaterThan(10)
})

it('bounds the true count of long unbroken runs, which it counts in parts', async () => {
  const count = await loadTokenizer()
  const letters = fc.constantFrom(...'etaoinshrdlucmfwypvbgkqjxz')
  const run = fc.string({ unit: letters, minLength: 300, maxLength: 1200, size: 'max' })
  fc.assert(
    fc.property(run, (text) => {
      const { expected, largest } = count(text)
      expect(largest).toBeGreaterThanOrEqual(countTokens(text))
      expect(expected).toBeLessThanOrEqual(largest)
    }),
    { numRuns: 40 },
  )
})

it('does not split a surrogate pair at a cut', async () => {
  const count = await loadTokenizer()
  expect(count(`a${'🙂'.repeat(700)}`).expected).toBe(countTokens(`a${'🙂'.repeat(700)}`))
})

it.each(['漢', 'ก', '🙂', 'a', ' ', '!', '\ud800'])('counts the longest prompt of nothing but %j', async (unit) => {
  const count = await loadTokenizer()
  const prompt = unit.repeat(32_000 / unit.length)
  const { expected, largest } = count(prompt)
  expect(expected).toBeGreaterThan(0)
  expect(largest - expected).toBeLessThanOrEqual((3 * 32_000) / 255)
})
