import type { TokenBucket } from '../contract/usage.ts'
import { ceilDivide, type Nanos, sum } from '../primitives/money.ts'
import type { Lane, PerCallPriceCard, PriceCardBase, TokenPriceCard, TokenRates } from './price-card.ts'
import type { TokenCount } from './request-tokens.ts'
import { unpriced } from './unpriced.ts'

/** What a line of an estimate or a charge is for. */
export type PriceBucket = TokenBucket | 'partial_images' | 'per_call'

/** One priced line. */
export interface PriceLine {
  bucket: PriceBucket
  /** Tokens of the bucket; 0 for `per_call`, where tokens have no price. */
  tokens: number
  nanos: Nanos
}

/**
 * The column of a card.
 * @throws Failure `price_not_configured` when the card has no batch prices.
 */
export function ratesOf(card: TokenPriceCard, lane: Lane): TokenRates {
  const rates = lane === 'batch' ? card.batchRates : card.rates
  if (!rates) throw unpriced(`Price card ${card.id} has no batch prices.`)
  return rates
}

/** Adds the card's markup; a fraction of a nano counts as a whole one. */
export function withMarkup(amount: Nanos, card: Pick<PriceCardBase, 'markupBasisPoints'>): Nanos {
  return ceilDivide(amount * BigInt(10_000 + card.markupBasisPoints), 10_000n)
}

/** Price of one call on a per-call card; a card that counts pictures takes those asked before the call, those that came after. */
export function perCallPrice(card: PerCallPriceCard, pictures: number): Nanos {
  return withMarkup(card.perCallNanos * BigInt(card.perCallUnit === 'image' ? pictures : 1), card)
}

/** Previews are image output like the picture itself, on a line of their own. */
const rateBucket = (bucket: keyof TokenCount): TokenBucket => (bucket === 'partial_images' ? 'image_out' : bucket)

const countedBuckets: readonly (keyof TokenCount)[] = ['text_in', 'image_in', 'image_out', 'text_out', 'partial_images']

/**
 * Prices a count before the call: one line for every bucket that has tokens.
 * @throws Failure `price_not_configured` when a bucket with tokens has no rate.
 */
export function priceTokens(count: TokenCount, card: TokenPriceCard, lane: Lane): PriceLine[] {
  const rates = ratesOf(card, lane)
  return countedBuckets
    .filter((bucket) => count[bucket] > 0)
    .map((bucket) => {
      const rate = rates[rateBucket(bucket)]
      if (rate === null) throw unpriced(`Price card ${card.id} has no ${lane} price for ${rateBucket(bucket)} tokens.`)
      return { bucket, tokens: count[bucket], nanos: withMarkup(BigInt(count[bucket]) * rate, card) }
    })
}

/** Sum of lines. */
export function totalOf(lines: readonly Pick<PriceLine, 'nanos'>[]): Nanos {
  return sum(lines.map((line) => line.nanos))
}
