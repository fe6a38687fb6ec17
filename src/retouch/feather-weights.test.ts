import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { featherWeights } from './feather-weights.ts'
import { forEachNear } from './near-pixels.ts'

const plane = fc
  .record({
    width: fc.integer({ min: 1, max: 14 }),
    height: fc.integer({ min: 1, max: 14 }),
    targets: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .chain(({ width, height, targets }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      values: fc
        .array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: width * height, maxLength: width * height })
        .map((chances) => Uint8Array.from(chances, (chance) => (chance < targets ? 255 : Math.floor(chance * 255)))),
    }),
  )

describe('distances to the nearest target', () => {
  it('are exact, and given for every pixel within reach and no other', () => {
    fc.assert(
      fc.property(plane, fc.integer({ min: 1, max: 20 }), (given, reach) => {
        const expected = new Map<number, number>()
        const targets = [...given.values.keys()].filter((index) => given.values[index] === 255)
        for (const index of given.values.keys()) {
          const squares = targets.map(
            (target) =>
              ((index % given.width) - (target % given.width)) ** 2 +
              (Math.floor(index / given.width) - Math.floor(target / given.width)) ** 2,
          )
          const nearest = Math.min(...squares)
          if (nearest > 0 && nearest < reach * reach) expected.set(index, nearest)
        }
        const found = new Map<number, number>()
        forEachNear(given, reach, (index, squared) => found.set(index, squared))
        expect(found).toEqual(expected)
      }),
    )
  })
})

describe('weights of a mask', () => {
  it('are 0 exactly where the mask is opaque, and never more than the mask allows', () => {
    fc.assert(
      fc.property(plane, fc.integer({ min: 0, max: 128 }), ({ values, width, height }, featherPx) => {
        const weights = featherWeights(values, width, height, featherPx)
        for (const [index, alpha] of values.entries()) {
          if (alpha === 255) expect(weights[index]).toBe(0)
          expect(weights[index]).toBeLessThanOrEqual(255 - alpha)
        }
      }),
    )
  })
})
