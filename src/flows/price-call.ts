import { Failure } from '../contract/failure.ts'
import type { ContractWarning, ImageRequest } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import { type Estimate, estimate, type Lane, type PriceCard, requirePriceCard } from '../pricing/index.ts'
import { billingIsStated, type RouteChoice, type RouteContract } from '../routes/index.ts'
import { asSent, type SentRequest } from './as-sent.ts'
import { assertAllowed, imageCallLimits } from './assert-allowed.ts'
import { assertServed, type CallAsk } from './call-ask.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { inputSizes } from './input-sizes.ts'
import { type FieldJudgement, judgeFieldsOnly, judgeRequest } from './judge-request.ts'
import { candidateRoutes, inPolicyOrder, routingPolicy } from './plan-routes.ts'
import type { PreparedInput } from './prepare-inputs.ts'

/** A route that can serve a request, and what it would cost there. */
export interface PricedRoute {
  choice: RouteChoice
  card: PriceCard
  estimate: Estimate
}

/** A request the contract accepted, with who would serve it and what it would cost. Nothing is recorded yet. */
export interface PricedRequest extends SentRequest, PricedRoute {
  /** As the caller wrote it; `request` is what the model gets. */
  asked: ImageRequest
  warnings: ContractWarning[]
  /** Every route that can serve it, the one it is priced on first. */
  plan: readonly PricedRoute[]
  /** What the project reads quality `auto` as; null = the model's dearest. */
  autoQuality: Quality | null
  inputs: readonly PreparedInput[]
}

/** What is known of a call before its pictures are looked at. */
export interface JudgedFields {
  candidates: RouteChoice[]
  fields: FieldJudgement
}

/** Finds who could serve a call, and has its fields judged. @throws Failure where nobody could; what the fields are refused for is returned */
export async function judgeCallFields(parts: GatewayParts, ask: CallAsk): Promise<JudgedFields> {
  assertServed(ask)
  const candidates = await candidatesOf(parts, ask)
  return { candidates, fields: await judgeFieldsOnly(parts, ask, candidates) }
}

/**
 * Checks a call and prices it on the routes that could serve it.
 * @param known what was found out about its fields already
 * @throws Failure the call itself would be answered with; always `not_charged`.
 */
export async function priceCall(parts: GatewayParts, ask: CallAsk, known?: JudgedFields): Promise<PricedRequest> {
  const { candidates, fields } = known ?? (await judgeCallFields(parts, ask))
  const { refusals, request: asked, served, eligible, warnings, inputs } = await judgeRequest(parts, ask, candidates, fields)
  if (refusals.length > 0 || asked === null || served === null) throw refusals[0] as Failure
  const sent = asSent(served)
  const { autoQuality } = (await parts.access.projects.settingsOf(ask.principal.projectId)).settings
  const { lane } = ask
  const plan = await priceRoutes(parts, ask, { request: sent.request, inputs, eligible, autoQuality, ...(lane && { lane }) })
  const [first] = plan
  await assertAllowed(parts, imageCallLimits(ask, { asked, ...first! }), ask.stage)
  return { asked, ...sent, warnings, inputs, autoQuality, plan, ...first! }
}

/** The routes come before the check, because a route may open what accounts do not have by default. */
export function candidatesOf(parts: GatewayParts, { principal, body, headers }: CallAsk): Promise<RouteChoice[]> {
  const model = body['model']
  const known = typeof model === 'string' ? parts.catalogue.find(model, parts.clock.nowMs())?.row.id : undefined
  return candidateRoutes(parts, { projectId: principal.projectId, modelId: known ?? String(model ?? ''), named: headers.route })
}

/** What is priced on each of several routes. */
export interface PricedWish {
  /** As it is sent. */
  request: ImageRequest
  inputs: readonly PreparedInput[]
  eligible: readonly RouteChoice[]
  autoQuality: Quality | null
  /** @default 'standard' */
  lane?: Lane
}

/**
 * Prices a request on every route that can take it, in the order of the project's policy; a route without a price is left out.
 * @throws Failure `price_not_configured` where no route has one: an unpriced call is never made.
 */
export async function priceRoutes(
  parts: GatewayParts,
  { principal }: Pick<CallAsk, 'principal'>,
  wish: PricedWish,
): Promise<PricedRoute[]> {
  const priced = await Promise.all(wish.eligible.map((choice) => priceRequest(parts, { ...wish, choice }).catch(asUnpriced)))
  const known = priced.filter((route): route is PricedRoute => !(route instanceof Failure))
  if (known.length === 0) throw priced[0]
  return inPolicyOrder(parts, known, await routingPolicy(parts, principal.projectId))
}

function asUnpriced(error: unknown): Failure {
  if (error instanceof Failure && error.code === 'price_not_configured') return error
  throw error
}

/** @throws Failure `price_not_configured`: an unpriced call is never made. */
export async function priceRequest(
  parts: GatewayParts,
  {
    request,
    inputs,
    choice,
    autoQuality,
    lane,
  }: Pick<PricedWish, 'request' | 'autoQuality' | 'lane'> & {
    inputs: Parameters<typeof inputSizes>[0]['inputs']
    choice: RouteChoice
  },
): Promise<PricedRoute> {
  const { route, modelSent } = choice
  const atMs = parts.clock.nowMs()
  const card = requirePriceCard(parts.priceCards, {
    model: priceModel(parts, modelSent, atMs),
    owner: route.owner,
    id: route.priceCard,
    atMs,
  })
  const billingKnown = isBillingKnown(parts, route)
  const asked = { request, ...inputSizes({ inputs }), card, autoQuality, atMs, billingKnown, ...(lane && { lane }) }
  return { choice, card, estimate: await estimate(asked) }
}

/** Without it no cost can be promised: nobody stated what failed calls cost, or the gate found bills that do not hold. */
function isBillingKnown(parts: GatewayParts, route: RouteContract): boolean {
  if (route.kind === 'official' || route.kind === 'sandbox') return true
  return billingIsStated(route) && !parts.standings.of(route, parts.clock.nowMs()).restrictions.includes('no_cost_promise')
}

/** Cards are written for catalogue ids; a snapshot or alias costs what its model costs. */
function priceModel(parts: GatewayParts, modelSent: string, atMs: number): string {
  return parts.catalogue.find(modelSent, atMs)?.row.id ?? modelSent
}
