import type { Failure } from '../contract/failure.ts'
import type { ContractWarning, ImageRequest } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import { type Estimate, estimate, type PriceCard, requirePriceCard } from '../pricing/index.ts'
import { billingIsStated, type RouteChoice } from '../routes/index.ts'
import { asSent, type SentRequest } from './as-sent.ts'
import { assertAllowed, imageCallLimits } from './assert-allowed.ts'
import { assertServed, type CallAsk } from './call-ask.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { inputSizes } from './input-sizes.ts'
import { judgeRequest } from './judge-request.ts'
import type { PreparedInput } from './prepare-inputs.ts'

/** A request the contract accepted, with who would serve it and what it would cost. Nothing is recorded yet. */
export interface PricedRequest extends SentRequest {
  /** As the caller wrote it; `request` is what the model gets. */
  asked: ImageRequest
  warnings: ContractWarning[]
  choice: RouteChoice
  card: PriceCard
  estimate: Estimate
  /** What the project reads quality `auto` as; null = the model's dearest. */
  autoQuality: Quality | null
  inputs: readonly PreparedInput[]
}

/**
 * Checks a call and prices it on the route that would serve it.
 * @throws Failure the call itself would be answered with; always `not_charged`.
 */
export async function priceCall(parts: GatewayParts, ask: CallAsk): Promise<PricedRequest> {
  assertServed(ask)
  const choice = chooseRoute(parts, ask)
  const { refusals, request: asked, warnings, inputs } = await judgeRequest(parts, ask, choice.route)
  if (refusals.length > 0 || asked === null) throw refusals[0] as Failure
  const sent = asSent(asked)
  const { autoQuality } = (await parts.access.projects.settingsOf(ask.principal.projectId)).settings
  const priced = await priceRequest(parts, { ...sent, inputs, choice, autoQuality })
  await assertAllowed(parts, imageCallLimits(ask, { asked, choice, ...priced }))
  return { asked, ...sent, warnings, choice, inputs, autoQuality, ...priced }
}

/** The route comes before the check, because a route may open what accounts do not have by default. */
export function chooseRoute(parts: GatewayParts, { body, headers }: CallAsk): RouteChoice {
  const model = body['model']
  const known = typeof model === 'string' ? parts.catalogue.find(model, parts.clock.nowMs())?.row.id : undefined
  return parts.routes.choose(known ?? String(model ?? ''), headers.route)
}

/** @throws Failure `price_not_configured`: an unpriced call is never made. */
export async function priceRequest(
  parts: GatewayParts,
  { request, inputs, choice, autoQuality }: Pick<PricedRequest, 'request' | 'inputs' | 'choice' | 'autoQuality'>,
): Promise<Pick<PricedRequest, 'card' | 'estimate'>> {
  const { route, modelSent } = choice
  const atMs = parts.clock.nowMs()
  const card = requirePriceCard(parts.priceCards, {
    model: priceModel(parts, modelSent, atMs),
    owner: route.owner,
    id: route.priceCard,
    atMs,
  })
  const billingKnown = route.kind === 'official' || route.kind === 'sandbox' || billingIsStated(route)
  return { card, estimate: await estimate({ request, ...inputSizes({ inputs }), card, autoQuality, atMs, billingKnown }) }
}

/** Cards are written for catalogue ids; a snapshot or alias costs what its model costs. */
function priceModel(parts: GatewayParts, modelSent: string, atMs: number): string {
  return parts.catalogue.find(modelSent, atMs)?.row.id ?? modelSent
}
