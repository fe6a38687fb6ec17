import { failure } from '../../contract/failure.ts'
import { type RolloutStepName, rolloutSteps } from '../../contract/rollout-replies.ts'
import { type Nanos, parseUsd } from '../../primitives/money.ts'
import type { Step, Walk } from '../../rollout/index.ts'
import type { RouteContract } from '../../routes/index.ts'
import { probedModel } from '../gate/gated-route.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { type PricedRequest, priceCall, priceRequest } from '../price-call.ts'
import { callOf, DRAFT, draftBody, finalBody, type RolloutOrder } from './rollout-order.ts'

/** A walk that can be begun. */
export interface RolloutPlan {
  order: RolloutOrder
  route: RouteContract
  model: string
  walk: Walk
}

interface Price {
  expected: Nanos
  reserve: Nanos
}

const nothing: Price = { expected: 0n, reserve: 0n }
const both = (one: Price, other: Price): Price => ({ expected: one.expected + other.expected, reserve: one.reserve + other.reserve })

/**
 * Prices the five steps. Nothing is sent. What the final settings would be refused for is refused now.
 * @throws Failure `no_route`, and whatever a call of the walk would be answered with
 */
export async function planRollout(parts: GatewayParts, order: RolloutOrder): Promise<RolloutPlan> {
  const { route } = parts.routes.named('', order.body.route)
  const model = order.body.model ?? probedModel(parts, route)?.id
  if (model === undefined)
    throw failure('no_route', {
      status: 400,
      param: 'model',
      message: 'No model of the route is in the catalogue. Nothing was sent or charged; name one.',
    })
  const [draft, final] = await Promise.all([
    priceCall(parts, callOf(order, draftBody(order, model))),
    priceCall(parts, callOf(order, finalBody(order, model))),
  ])
  const edit = await priceEdit(parts, draft)
  // A timeout may have been paid for, so it is held as if it were. Only the sandbox is asked for one, with play money.
  const provoked = route.kind === 'sandbox' ? { expected: draft.estimate.reserve, reserve: 2n * draft.estimate.reserve } : nothing
  const prices: Record<RolloutStepName, Price> = {
    first_picture: draft.estimate,
    edit,
    final: final.estimate,
    failure: provoked,
    production: final.estimate,
  }
  const all = rolloutSteps.map((name) => prices[name]).reduce(both, nothing)
  const { size, quality, output_format, output_compression } = order.body.final
  const walk: Walk = {
    routeOwner: route.owner,
    model,
    isPlayMoney: draft.card.book === 'sandbox',
    final: { size, quality, output_format, output_compression: output_compression ?? null },
    maxCostNanos: String(parseUsd(order.body.max_cost_usd)),
    maxLatencyMs: order.body.max_latency_ms,
    plannedNanos: String(all.expected),
    reserveNanos: String(all.reserve),
    steps: rolloutSteps.map((name) => newStep(name, prices[name])),
    next: { code: 'confirm_budget', facts: { reserve: usdOf(all.reserve) } },
  }
  return { order, route, model, walk }
}

/** An edit of the first picture, which is not there yet. */
async function priceEdit(parts: GatewayParts, { request, choice, autoQuality }: PricedRequest): Promise<Price> {
  const [width, height] = DRAFT.size.split('x').map(Number) as [number, number]
  const picture = { role: 'image', width, height, format: 'png' } as const
  const inputs = [{ picture }] as unknown as PricedRequest['inputs']
  return (await priceRequest(parts, { request: { ...request, operation: 'edit' }, inputs, choice, autoQuality })).estimate
}

const newStep = (name: RolloutStepName, { expected }: Price): Step => ({
  name,
  state: 'pending',
  startedAtMs: null,
  finishedAtMs: null,
  plannedNanos: String(expected),
  costNanos: '0',
  checks: [],
  evidence: [],
})

const NANOS = 1_000_000_000
const CENTS_OF_CENTS = 10_000
/** Rounded up, so that whoever types it has enough. */
const usdOf = (nanos: Nanos) => String(Math.ceil((Number(nanos) / NANOS) * CENTS_OF_CENTS) / CENTS_OF_CENTS)
