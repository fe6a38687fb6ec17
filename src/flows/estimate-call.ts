import type { EstimateReply } from '../contract/record.ts'
import { moneyJson, type Nanos } from '../primitives/money.ts'
import type { CallAsk } from './call-ask.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { type PricedRequest, priceCall } from './price-call.ts'
import { withStoredPrompt } from './prompts/with-stored-prompt.ts'

/**
 * Prices a call without making it.
 * @throws Failure the call itself would be answered with.
 */
export async function estimateCall(parts: GatewayParts, ask: CallAsk): Promise<EstimateReply> {
  return presentEstimate(await priceCall(parts, await withStoredPrompt(parts, ask)))
}

/** The wire shape of an estimate. */
export function presentEstimate({ choice, estimate }: Pick<PricedRequest, 'choice' | 'estimate'>): EstimateReply {
  return {
    model: estimate.model,
    route_id: choice.route.id,
    route_owner: choice.route.owner,
    price_card: { id: estimate.card.id, date: estimate.card.date },
    lane: estimate.lane === 'batch' ? 'economy' : 'standard',
    tokens: estimate.tokens,
    main_model: null,
    low: moneyJson(estimate.low),
    expected: moneyJson(estimate.expected),
    high: moneyJson(estimate.high),
    reserve: moneyJson(estimate.reserve),
    per_bucket: moneyTable(estimate.perBucket.map(({ bucket, nanos }) => [bucket, nanos])),
    per_quality: moneyTable(Object.entries(estimate.perQuality)),
    promise: estimate.promise,
    assumptions: [...estimate.assumptions],
  }
}

/** Amounts by name, on the wire. */
export function moneyTable(rows: readonly (readonly [string, Nanos])[]) {
  return Object.fromEntries(rows.map(([name, nanos]) => [name, moneyJson(nanos)]))
}
