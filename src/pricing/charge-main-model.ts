import type { MainModelUsage } from '../contract/response-usage.ts'
import type { Nanos } from '../primitives/money.ts'
import type { MainModelPriceCard } from './main-model-price-card.ts'
import { countMainModel } from './main-model-tokens.ts'
import { priceCardName } from './price-card.ts'
import { withMarkup } from './price-lines.ts'
import { isStandardTier, type MainModelBucket, type ResponseLine } from './response-call.ts'
import type { ChargeShare, ResponseChargeInput } from './response-charge-input.ts'

/**
 * `unpriced_main_model` no card prices it: booked at the project's ceiling · `main_usage_estimated` upstream gave no usage for it ·
 * `main_cached_unknown` upstream does not say what was cached: all is fresh · `cache_writes_as_fresh` tokens were written to upstream's
 * cache, which may cost more than the fresh input they are counted as · `context_beyond_card` more input than the card's rates hold for ·
 * `other_service_tier` not the tier the rates are for · `unpriced_web_search` searches without a rate · `web_search_unknown` other tools
 * were offered and upstream does not say whether it searched.
 */
export type MainModelFlag =
  | 'unpriced_main_model'
  | 'main_usage_estimated'
  | 'main_cached_unknown'
  | 'cache_writes_as_fresh'
  | 'context_beyond_card'
  | 'other_service_tier'
  | 'unpriced_web_search'
  | 'web_search_unknown'

/** The main model's share of a charge. */
export interface MainModelCharge extends ChargeShare {
  flags: readonly MainModelFlag[]
}

/** Prices the main model's book: its tokens, and the searches of the flow. */
export async function chargeMainModel(input: ResponseChargeInput): Promise<MainModelCharge> {
  const { usage, cards } = input
  const tier = usage.serviceTier ?? input.call.serviceTier
  const charge = cards.main ? await pricedCharge(input, cards.main) : ceilingCharge(input)
  const flags: (MainModelFlag | false)[] = [
    ...charge.flags,
    !isStandardTier(tier) && 'other_service_tier',
    usage.webSearchRequests === null && input.call.hasOtherTools && 'web_search_unknown',
  ]
  return { ...charge, flags: flags.filter((flag) => flag !== false) }
}

/** Nobody knows what the model costs: it counts as much as the project lets a call cost. Its searches are inside. */
function ceilingCharge({ usage: { main }, ceiling }: ResponseChargeInput): MainModelCharge {
  const tokens = main ? main.inputTokens + main.outputTokens : 0
  return {
    lines: [{ bucket: 'main_unpriced', tokens, nanos: ceiling, card: null }],
    flags: ['unpriced_main_model'],
    unpriced: [],
    unpricedBound: 0n,
  }
}

async function pricedCharge(input: ResponseChargeInput, card: MainModelPriceCard): Promise<MainModelCharge> {
  const { usage, ceiling } = input
  const tokens = usage.main ?? (await expectedUsage(input))
  const searches = usage.webSearchRequests ?? 0
  const searchesUnpriced = searches > 0 && card.rates.web_search === null
  const flags: (MainModelFlag | false)[] = [
    usage.main === null && 'main_usage_estimated',
    tokens.cachedTokens === null && 'main_cached_unknown',
    (tokens.cacheWriteTokens ?? 0) > 0 && 'cache_writes_as_fresh',
    card.contextTokens !== null && tokens.inputTokens > card.contextTokens && 'context_beyond_card',
    searchesUnpriced && 'unpriced_web_search',
  ]
  return {
    lines: linesOf(tokens, searches, card),
    flags: flags.filter((flag) => flag !== false),
    unpriced: searchesUnpriced ? [{ bucket: 'web_search', tokens: searches }] : [],
    unpricedBound: searchesUnpriced ? ceiling : 0n,
  }
}

/** Of an answer without usage nobody can say what was cached: nothing is taken for it, and only the missing usage is flagged. */
async function expectedUsage({ call }: ResponseChargeInput): Promise<MainModelUsage> {
  const { expected } = await countMainModel(call)
  return {
    inputTokens: expected.main_in,
    cachedTokens: 0,
    cacheWriteTokens: null,
    outputTokens: expected.main_out,
    reasoningTokens: null,
  }
}

function linesOf({ inputTokens, cachedTokens, outputTokens }: MainModelUsage, searches: number, card: MainModelPriceCard): ResponseLine[] {
  const { main_in, main_cached_in, main_out, web_search } = card.rates
  const cached = cachedTokens ?? 0
  const line = (bucket: MainModelBucket, tokens: number, rate: Nanos): ResponseLine[] =>
    tokens === 0 ? [] : [{ bucket, tokens, nanos: withMarkup(BigInt(tokens) * rate, card), card: priceCardName(card) }]
  return [
    ...line('main_in', inputTokens - cached, main_in),
    ...line('main_cached_in', cached, main_cached_in ?? main_in),
    ...line('main_out', outputTokens, main_out),
    ...(web_search === null ? [] : line('web_search', searches, web_search)),
  ]
}
