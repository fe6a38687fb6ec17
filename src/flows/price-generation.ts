import { checkGeneration, type GenerationCheckContext } from '../contract/check-generation.ts'
import type { DarkroomHeaders } from '../contract/darkroom-headers.ts'
import { type Failure, failure } from '../contract/failure.ts'
import type { ContractWarning, ImageRequest, Operation } from '../contract/image-request.ts'
import { type Estimate, estimate, type PriceCard, requirePriceCard } from '../pricing/index.ts'
import { isJsonObject, type JsonObject } from '../primitives/json.ts'
import type { RouteChoice, RouteContract } from '../routes/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** A call as it would be made, before anything is decided about it. */
export interface CallAsk {
  operation: Operation
  body: JsonObject
  headers: DarkroomHeaders
}

/** A request the contract accepted, with who would serve it and what it would cost. Nothing is recorded yet. */
export interface PricedRequest {
  request: ImageRequest
  warnings: ContractWarning[]
  choice: RouteChoice
  card: PriceCard
  estimate: Estimate
}

/**
 * Checks a request and prices it on the route that would serve it.
 * @throws Failure the call itself would be answered with; always `not_charged`.
 */
export async function priceGeneration(parts: GatewayParts, ask: CallAsk): Promise<PricedRequest> {
  assertServed(ask)
  const choice = chooseRoute(parts, ask)
  const check = checkGeneration(ask.body, checkContext(parts, choice.route))
  if (!check.ok) throw check.refusals[0]
  const { request, warnings } = check
  if (ask.headers.strict && warnings[0]) throw strictly(warnings[0])
  return { request, warnings, choice, ...(await priceRequest(parts, request, choice)) }
}

/** The route comes before the check, because a route may open what accounts do not have by default. */
export function chooseRoute(parts: GatewayParts, { body, headers }: CallAsk): RouteChoice {
  const model = body['model']
  const known = typeof model === 'string' ? parts.catalogue.find(model, parts.clock.nowMs())?.row.id : undefined
  return parts.routes.choose(known ?? String(model ?? ''), headers.route)
}

/** What a check on a route depends on. */
export function checkContext(parts: GatewayParts, route: RouteContract): GenerationCheckContext {
  return { catalogue: parts.catalogue, atMs: parts.clock.nowMs(), transparentPreview: route.transparentPreview }
}

/** @throws Failure `price_not_configured`: an unpriced call is never made. */
export async function priceRequest(
  parts: GatewayParts,
  request: ImageRequest,
  { route, modelSent }: RouteChoice,
): Promise<{ card: PriceCard; estimate: Estimate }> {
  const atMs = parts.clock.nowMs()
  const card = requirePriceCard(parts.priceCards, {
    model: priceModel(parts, modelSent, atMs),
    owner: route.owner,
    id: route.priceCard,
    atMs,
  })
  const billingKnown = route.kind === 'official' || route.kind === 'sandbox' || route.failedCalls !== null
  return { card, estimate: await estimate({ request, inputImages: [], card, autoQuality: null, atMs, billingKnown }) }
}

/** Cards are written for catalogue ids; a snapshot or alias costs what its model costs. */
function priceModel(parts: GatewayParts, modelSent: string, atMs: number): string {
  return parts.catalogue.find(modelSent, atMs)?.row.id ?? modelSent
}

/** With `x-darkroom-strict: true` a remark is a refusal. */
export function strictly(warning: ContractWarning): Failure {
  return failure('unsupported_combination', {
    param: warning.param,
    message: `${warning.message} Refused because of x-darkroom-strict; nothing was sent or charged.`,
  })
}

/** What is asked of Darkroom itself and not built yet is refused: a wish that is silently ignored would cost money or trust. */
export function assertServed({ operation, body, headers }: CallAsk): void {
  if (operation !== 'generate') throw notYet('operation', `the operation '${operation}'`)
  const [unmet] = Object.entries({
    'x-darkroom-prompt': headers.prompt,
    'x-darkroom-review': headers.review,
    'x-darkroom-cache': headers.cache,
    'x-darkroom-rights': headers.rights,
    'x-darkroom-mask': headers.strictMask,
    'x-darkroom-mask-source': headers.convertMaskSource,
    'x-darkroom-transparency': headers.keyTransparency,
  }).filter(([, value]) => value !== null && value !== false)
  if (unmet) throw notYet(unmet[0], `the header ${unmet[0]}`)
  const extension = body['darkroom']
  const [member] = isJsonObject(extension) ? Object.keys(extension) : []
  if (member !== undefined) throw notYet(`darkroom.${member}`, `darkroom.${member}`)
}

function notYet(param: string, what: string): Failure {
  return failure('endpoint_not_served', {
    status: 400,
    param,
    message: `This version of Darkroom does not act on ${what}. Nothing was sent or charged; leave it out.`,
  })
}
