import type { Failure } from '../../contract/failure.ts'
import type { ResponseCheck, ResponseRequest } from '../../contract/response-request.ts'
import { estimateResponse, type ResponseCall, type ResponseCards, requirePriceCard } from '../../pricing/index.ts'
import type { JsonValue } from '../../primitives/json.ts'
import type { RouteChoice, RouteNeed } from '../../routes/index.ts'
import { assertAllowed, responseCallLimits } from '../assert-allowed.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { inputSizes } from '../input-sizes.ts'
import { candidateRoutes } from '../plan-routes.ts'
import type { PreparedInput } from '../prepare-inputs.ts'
import { checkResponseFields, judgeResponse, type ResponseAsk } from './judge-response.ts'
import { mainModelCard } from './main-model-card.ts'
import type { PricedResponse } from './response-run.ts'

/** What is known of a Responses call before its pictures are looked at. */
export interface CheckedResponse {
  choice: RouteChoice
  check: ResponseCheck
}

/** Chooses the route of a Responses call and checks its fields. @throws Failure where no route could serve it */
export async function checkOnRoute(parts: GatewayParts, ask: ResponseAsk): Promise<CheckedResponse> {
  const choice = await chooseMainRoute(parts, ask)
  return { choice, check: checkResponseFields(parts, ask, choice) }
}

/**
 * Checks a Responses call and prices it on the route that would serve it.
 * @param known what was found out about its fields already
 * @throws Failure the call itself would be answered with; always `not_charged`.
 */
export async function priceResponse(parts: GatewayParts, ask: ResponseAsk, known?: CheckedResponse): Promise<PricedResponse> {
  const { choice, check } = known ?? (await checkOnRoute(parts, ask))
  const { refusals, request, warnings, inputs } = await judgeResponse(parts, ask, choice, check)
  if (refusals.length > 0 || request === null) throw refusals[0] as Failure
  const priced = await priceOf(parts, { request, inputs, choice, projectId: ask.principal.projectId })
  await assertAllowed(parts, responseCallLimits(ask, { request, choice, ...priced }))
  return { request, warnings, choice, inputs, ...priced }
}

/**
 * The route is chosen by the main model: it is what the call goes to. Of several that have assistants the first one that takes a call now
 * serves; there is no turning to another afterwards, since ids of earlier turns mean nothing elsewhere.
 */
export async function chooseMainRoute(parts: GatewayParts, { principal, body, headers }: ResponseAsk): Promise<RouteChoice> {
  const modelId = String(body['model'] ?? '')
  const candidates = await candidateRoutes(parts, { projectId: principal.projectId, modelId, named: headers.route })
  const able = candidates.filter(({ route }) => parts.providers.get(route.protocol)?.operations.includes('respond'))
  return able.find(({ route }) => parts.health.check(route, responseNeed) === null) ?? able[0] ?? candidates[0]!
}

/** What a call takes from the limits of its route: at least one picture; tokens are not known before. */
export const responseNeed: RouteNeed = { images: 1, tokens: 0 }

/** @throws Failure `price_not_configured` when the image model has no price; an unpriced main model counts as the ceiling. */
export async function priceOf(
  parts: GatewayParts,
  asked: { request: ResponseRequest; inputs: readonly PreparedInput[]; choice: RouteChoice; projectId: string },
): Promise<Pick<PricedResponse, 'toolModelSent' | 'call' | 'cards' | 'ceiling' | 'autoQuality' | 'estimate'>> {
  const { request, inputs, choice, projectId } = asked
  const { settings } = await parts.access.projects.settingsOf(projectId)
  const atMs = parts.clock.nowMs()
  const { route, modelSent } = choice
  const tool = request.imageTool?.request ?? null
  const toolModelSent = tool === null ? null : (route.models[tool.model.id] ?? tool.model.id)
  const image =
    toolModelSent === null
      ? null
      : requirePriceCard(parts.priceCards, {
          model: catalogueId(parts, toolModelSent, atMs),
          owner: route.owner,
          id: route.priceCard,
          atMs,
        })
  const cards: ResponseCards = { main: mainModelCard(parts, choice), image }
  const call = responseCall(request, inputs, modelSent)
  const ceiling = settings.responsesCeiling ?? parts.policy.responsesCeiling
  const { autoQuality } = settings
  return { toolModelSent, call, cards, ceiling, autoQuality, estimate: await estimateResponse({ call, cards, ceiling, autoQuality, atMs }) }
}

/** Cards are written for catalogue ids; a snapshot or alias costs what its model costs. */
function catalogueId(parts: GatewayParts, model: string, atMs: number): string {
  return parts.catalogue.find(model, atMs)?.row.id ?? model
}

function responseCall(request: ResponseRequest, inputs: readonly PreparedInput[], mainModel: string): ResponseCall {
  const { wire, imageTool } = request
  return {
    mainModel,
    texts: [...textsIn(wire['instructions']), ...textsIn(wire['input']), JSON.stringify(wire['tools'] ?? '')],
    ...inputSizes({ inputs }),
    hasUncountedInput: request.previousResponseId !== null || request.conversationId !== null || request.imageCallRefs.length > 0,
    maxOutputTokens: typeof wire['max_output_tokens'] === 'number' ? wire['max_output_tokens'] : null,
    serviceTier: typeof wire['service_tier'] === 'string' ? wire['service_tier'] : null,
    tool: imageTool?.request ?? null,
    toolForced: request.toolChoice === 'must',
    hasOtherTools: request.otherTools.length > 0,
  }
}

/** Every string of a value: what the main model reads of it, and a little more. */
function textsIn(value: JsonValue | undefined): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn)
  return []
}
