import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ModelCatalogue } from '../../contract/model-catalogue.ts'
import { extraTextTokensPerImage, imageInputTokens } from './input-formula.ts'

test.each([
  [64, 64, 16],
  [256, 256, 256],
  [400, 400, 625],
  [300, 600, 512],
  [240, 600, 416],
  [200, 800, 352],
  [100, 800, 352],
  [900, 900, 1024],
  [1200, 600, 722],
  [1376, 768, 1032],
  [1024, 1024, 1024],
  [1536, 1024, 1536],
  [1280, 720, 920],
  [2048, 2048, 1521],
  [3840, 2160, 1508],
  [6000, 4000, 1536],
])('counts %ix%i as %i tokens, as it was measured', (width, height, tokens) => {
  expect(imageInputTokens({ width, height })).toBe(tokens)
})

test('never counts more than 1536 tokens, and a turned picture like the upright one', () => {
  const side = fc.integer({ min: 1, max: 10_000 })
  fc.assert(
    fc.property(side, side, (width, height) => {
      const tokens = imageInputTokens({ width, height })
      expect(tokens).toBeGreaterThan(0)
      expect(tokens).toBeLessThanOrEqual(1536)
      expect(imageInputTokens({ width: height, height: width })).toBe(tokens)
    }),
  )
})

test('adds ten text tokens for each image on 2.5, none on gpt-image-2', () => {
  const catalogue = new ModelCatalogue()
  const extra = (id: string) => extraTextTokensPerImage(catalogue.find(id, Date.UTC(2026, 10, 20))!.row)
  expect([extra('gpt-image-2.5-flare'), extra('gpt-image-2')]).toEqual([10, 0])
})
