import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inFewLengths } from './in-few-lengths.ts'

it('lists the same values in one of eight lengths up to 128', () => {
  const lengths = new Set<number>()
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 128 }), (values) => {
      const listed = inFewLengths(values)
      lengths.add(listed.length)
      expect(listed.slice(0, values.length)).toEqual(values)
      expect(new Set(listed)).toEqual(new Set(values))
    }),
  )
  expect([...lengths].every((length) => [1, 2, 4, 8, 16, 32, 64, 128].includes(length))).toBe(true)
})

it('refuses to list nothing', () => {
  expect(() => inFewLengths([])).toThrow(RangeError)
})
