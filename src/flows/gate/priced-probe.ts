import { nothingAsked } from '../../contract/darkroom-headers.ts'
import type { Failure } from '../../contract/failure.ts'
import type { Probe } from '../../gate/index.ts'
import type { RouteChoice } from '../../routes/index.ts'
import type { GenerationAsk } from '../accept-generation.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { judgeRequest } from '../judge-request.ts'
import { type PricedRequest, priceRequest } from '../price-call.ts'

/** Who runs the gate: the administrator, under the id of one request. */
export type GateCaller = Pick<GenerationAsk, 'principal' | 'requestId'>

/** A probe as the call it is: an ordinary generation, recorded and paid for like any other. */
export function probeAsk({ principal, requestId }: GateCaller, { body }: Probe, routeId: string): GenerationAsk {
  const headers = { ...nothingAsked(), route: routeId, projectTag: 'gate' }
  return { operation: 'generate', body, brought: null, headers, principal, requestId, clientRequestId: null }
}

/**
 * Checks and prices the legal body of a probe, then puts in what is really sent: this is how a size that the contract refuses reaches the
 * route. Nobody else is asked in its place, and it is asked whatever the gate said before.
 * @throws Failure where even the legal body cannot be sent, e.g. for want of a price
 */
export async function pricedProbe(parts: GatewayParts, ask: GenerationAsk, probe: Probe, choice: RouteChoice): Promise<PricedRequest> {
  const { refusals, request, warnings } = await judgeRequest(parts, ask, [choice])
  if (refusals.length > 0 || request === null) throw refusals[0] as Failure
  const { card, estimate } = await priceRequest(parts, { request, inputs: [], choice, autoQuality: null })
  const sent = { ...request, wire: { ...request.wire, ...probe.wireChanges } }
  const sentTo = { ...choice, modelSent: probe.modelSent ?? choice.modelSent }
  const route = { choice: sentTo, card, estimate }
  return { ...route, plan: [route], asked: request, request: sent, keyColour: null, warnings, autoQuality: null, inputs: [] }
}
