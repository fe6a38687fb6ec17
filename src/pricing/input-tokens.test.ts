import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TokenFormula } from '../contract/model-row.ts'
import { inputImageTokens, textInputTokens } from './input-tokens.ts'
import vectors from './price-vectors.json' with { type: 'json' }

describe('input image tokens', () => {
  it.each(vectors.inputImages)('$width x $height is $tokens tokens', ({ width, height, tokens }) => {
    expect(inputImageTokens('gpt-image-2', { width, height }, 'low')).toBe(tokens)
    expect(inputImageTokens('gpt-image-2.5', { width: height, height: width }, 'low')).toBe(tokens)
  })

  it('never passes 1,536 and never is zero', () => {
    const side = fc.integer({ min: 1, max: 20_000 })
    fc.assert(
      fc.property(side, side, (width, height) => {
        const tokens = inputImageTokens('gpt-image-2', { width, height }, 'low')
        expect(tokens).toBeGreaterThan(0)
        expect(tokens).toBeLessThanOrEqual(1536)
      }),
    )
  })

  it.each([
    [1024, 1024, 'low', 194],
    [1536, 1024, 'low', 323],
    [512, 400, 'low', 194],
    [400, 1200, 'low', 452],
    [4096, 8192, 'low', 323],
    [6000, 600, 'low', 581],
    [1024, 1024, 'high', 4354],
    [1024, 1536, 'high', 6563],
  ] as const)('gpt-image-1.5 reads %i x %i at %s fidelity in tiles: %i tokens', (width, height, fidelity, tokens) => {
    expect(inputImageTokens('gpt-image-1', { width, height }, fidelity)).toBe(tokens)
  })
})

describe('text input tokens', () => {
  it.each(vectors.text)('$formula: $promptTokens prompt tokens with $inputImages images, n $n, are $tokens', (row) => {
    const prompt = { expected: row.promptTokens, largest: row.promptTokens }
    expect(row.n * textInputTokens(row.formula as TokenFormula, prompt, row.inputImages).expected).toBe(row.tokens)
  })

  it.each([
    [13, 1, 28],
    [13, 1, 35],
    [13, 2, 50],
    [12, 1, 57],
    [13, 2, 94],
  ])('gpt-image-1.5 edits: %i prompt tokens with %i images were billed as %i and are held', (promptTokens, images, billed) => {
    expect(textInputTokens('gpt-image-1', { expected: promptTokens, largest: promptTokens }, images).largest).toBeGreaterThanOrEqual(billed)
  })
})
