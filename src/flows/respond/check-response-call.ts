import { errorBody, Failure } from '../../contract/failure.ts'
import type { CheckReply, EstimateReply } from '../../contract/record.ts'
import { formatSize } from '../../contract/size-rules.ts'
import { moneyJson } from '../../primitives/money.ts'
import { refusalsOfProject, responseCallLimits } from '../assert-allowed.ts'
import { moneyTable } from '../estimate-call.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { respondWithStoredPrompt } from '../prompts/with-stored-prompt.ts'
import { judgeResponse, type ResponseAsk } from './judge-response.ts'
import { chooseMainRoute, priceOf, priceResponse } from './price-response.ts'
import type { PricedResponse } from './response-run.ts'

/** Prices a Responses call without making it. @throws Failure the call itself would be answered with. */
export async function estimateResponseCall(parts: GatewayParts, ask: ResponseAsk): Promise<EstimateReply> {
  return presentResponseEstimate(await priceResponse(parts, await respondWithStoredPrompt(parts, ask)))
}

/** Judges a Responses call without making it: every refusal at once in the order the call would meet them, and its price if there is none. */
export async function checkResponseCall(parts: GatewayParts, ask: ResponseAsk & { requestId: string }): Promise<CheckReply> {
  const { refusals: refused, warnings, request, inputs, choice } = await judge(parts, ask)
  const tool = request?.imageTool?.request ?? null
  const { projectId } = ask.principal
  const priced =
    refused.length > 0 || request === null || choice === null ? null : await priceOf(parts, { request, inputs, choice, projectId })
  const limits = priced && request && choice ? responseCallLimits(ask, { request, choice, ...priced }) : null
  const refusals = limits === null ? refused : await refusalsOfProject(parts, limits)
  return {
    ok: refusals.length === 0,
    refusals: refusals.map((refusal) => ({ status: refusal.status, error: errorBody(refusal, { requestId: ask.requestId }).error })),
    warnings: [...warnings],
    resolved: tool && {
      model: tool.model.id,
      size: tool.size === 'auto' ? 'auto' : formatSize(tool.size),
      quality: tool.quality,
      output_format: tool.outputFormat,
      n: 1,
    },
    estimate: priced && request && choice ? presentResponseEstimate({ ...priced, choice }) : null,
  }
}

async function judge(parts: GatewayParts, asked: ResponseAsk) {
  const nothing = { warnings: [], request: null, inputs: [], choice: null }
  try {
    const ask = await respondWithStoredPrompt(parts, asked)
    const choice = await chooseMainRoute(parts, ask)
    return { ...(await judgeResponse(parts, ask, choice)), choice }
  } catch (error) {
    if (error instanceof Failure) return { ...nothing, refusals: [error] }
    throw error
  }
}

/** The wire shape of the estimate of an assistant call: its image tool as of a direct call, its main model beside it. */
function presentResponseEstimate({ choice, estimate }: Pick<PricedResponse, 'choice' | 'estimate'>): EstimateReply {
  const { main, image } = estimate.cards
  const card = image ?? main
  return {
    model: estimate.model ?? estimate.mainModel,
    route_id: choice.route.id,
    route_owner: choice.route.owner,
    price_card: card === null ? { id: 'unpriced', date: '' } : { id: card.id, date: card.date },
    lane: 'standard',
    tokens: estimate.toolTokens,
    main_model: { model: estimate.mainModel, price_card: main && { id: main.id, date: main.date }, tokens: estimate.mainTokens },
    low: moneyJson(estimate.low),
    expected: moneyJson(estimate.expected),
    high: moneyJson(estimate.high),
    reserve: moneyJson(estimate.reserve),
    per_bucket: moneyTable(estimate.lines.expected.map(({ bucket, nanos }) => [bucket, nanos])),
    per_quality: moneyTable(Object.entries(estimate.perQuality)),
    promise: estimate.promise,
    assumptions: [...estimate.assumptions],
  }
}
