import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shippedModelRows } from '../../src/contract/model-rows.ts'
import * as contract from '../../src/contract/size-rules.ts'
import {
  type FreeRule,
  fittingSize,
  formatSize,
  nearestLegalSize,
  offeredSizes,
  sizeFaults,
} from '../../studio/src/screens/make/size-rules.ts'

/** As `GET /v2/models` tells the rules of gpt-image-2. */
const rule: FreeRule = {
  rule: 'free',
  step: contract.sizeRules.step,
  longest_edge: contract.sizeRules.longestEdge,
  ratio: contract.sizeRules.ratio,
  pixels_min: contract.sizeRules.pixelsMin,
  pixels_max: contract.sizeRules.pixelsMax,
  experimental_above_pixels: contract.sizeRules.experimentalAbovePixels,
  standard: [...contract.standardSizes],
}
const pixels = fc.integer({ min: 1, max: 99_999 })
const sizes = fc.record({ width: pixels, height: pixels })

describe('the size picker', () => {
  it('makes of any width and height the size that the gateway would advise, which its contract allows', () => {
    fc.assert(
      fc.property(sizes, (wish) => {
        const taken = nearestLegalSize(wish, rule)
        expect(contract.sizeFault(taken)).toBeNull()
        expect(taken).toEqual(contract.nearestLegalSize(wish.width, wish.height))
      }),
      { numRuns: 60 },
    )
  })

  it('takes a legal wish as it is and names a reason for every other', () => {
    const near = fc.record({ width: fc.integer({ min: 30, max: 260 }), height: fc.integer({ min: 30, max: 260 }) })
    const steps = near.map(({ width, height }) => ({ width: width * 16, height: height * 16 }))
    fc.assert(
      fc.property(fc.oneof(sizes, steps), (wish) => {
        const isLegal = contract.isLegalSize(wish)
        expect(sizeFaults(wish, rule).length === 0).toBe(isLegal)
        if (isLegal) expect(nearestLegalSize(wish, rule)).toEqual(wish)
      }),
    )
  })

  it.each([
    ['1920x1080', '1920x1088', ['step']],
    ['4096x4096', '2880x2880', ['longest_edge', 'pixels_max']],
    ['512x512', '816x816', ['pixels_min']],
    ['3840x1008', '3408x1136', ['ratio']],
  ])('rounds %s to %s', (wish, taken, faults) => {
    const [width, height] = wish.split('x').map(Number) as [number, number]
    expect(formatSize(nearestLegalSize({ width, height }, rule))).toBe(taken)
    expect(sizeFaults({ width, height }, rule)).toEqual(faults)
  })

  it('offers for each model only what that model draws, and brings a size of another model to one', () => {
    for (const { id, sizes: drawn } of shippedModelRows) {
      const own = drawn === 'free' ? rule : { rule: 'listed' as const, listed: [...drawn] }
      const isDrawn = (size: string) =>
        size === 'auto' || (drawn === 'free' ? contract.isLegalSize(contract.parseSize(size)!) : drawn.includes(size))
      for (const size of offeredSizes(own)) expect([id, size, isDrawn(size)]).toEqual([id, size, true])
      for (const size of ['auto', '1920x1080', '3840x2160', '64x64']) expect([id, isDrawn(fittingSize(size, own))]).toEqual([id, true])
    }
  })
})
