const NANOS_PER_CENT = 10_000_000n
/** From here on tenths of a cent say nothing. */
const LARGE_NANOS = 10_000_000_000n

/**
 * Dollars to the digit that matters: cents always, a ten-thousandth of a dollar or what the amount itself needs below ten dollars.
 * @param nanos billionths of a dollar
 */
export function formatMoney(nanos: bigint, language: string): string {
  const size = nanos < 0n ? -nanos : nanos
  const digits = size === 0n || size >= LARGE_NANOS || size % NANOS_PER_CENT === 0n ? 2 : size < NANOS_PER_CENT ? 6 : 4
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  })
  // As text the amount is exact; as a number it would not be.
  return format.format(`${nanos}E-9` as Intl.StringNumericLiteral)
}
