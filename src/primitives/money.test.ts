import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ceilDivide, formatUsd, moneyJson, parseUsd, sum } from './money.ts'

const amount = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n })
const positive = fc.bigInt({ min: 1n, max: 2n ** 64n })

describe('money', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000001'],
    [5_920_000n, '0.00592'],
    [-5_920_000n, '-0.00592'],
    [1_000_000_000n, '1'],
    [1_500_000_000n, '1.5'],
    [-1n, '-0.000000001'],
    [9_007_199_254_740_993_000_000_001n, '9007199254740993.000000001'],
  ])('writes %d nanos as %s dollars', (nanos, usd) => {
    expect(formatUsd(nanos)).toBe(usd)
  })

  it('reads back exactly what it wrote, beyond the range of floating point', () => {
    fc.assert(
      fc.property(amount, (nanos) => {
        expect(parseUsd(formatUsd(nanos))).toBe(nanos)
      }),
    )
  })

  it('writes in one way only: no trailing zero, no empty fraction, no negative zero', () => {
    fc.assert(
      fc.property(amount, (nanos) => {
        expect(formatUsd(nanos)).toMatch(/^(?!-0$)-?(0|[1-9]\d*)(\.\d{0,8}[1-9])?$/)
      }),
    )
  })

  it('reads what people write: trailing zeros do not change an amount', () => {
    fc.assert(
      fc.property(fc.nat(), fc.stringMatching(/^\d{1,8}$/), (dollars, fraction) => {
        expect(parseUsd(`${dollars}.${fraction}0`)).toBe(parseUsd(`${dollars}.${fraction}`))
      }),
    )
  })

  it.each(['', '-', '.5', '1.', '1e-3', '+1', ' 1', '1,5', '$1', '0x1', 'NaN', '1.0000000001', '0.0000000001'])(
    'refuses %j instead of rounding or guessing',
    (text) => {
      expect(() => parseUsd(text)).toThrow(RangeError)
    },
  )

  it('puts dollars beside the nanos they stand for', () => {
    expect(moneyJson(30_000n)).toEqual({ usd: '0.00003', nanos: '30000' })
  })

  it('adds exactly, whatever the order, and none to zero', () => {
    expect(sum([])).toBe(0n)
    fc.assert(
      fc.property(fc.array(amount), (amounts) => {
        expect(sum(amounts)).toBe(sum(amounts.toReversed()))
        expect(sum(amounts)).toBe(amounts.reduce((total, each) => total + each, 0n))
      }),
    )
  })

  it('rounds a division up to the smallest whole number that is enough', () => {
    fc.assert(
      fc.property(positive, positive, (dividend, divisor) => {
        const quotient = ceilDivide(dividend, divisor)
        expect(quotient * divisor).toBeGreaterThanOrEqual(dividend)
        expect((quotient - 1n) * divisor).toBeLessThan(dividend)
      }),
    )
  })
})
