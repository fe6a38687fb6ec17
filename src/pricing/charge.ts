import { type TokenBucket, tokenBuckets, type Usage, type UsageSource } from '../contract/usage.ts'
import { type Nanos, sum } from '../primitives/money.ts'
import { partialImageTokens } from './output-tokens.ts'
import type { Lane, PerCallPriceCard, PriceCard, TokenPriceCard, TokenRates } from './price-card.ts'
import { type PriceLine, perCallPrice, ratesOf, totalOf, withMarkup } from './price-lines.ts'

/** What a charge is made from. */
export interface ChargeInput {
  usage: Usage
  usageSource: UsageSource
  /** The card frozen when the call was made. */
  card: PriceCard
  /** Pictures that came. */
  images: number
  /** Previews that came. */
  previews: number
  /** @default 'standard' */
  lane?: Lane
}

/**
 * Remarks the record keeps beside a charge:
 * `usage_estimated` upstream gave no usage · `usage_without_details` completed from totals · `unpriced_tokens` a bucket without a
 * rate has tokens · `no_output_tokens` pictures came but usage counts none · `no_images` the call brought nothing.
 */
export type ChargeFlag = 'usage_estimated' | 'usage_without_details' | 'unpriced_tokens' | 'no_output_tokens' | 'no_images'

/** What a call cost. */
export interface Charge {
  /** One line per bucket that cost something. */
  lines: readonly PriceLine[]
  /** Sum of the lines. */
  total: Nanos
  /** What the previews cost at the card's rates: inside the total on a token card, whether or not on a line of their own. */
  previewsNanos: Nanos
  flags: readonly ChargeFlag[]
  /** Tokens of buckets without a rate: in no line, not in the total. */
  unpriced: readonly { bucket: TokenBucket; tokens: number }[]
  /** What `unpriced` costs at most, at the dearest rate of the card: to be held as unknown, not booked. */
  unpricedBound: Nanos
}

/**
 * Prices a call after it was made. Usage counts win: previews get a line of their own only when usage was estimated, because
 * nobody knows whether upstream's output tokens hold them. A per-call card ignores tokens altogether.
 * @throws RangeError when a token count is not a whole number from zero up.
 * @throws Failure `price_not_configured` for a lane the card has no prices for; estimating refuses such a call before it is made.
 */
export function charge(input: ChargeInput): Charge {
  return input.card.kind === 'per_call' ? perCallCharge(input, input.card) : tokenCharge(input, input.card)
}

function tokenCharge(input: ChargeInput, card: TokenPriceCard): Charge {
  const { usage, usageSource, images, previews, lane = 'standard' } = input
  const rates = ratesOf(card, lane)
  const used = tokenBuckets.filter((bucket) => wholeCount(bucket, usage[bucket]) > 0)
  const previewsNanos = amountOf(previews * partialImageTokens, rates.image_out ?? 0n, card)
  const lines = used.flatMap((bucket) => lineOf(bucket, usage[bucket], rates, card))
  if (usageSource === 'estimated' && previewsNanos > 0n)
    lines.push({ bucket: 'partial_images', tokens: previews * partialImageTokens, nanos: previewsNanos })
  const unpriced = used.filter((bucket) => rates[bucket] === null).map((bucket) => ({ bucket, tokens: usage[bucket] }))
  const dearest = dearestRate(rates)
  return {
    lines,
    total: totalOf(lines),
    previewsNanos,
    flags: flagsOf([
      [usageSource === 'estimated', 'usage_estimated'],
      [usageSource === 'upstream_without_details', 'usage_without_details'],
      [unpriced.length > 0, 'unpriced_tokens'],
      [images > 0 && usage.image_out === 0, 'no_output_tokens'],
      [images === 0, 'no_images'],
    ]),
    unpriced,
    unpricedBound: sum(unpriced.map(({ tokens }) => amountOf(tokens, dearest, card))),
  }
}

function perCallCharge({ images }: ChargeInput, card: PerCallPriceCard): Charge {
  const total = perCallPrice(card, images)
  return {
    lines: total > 0n ? [{ bucket: 'per_call', tokens: 0, nanos: total }] : [],
    total,
    previewsNanos: 0n,
    flags: flagsOf([[images === 0, 'no_images']]),
    unpriced: [],
    unpricedBound: 0n,
  }
}

function wholeCount(bucket: TokenBucket, tokens: number): number {
  if (!Number.isSafeInteger(tokens) || tokens < 0) throw new RangeError(`expected a whole number of ${bucket} tokens, found ${tokens}`)
  return tokens
}

function lineOf(bucket: TokenBucket, tokens: number, rates: TokenRates, card: PriceCard): PriceLine[] {
  const rate = rates[bucket]
  return rate === null ? [] : [{ bucket, tokens, nanos: amountOf(tokens, rate, card) }]
}

const amountOf = (tokens: number, rate: Nanos, card: PriceCard): Nanos => withMarkup(BigInt(tokens) * rate, card)

function dearestRate(rates: TokenRates): Nanos {
  return Object.values(rates).reduce<Nanos>((dearest, rate) => (rate !== null && rate > dearest ? rate : dearest), 0n)
}

function flagsOf(conditions: readonly (readonly [boolean, ChargeFlag])[]): ChargeFlag[] {
  return conditions.filter(([holds]) => holds).map(([, flag]) => flag)
}
