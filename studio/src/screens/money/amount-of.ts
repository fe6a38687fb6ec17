import type { Amount } from '../../ui/money.tsx'

const NANOS_PER_DOLLAR = 1_000_000_000n

/** An amount as the gateway would write it, exact. */
export function amountOf(nanos: bigint): Amount {
  const [sign, size] = nanos < 0n ? ['-', -nanos] : ['', nanos]
  const rest = String(size % NANOS_PER_DOLLAR)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return { usd: `${sign}${size / NANOS_PER_DOLLAR}${rest === '' ? '' : `.${rest}`}`, nanos: String(nanos) }
}

/** For places on a chart, where a pixel is wider than any rounding. */
export const dollarsOf = (nanos: bigint) => Number(nanos) / 1e9
