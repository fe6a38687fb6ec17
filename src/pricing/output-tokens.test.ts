import { describe, expect, it } from 'vitest'
import type { PixelSize } from '../contract/image-request.ts'
import type { Quality, TokenFormula } from '../contract/model-row.ts'
import { countableQualities, outputTokenCandidates } from './output-tokens.ts'
import vectors from './price-vectors.json' with { type: 'json' }
import { models, pixels } from './test-support.ts'

/** Every legal size that is not taller than wide. */
function landscapeSizes(): PixelSize[] {
  const sizes: PixelSize[] = []
  for (let width = 16; width <= 3840; width += 16)
    for (let height = 16; height <= width; height += 16) {
      const area = width * height
      if (width <= 3 * height && area >= 655_360 && area <= 8_294_400) sizes.push({ width, height })
    }
  return sizes
}

const formulaOf = (model: string): TokenFormula => models[model as keyof typeof models].tokenFormula

describe('output tokens of published, measured and worked-out rows', () => {
  const rows = vectors.output.filter((row) => formulaOf(row.model) !== 'unknown')
  it.each(rows)('$model $size $quality ×$n is $tokens tokens ($source)', ({ model, size, quality, n, tokens }) => {
    const candidates = outputTokenCandidates(formulaOf(model), quality as Quality, pixels(size), n)
    expect(candidates).toEqual({ expected: tokens, largest: tokens, smallest: tokens })
  })

  it('has every row of the sheet', () => {
    expect(vectors.output.filter((row) => row.n === 1)).toHaveLength(69)
  })

  it.each(vectors.output.filter((row) => row.publishedUsd))(
    '$size $quality rounds to the published $$publishedUsd',
    ({ quality, size, publishedUsd }) => {
      const { expected } = outputTokenCandidates('gpt-image-2', quality as Quality, pixels(size), 1)
      expect(((expected * 30_000) / 1e9).toFixed(3)).toBe(publishedUsd)
    },
  )
})

describe('rounding ties', () => {
  it.each(vectors.ties)('$formula $size $quality keeps half-even, half-up and the calculator apart', (row) => {
    const candidates = outputTokenCandidates(row.formula as TokenFormula, row.quality as Quality, pixels(row.size), 1)
    const all = [row.halfEven, row.halfUp, row.calculator]
    expect(candidates).toEqual({ expected: row.halfEven, largest: Math.max(...all), smallest: Math.min(...all) })
  })

  it.each([
    ['gpt-image-2', 'medium', '1536x944', 1242, 1201],
    ['gpt-image-2', 'medium', '3072x1888', 2808, 2715],
    ['gpt-image-2.5', 'xhigh', '2048x1584', 4196, 4112],
    ['gpt-image-2.5', 'xhigh', '2048x1968', 5983, 5886],
  ] as const)(
    '%s %s %s: %i exactly, but the calculator in doubles falls short of the tie and reads %i',
    (formula, quality, size, exact, calculator) => {
      expect(outputTokenCandidates(formula, quality, pixels(size), 1)).toEqual({ expected: exact, largest: exact, smallest: calculator })
    },
  )

  it.each([
    ['low', 24],
    ['medium', 46],
    ['high', 49],
    ['xhigh', 23],
    ['max', 43],
  ] as const)('the readings of gpt-image-2.5 %s differ at %i landscape sizes and nowhere else', (quality, count) => {
    const differing = landscapeSizes().filter((size) => {
      const { largest, smallest } = outputTokenCandidates('gpt-image-2.5', quality, size, 1)
      return largest !== smallest
    })
    expect(differing).toHaveLength(count)
  })

  it('does not depend on orientation', () => {
    expect(outputTokenCandidates('gpt-image-2', 'low', pixels('672x1024'), 3)).toEqual(
      outputTokenCandidates('gpt-image-2', 'low', pixels('1024x672'), 3),
    )
  })
})

describe('models without the area formula', () => {
  it('reads gpt-image-1 from its table and multiplies by n', () => {
    expect(outputTokenCandidates('gpt-image-1', 'low', pixels('1024x1024'), 1).expected).toBe(272)
    expect(outputTokenCandidates('gpt-image-1', 'medium', pixels('1024x1536'), 1).expected).toBe(1584)
    expect(outputTokenCandidates('gpt-image-1', 'high', pixels('1536x1024'), 3).expected).toBe(3 * 6208)
  })

  it.each(vectors.output.filter((row) => row.source === 'run-2.6-2026-11'))(
    'holds the reported 2.6 run $size $quality of $tokens tokens',
    (row) => {
      const { smallest, expected, largest } = outputTokenCandidates('unknown', row.quality as Quality, pixels(row.size), 1)
      expect(smallest).toBeLessThanOrEqual(row.tokens)
      expect(largest).toBeGreaterThanOrEqual(row.tokens)
      expect(Math.abs(expected / row.tokens - 1)).toBeLessThan(0.02)
    },
  )

  it('holds the 2.6 run of about 5,800 tokens whether it was xhigh or max', () => {
    for (const quality of ['xhigh', 'max'] as const) {
      const { smallest, largest } = outputTokenCandidates('unknown', quality, pixels('1024x1024'), 1)
      expect(smallest).toBeLessThanOrEqual(5800)
      expect(largest).toBeGreaterThanOrEqual(5800)
    }
  })

  it.each([
    ['gpt-image-2', 'max', '1024x1024', 'quality'],
    ['gpt-image-1', 'xhigh', '1024x1024', 'quality'],
    ['gpt-image-1', 'low', '2048x2048', 'size'],
  ] as const)('refuses %s %s %s as unpriced instead of counting zero', (formula, quality, size, param) => {
    expect(() => outputTokenCandidates(formula, quality, pixels(size), 1)).toThrowError(
      expect.objectContaining({ code: 'price_not_configured', param }),
    )
  })

  it('leaves out qualities the formula has no figure for', () => {
    expect(countableQualities('gpt-image-2', ['low', 'high', 'max'])).toEqual(['low', 'high'])
    expect(countableQualities('unknown', ['low', 'xhigh', 'max'])).toEqual(['low', 'xhigh', 'max'])
  })
})
