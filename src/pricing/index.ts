/** What a call will cost, what is held for it and what it did cost. Money is bigint nano-USD throughout. */

export { builtInPriceCards, officialOwner, officialPriceCards, sandboxOwner, sandboxPriceCards } from './built-in-price-cards.ts'
export { type Charge, type ChargeFlag, type ChargeInput, charge } from './charge.ts'
export { type Estimate, type EstimateInput, estimate, type PricePromise } from './estimate.ts'
export { estimatedUsage, type ReplyWithoutUsage } from './estimated-usage.ts'
export { type MainModelPrice, mainModelPrices } from './main-model-prices.ts'
export { type OutputTokenCandidates, outputTokenCandidates, partialImageTokens } from './output-tokens.ts'
export {
  findPriceCard,
  type Lane,
  type PerCallPriceCard,
  type PriceCard,
  type PriceCardQuery,
  type PriceConfidence,
  priceCardName,
  requirePriceCard,
  type TokenPriceCard,
  type TokenRates,
} from './price-card.ts'
export { type PriceCardRow, priceCardFromRow, priceCardSchema } from './price-card-schema.ts'
export type { PriceBucket, PriceLine } from './price-lines.ts'
export type { TokenCount } from './request-tokens.ts'
export { loadTokenizer } from './tokenizer.ts'
