import { errorBody, Failure } from '../contract/failure.ts'
import type { CheckReply } from '../contract/record.ts'
import { formatSize } from '../contract/size-rules.ts'
import type { RouteChoice } from '../routes/index.ts'
import { asSent } from './as-sent.ts'
import { imageCallLimits, refusalsOfProject } from './assert-allowed.ts'
import { assertServed, type CallAsk } from './call-ask.ts'
import { presentEstimate } from './estimate-call.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { type Judgement, judgeRequest } from './judge-request.ts'
import { candidatesOf, priceRoutes } from './price-call.ts'
import { remarksOnPrompt } from './prompts/remarks-on-prompt.ts'
import { withStoredPrompt } from './prompts/with-stored-prompt.ts'

/** Judges a call without making it: every refusal at once in the order the call would meet them, and its price if there is none. */
export async function checkCall(parts: GatewayParts, ask: CallAsk & { requestId: string }): Promise<CheckReply> {
  const { refusals, warnings, request, estimate, promptDocument } = await judge(parts, ask)
  return {
    ok: refusals.length === 0,
    refusals: refusals.map((refusal) => ({ status: refusal.status, error: errorBody(refusal, { requestId: ask.requestId }).error })),
    warnings: [...warnings, ...(request ? remarksOnPrompt(request, { ...(promptDocument && { promptDocument }) }) : [])],
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

type Verdict = Pick<Judgement, 'refusals' | 'warnings' | 'request'> & Pick<CallAsk, 'promptDocument'> & { estimate: CheckReply['estimate'] }

async function judge(parts: GatewayParts, asked: CallAsk): Promise<Verdict> {
  let ask: CallAsk
  let candidates: RouteChoice[]
  try {
    ask = await withStoredPrompt(parts, asked)
    assertServed(ask)
    candidates = await candidatesOf(parts, ask)
  } catch (error) {
    return { refusals: [asRefusal(error)], warnings: [], request: null, estimate: null }
  }
  const judgement = await judgeRequest(parts, ask, candidates)
  return { ...(await priced(parts, ask, judgement)), ...(ask.promptDocument && { promptDocument: ask.promptDocument }) }
}

async function priced(parts: GatewayParts, ask: CallAsk, judgement: Judgement): Promise<Verdict> {
  const { refusals, warnings, request, served, eligible, inputs } = judgement
  if (refusals.length > 0 || served === null || request === null) return { refusals, warnings, request, estimate: null }
  try {
    const { autoQuality } = (await parts.access.projects.settingsOf(ask.principal.projectId)).settings
    const [first] = await priceRoutes(parts, ask, { ...asSent(served), inputs, eligible, autoQuality })
    const beyond = await refusalsOfProject(parts, imageCallLimits(ask, { asked: request, ...first! }))
    return { refusals: beyond, warnings, request, estimate: presentEstimate(first!) }
  } catch (error) {
    return { refusals: [asRefusal(error)], warnings, request, estimate: null }
  }
}

/** Only refusals are an answer here; anything else is a fault of ours and goes up. */
function asRefusal(error: unknown): Failure {
  if (error instanceof Failure) return error
  throw error
}
