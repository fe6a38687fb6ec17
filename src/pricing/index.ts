/** What a call will cost, what is held for it and what it did cost. Money is bigint nano-USD throughout. */

export { builtInPriceCards, officialOwner, officialPriceCards, sandboxOwner, sandboxPriceCards } from './built-in-price-cards.ts'
export { type Charge, type ChargeFlag, type ChargeInput, charge } from './charge.ts'
export type { MainModelFlag } from './charge-main-model.ts'
export { chargeResponse, type ResponseCharge, type ResponseChargeFlag } from './charge-response.ts'
export type { ToolFlag } from './charge-tool.ts'
export { type Estimate, type EstimateInput, estimate, type PricePromise } from './estimate.ts'
export { estimateResponse, type ResponseEstimate, type ResponseEstimateInput } from './estimate-response.ts'
export { estimatedUsage, type ReplyWithoutUsage } from './estimated-usage.ts'
export { findMainModelCard, type MainModelPriceCard, type MainModelRates } from './main-model-price-card.ts'
export { builtInMainModelCards, officialMainModelCards, sandboxMainModelCards } from './main-model-price-cards.ts'
export type { MainModelTokens } from './main-model-tokens.ts'
export { type OutputTokenCandidates, outputTokenCandidates, partialImageTokens } from './output-tokens.ts'
export {
  findPriceCard,
  type Lane,
  type PerCallPriceCard,
  type PriceCard,
  type PriceCardQuery,
  type PriceConfidence,
  priceCardName,
  pricesName,
  requirePriceCard,
  type TokenPriceCard,
  type TokenRates,
} from './price-card.ts'
export {
  anyPriceCardSchema,
  type MainModelCardRow,
  mainModelCardSchema,
  type PriceCardRow,
  type PriceLists,
  priceCardFromRow,
  priceCardSchema,
  priceListsFromRows,
} from './price-card-schema.ts'
export type { PriceBucket, PriceLine } from './price-lines.ts'
export type { TokenCount } from './request-tokens.ts'
export { isStandardTier, type MainModelBucket, type ResponseCall, type ResponseCards, type ResponseLine } from './response-call.ts'
export type { ResponseChargeInput, ToolItem } from './response-charge-input.ts'
export { loadTokenizer } from './tokenizer.ts'
