/**
 * Money inside Darkroom: whole nano-dollars (10⁻⁹ USD) in a bigint, so that no price, sum or split ever rounds.
 * One gpt-image-2 output token is 30,000 nanos.
 */
export type Nanos = bigint

const NANOS_PER_USD = 1_000_000_000n

/** Money on the wire: an exact decimal string of dollars beside the integer nanos it stands for. */
export interface MoneyJson {
  usd: string
  nanos: string
}

/** Writes nanos as a decimal dollar string without trailing zeros: `5920000n` → `"0.00592"`, `0n` → `"0"`. */
export function formatUsd(nanos: Nanos): string {
  const sign = nanos < 0n ? '-' : ''
  const absolute = nanos < 0n ? -nanos : nanos
  const fraction = (absolute % NANOS_PER_USD).toString().padStart(9, '0').replace(/0+$/, '')
  return `${sign}${absolute / NANOS_PER_USD}${fraction && `.${fraction}`}`
}

/** The wire shape of an amount. */
export function moneyJson(nanos: Nanos): MoneyJson {
  return { usd: formatUsd(nanos), nanos: nanos.toString() }
}

/**
 * Reads a decimal dollar string such as `"0.03"` into nanos.
 * @throws RangeError when the text is not a plain decimal or is finer than a nano-dollar: an amount is never rounded silently.
 */
export function parseUsd(text: string): Nanos {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text)
  if (!match) throw new RangeError(`expected dollars as a decimal with at most 9 places, found ${JSON.stringify(text)}`)
  const nanos = BigInt(match[2]!) * NANOS_PER_USD + BigInt((match[3] ?? '').padEnd(9, '0'))
  return match[1] ? -nanos : nanos
}

/** Adds amounts; the sum of none is zero. */
export function sum(amounts: Iterable<Nanos>): Nanos {
  let total = 0n
  for (const amount of amounts) total += amount
  return total
}

/** Integer division rounded up, for prices that must never be estimated low. Both arguments positive. */
export function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor
}
