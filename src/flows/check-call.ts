import { checkGeneration } from '../contract/check-generation.ts'
import { errorBody, Failure } from '../contract/failure.ts'
import type { ContractWarning, ImageRequest } from '../contract/image-request.ts'
import type { CheckReply } from '../contract/record.ts'
import { formatSize } from '../contract/size-rules.ts'
import { presentEstimate } from './estimate-call.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { assertServed, type CallAsk, checkContext, chooseRoute, priceRequest, strictly } from './price-generation.ts'

/** Judges a call without making it: every refusal at once in the order the call would meet them, and its price if there is none. */
export async function checkCall(parts: GatewayParts, ask: CallAsk & { requestId: string }): Promise<CheckReply> {
  const { refusals, warnings, request, estimate } = await judge(parts, ask)
  return {
    ok: refusals.length === 0,
    refusals: refusals.map((refusal) => ({ status: refusal.status, error: errorBody(refusal, { requestId: ask.requestId }).error })),
    warnings: [...warnings],
    resolved: request && {
      model: request.model.id,
      size: request.size === 'auto' ? 'auto' : formatSize(request.size),
      quality: request.quality,
      output_format: request.outputFormat,
      n: request.n,
    },
    estimate,
  }
}

interface Judgement {
  refusals: Failure[]
  warnings: readonly ContractWarning[]
  request: ImageRequest | null
  estimate: CheckReply['estimate']
}

async function judge(parts: GatewayParts, ask: CallAsk): Promise<Judgement> {
  const nothing = { warnings: [], request: null, estimate: null }
  let choice: ReturnType<typeof chooseRoute>
  try {
    assertServed(ask)
    choice = chooseRoute(parts, ask)
  } catch (error) {
    return { ...nothing, refusals: [asRefusal(error)] }
  }
  const check = checkGeneration(ask.body, checkContext(parts, choice.route))
  if (!check.ok) return { ...nothing, refusals: check.refusals, warnings: check.warnings }
  const strict = ask.headers.strict ? check.warnings.map(strictly) : []
  if (strict.length > 0) return { refusals: strict, warnings: [], request: check.request, estimate: null }
  try {
    const { estimate } = await priceRequest(parts, check.request, choice)
    return { refusals: [], warnings: check.warnings, request: check.request, estimate: presentEstimate({ choice, estimate }) }
  } catch (error) {
    return { refusals: [asRefusal(error)], warnings: check.warnings, request: check.request, estimate: null }
  }
}

/** Only refusals are an answer here; anything else is a fault of ours and goes up. */
function asRefusal(error: unknown): Failure {
  if (error instanceof Failure) return error
  throw error
}
