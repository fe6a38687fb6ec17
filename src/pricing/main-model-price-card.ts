import type { Nanos } from '../primitives/money.ts'
import { findPriceCard, type PriceCardBase, type PriceCardQuery } from './price-card.ts'

/** Prices of a main model's own buckets: nano-USD per token, and per billable search. */
export interface MainModelRates {
  main_in: Nanos
  /** Null = no price is known: cached input is then counted as fresh. */
  main_cached_in: Nanos | null
  /** Reasoning is output like any other. */
  main_out: Nanos
  /** Null = no price is known, which is not the same as free. */
  web_search: Nanos | null
}

/**
 * A dated price list for mainline models that call the image tool inside Responses; the tool's own tokens are on the image model's card.
 * A model without one is unpriced: its part is flagged and counted at the project's ceiling, never as zero.
 */
export interface MainModelPriceCard extends PriceCardBase {
  kind: 'main_model'
  rates: MainModelRates
  /** Input tokens up to which the rates hold; null = as far as is known, always. */
  contextTokens: number | null
}

/** The card in force for a main model of an owner, chosen as `findPriceCard` chooses. Null = the model is unpriced on this route. */
export function findMainModelCard(cards: readonly MainModelPriceCard[], query: PriceCardQuery): MainModelPriceCard | null {
  return findPriceCard(cards, query)
}
