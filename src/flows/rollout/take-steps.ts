import { Failure, failure } from '../../contract/failure.ts'
import type { InputReference } from '../../contract/input-picture.ts'
import type { JsonObject } from '../../primitives/json.ts'
import {
  type Evidence,
  type Judgement,
  judgeEdit,
  judgeFailure,
  judgeFinal,
  judgeFirstPicture,
  type SeenCall,
} from '../../rollout/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { openInputWorkspace } from '../input-workspace.ts'
import { priceCall } from '../price-call.ts'
import { costOf, evidenceOf, makeCall } from './make-calls.ts'
import { placeMask } from './place-mask.ts'
import type { RolloutPlan } from './plan-rollout.ts'
import { callOf, DRAFT, draftBody, finalBody, promptOf } from './rollout-order.ts'
import { seenGuard } from './seen-guard.ts'

/** What a step came to. */
export interface StepEnd extends Judgement {
  evidence: Evidence[]
  costNanos: bigint
}

/** What later steps need of earlier ones. */
export interface Brought {
  /** The picture of step one. */
  imageId: string | null
}

const ended = (judgement: Judgement, ...calls: SeenCall[]): StepEnd => ({
  ...judgement,
  evidence: calls.flatMap(evidenceOf),
  costNanos: calls.reduce((sum, call) => sum + costOf(call), 0n),
})

/** Step one. */
export async function takeFirstPicture(parts: GatewayParts, { order, model }: RolloutPlan, brought: Brought): Promise<StepEnd> {
  const call = await makeCall(parts, callOf(order, draftBody(order, model)))
  brought.imageId = call.record?.images[0]?.id ?? null
  return ended(judgeFirstPicture(call), call)
}

/** Step two: the first picture once more, with one place of its background drawn anew. */
export async function takeEdit(parts: GatewayParts, { order, model }: RolloutPlan, { imageId }: Brought): Promise<StepEnd> {
  await using workspace = await openInputWorkspace(parts, parts.newId('req'))
  const texts = order.body.texts ?? []
  const body: JsonObject = { model, prompt: promptOf(order, 'edit'), ...DRAFT, ...(texts.length === 0 ? {} : { darkroom: { texts } }) }
  const [width, height] = DRAFT.size.split('x').map(Number) as [number, number]
  const mask = await placeMask(width, height, workspace.folder)
  const references: InputReference[] = [
    { role: 'image', param: 'image', from: { kind: 'file_id', id: imageId! } },
    { role: 'mask', param: 'mask', from: { kind: 'bytes', source: 'upload', byteLength: mask.bytes } },
  ]
  const { projectId } = order.principal
  const brought = {
    form: { form: 'multipart' as const, references },
    uploads: [mask],
    folder: workspace.folder,
    projectId,
    ownImageId: () => null,
  }
  const call = await makeCall(parts, { ...callOf(order, body, { operation: 'edit' }), brought })
  const edited = call.record?.images[0]?.id
  const guard = edited === undefined ? null : await seenGuard(parts, edited, order.body.wait_seconds)
  const end = ended(judgeEdit(call, guard), call)
  const sideBySide = edited === undefined || guard?.status !== 'judged' ? [] : [`${order.baseUrl}/v2/images/${edited}/guard/side-by-side`]
  return { ...end, evidence: [...end.evidence, ...sideBySide.map((value) => ({ kind: 'side_by_side' as const, value }))] }
}

/** Step three. */
export async function takeFinal(parts: GatewayParts, { order, model, walk }: RolloutPlan): Promise<StepEnd> {
  const call = await makeCall(parts, callOf(order, finalBody(order, model)))
  const { size, output_format } = walk.final
  const limits = { size, output_format, maxCostNanos: BigInt(walk.maxCostNanos), maxLatencyMs: walk.maxLatencyMs }
  return ended(judgeFinal(call, limits, call.totalMs), call)
}

/** No model has it: neither edge is a multiple of sixteen. */
const NO_SIZE = '1000x1001'
/** The shortest that a call may be given. */
const SHORT_MS = 1000

/** Step four. A timeout and a refusal by moderation are for the sandbox alone. */
export async function takeFailure(parts: GatewayParts, { order, model, route }: RolloutPlan): Promise<StepEnd> {
  const size = await refusedSize(parts, { order, model })
  const provoke = (marker: string, timeoutMs?: number) => {
    const body = { ...draftBody(order, model), prompt: `A failure on purpose [[sandbox: ${marker}]]` }
    return makeCall(parts, callOf(order, body, timeoutMs === undefined ? {} : { timeoutMs }))
  }
  const isSandbox = route.kind === 'sandbox'
  const timeout = isSandbox ? await provoke('latency=30000', SHORT_MS) : null
  const moderation = isSandbox ? await provoke('moderation') : null
  const calls = [timeout, moderation].filter((call) => call !== null)
  const end = ended(judgeFailure({ size, timeout, moderation }), ...calls)
  return { ...end, evidence: [{ kind: 'refused_request', value: order.requestId }, ...end.evidence] }
}

/** Asks for a size that does not exist, as far as the price: beyond that something would be on record. */
async function refusedSize(parts: GatewayParts, { order, model }: Pick<RolloutPlan, 'order' | 'model'>) {
  try {
    await priceCall(parts, callOf(order, { ...draftBody(order, model), size: NO_SIZE }))
    throw failure('internal_error')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { code, param, outcome, nextAction } = error
    // The log keeps why: a request that is refused has no record of its own.
    parts.logger.info(
      { request_id: order.requestId, code, param, size: NO_SIZE },
      'a size that does not exist was refused, as a rollout wanted',
    )
    return { code, param: param ?? null, outcome, nextAction, wasRecorded: code === 'internal_error' }
  }
}
