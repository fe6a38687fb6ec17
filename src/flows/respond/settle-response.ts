import { acceptResponse } from '../../contract/check-response.ts'
import { failure } from '../../contract/failure.ts'
import type { ImageRequest } from '../../contract/image-request.ts'
import { type ResponseUsage, readResponseUsage } from '../../contract/response-usage.ts'
import { parseSize } from '../../contract/size-rules.ts'
import type { Usage } from '../../contract/usage.ts'
import type { Statement, StatementContext } from '../../db/index.ts'
import { chargeResponse, type ResponseCharge, type ToolItem } from '../../pricing/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { RelayResult } from '../../relay/index.ts'
import {
  advanceTurn,
  type NewImageCall,
  type NewTurnDocument,
  noteAssistant,
  recordImageCalls,
  recordTurn,
  recordTurnDocument,
} from '../../threads/index.ts'
import { type BookedUsage, type Booking, bookCall, type Settled } from '../book-call.ts'
import { bookRefusal } from '../book-without-answer.ts'
import type { RefusedCall, SettledCall } from '../call-upstream.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { sealReply } from '../idempotency/reply-text.ts'
import { type KeptImage, keepImage } from '../keep-images.ts'
import { type AttemptVerdict, success, unfinishedVerdict } from '../read-outcome.ts'
import { reportedFacts } from '../reported-facts.ts'
import { assistantTrace } from './assistant-trace.ts'
import { isFinished, newTurn, statusOf } from './new-turn.ts'
import { type ImageItem, imageItems, textOf } from './response-items.ts'
import type { ResponseRun } from './response-run.ts'
import { responseWarnings } from './response-warnings.ts'
import { sealTurn } from './turn-documents.ts'

/** Ends a generation whose call brought no body: the reservation goes back, or is held, as the verdict says. */
export async function settleRefusedResponse(
  parts: GatewayParts,
  run: ResponseRun,
  call: RefusedCall,
  verdict: AttemptVerdict,
): Promise<Settled | null> {
  const charged = verdict.money === 'loss' ? await chargeOf(run, null, [], []) : {}
  return bookRefusal(parts, run, call, verdict, charged)
}

/**
 * Ends a generation whose call brought its answer: keeps every picture, then books both books, the turn and its image calls in one
 * transaction.
 */
export async function settleResponse(parts: GatewayParts, run: ResponseRun, call: SettledCall): Promise<Settled | null> {
  const { reply } = call
  const items = imageItems(reply)
  fp('turn_before_settle')
  return parts.objectLocks.hold(
    [...reply.images, ...reply.partials.images].map(({ sha256 }) => sha256),
    async (hold) => {
      const images = await keepPictures(parts, run, call, reply.images)
      const charged = await chargeOf(run, reply, items, images)
      const verdict = await responseVerdict(call, charged.usage)
      const shown = reply.partials.images.map((image, place) => ({ ...image, index: reply.images.length + place }))
      const previews = await keepPictures(parts, run, call, shown)
      const response = reply.response && asKept(reply.response)
      const document = response && (await sealTurn(parts, run, response))
      const sealedReply = isWholeAnswer(run, reply) ? await sealReply(parts, run.id, reply) : null
      const settled = await bookCall(parts, run, {
        sealedReply,
        hold,
        verdict,
        facts: factsOf(call, verdict),
        images,
        previews,
        retouched: [],
        ...charged,
        warnings: responseWarnings(run, { images, items, charge: charged.cost, held: verdict.money === 'hold' }),
        with: (context) => turnStatements(context, run, { response, items, images, document }),
      })
      fp('turn_after_settle')
      return settled
    },
  )
}

/** What upstream answered whole is the caller's, also when it says that it failed. */
export function isWholeAnswer({ request }: ResponseRun, { ended, errorFrame, response }: RelayResult): boolean {
  return ended === 'whole' && errorFrame === null && (isFinished(response) || !request.stream)
}

/** What pictures are compared with: the tool's settings, under the model that the route was asked for. */
async function keepPictures(
  parts: GatewayParts,
  run: ResponseRun,
  { requestId }: SettledCall,
  images: RelayResult['images'],
): Promise<KeptImage[]> {
  if (images.length === 0) return []
  const request = toolRequest(parts, run)
  const modelSent = run.toolModelSent ?? request.model.id
  return Promise.all(
    images.map((image) => {
      const reported = reportedFacts(image.origin?.item)
      return keepImage(parts, image, { request, modelSent, reported, requestId, usageOnFormula: () => null })
    }),
  )
}

/** A picture that no tool of the call asked for, as a prompt stored upstream may, is compared with a tool that names nothing. */
function toolRequest(parts: GatewayParts, { request: { imageTool, mainModel } }: ResponseRun): ImageRequest {
  if (imageTool !== null) return imageTool.request
  const { catalogue, mainModels, clock, policy } = parts
  const body = { model: mainModel.asked, input: '-', tools: [{ type: imageToolType }] }
  const context = { catalogue, mainModels, atMs: clock.nowMs(), transparentPreview: false, unknownModels: policy.unknownModels }
  return acceptResponse(body, { dataUrls: [] }, context).request.imageTool!.request
}

const imageToolType = 'image_generation'

interface Charged {
  usage: ResponseUsage
  read: BookedUsage
  cost: ResponseCharge
}

async function chargeOf(
  run: ResponseRun,
  reply: RelayResult | null,
  items: readonly ImageItem[],
  images: readonly KeptImage[],
): Promise<Charged> {
  const usage = readResponseUsage(reply?.response ?? {})
  const brokeOff = reply === null || brokeOffEarly(reply)
  const came = reply?.partials.count ?? 0
  const cost = await chargeResponse({
    usage,
    call: run.call,
    cards: run.cards,
    ceiling: run.ceiling,
    imagesCompleted: completedItems(run, items, images),
    imagesFailed: items.filter(({ image }) => image === null).length,
    // Before the first picture nobody can say how many previews were made, so all that were asked count.
    partials: brokeOff && images.length === 0 ? Math.max(came, run.request.partialImages) : came,
    autoQuality: run.autoQuality,
    brokeOff,
  })
  return { usage, cost, read: { usage: recordedUsage(usage, reply), source: sourceOf(usage) } }
}

/** True when upstream did not say all it had to say: it was cut, ended in an error, or stopped before the response was finished. */
function brokeOffEarly({ ended, errorFrame, response }: RelayResult): boolean {
  return ended !== 'whole' || errorFrame !== null || !isFinished(response)
}

/** The pictures that came, as far as their items say what they are; one whose item did not come counts as asked. */
function completedItems(run: ResponseRun, items: readonly ImageItem[], images: readonly KeptImage[]): ToolItem[] {
  const qualities = run.request.imageTool?.request.model.qualities ?? []
  return images.map((image) => {
    const item = items.find((one) => one.image === image.index)?.item ?? {}
    const size = image.facts ?? parseSize(textOf(item, 'size') ?? '')
    return {
      quality: qualities.find((quality) => quality === item['quality']) ?? null,
      size: size && { width: size.width, height: size.height },
      revisedPrompt: textOf(item, 'revised_prompt'),
    }
  })
}

function sourceOf({ imageGen, main }: ResponseUsage): BookedUsage['source'] {
  return imageGen === null || main === null ? 'estimated' : imageGen.source
}

/** The image tool's tokens under their buckets, the main model's beside them. */
function recordedUsage({ imageGen, main, webSearchRequests }: ResponseUsage, reply: RelayResult | null): Usage {
  const nothing = { text_in: 0, text_cached_in: 0, image_in: 0, image_cached_in: 0, image_out: 0, text_out: 0 }
  const beside = {
    main_model: main && {
      input_tokens: main.inputTokens,
      cached_tokens: main.cachedTokens,
      output_tokens: main.outputTokens,
      reasoning_tokens: main.reasoningTokens,
    },
    web_search_calls: webSearchRequests ?? 0,
  }
  return { ...nothing, ...imageGen?.usage, partial_images: reply?.partials.count ?? 0, ...beside }
}

/** A response that upstream calls failed is an answer like any other to the caller; the record says what it was. */
async function responseVerdict(call: SettledCall, usage: ResponseUsage): Promise<AttemptVerdict> {
  const unfinished = await unfinishedVerdict(call)
  if (unfinished) return unfinished
  const status = statusOf(call.reply.response)
  if (status === 'completed' || status === 'incomplete') return success
  const hasPictures = call.reply.images.length > 0
  const wasPaid = usage.main !== null || hasPictures
  const error = failure(isFinished(call.reply.response) ? 'upstream_refused' : 'upstream_bad_response', {
    outcome: wasPaid ? 'charged' : 'unknown',
  })
  return {
    state: wasPaid ? 'charged_lost' : 'unknown',
    money: hasPictures ? 'settle' : wasPaid ? 'loss' : 'hold',
    failure: error,
    retryReason: reasonOf(call.reply.response),
    nextAction: error.nextAction,
  }
}

function reasonOf(response: JsonObject | null): AttemptVerdict['retryReason'] {
  const code = (response?.['error'] as JsonObject | null | undefined)?.['code']
  if (code === 'image_content_policy_violation' || code === 'moderation_blocked') return 'policy'
  if (code === 'rate_limit_exceeded') return 'rate_limit'
  return 'provider_5xx'
}

function factsOf({ reply, httpStatus, requestId, firstByteMs }: SettledCall, { failure: error }: AttemptVerdict): Booking['facts'] {
  const model = reply.response?.['model']
  return {
    outcome: reply.cause
      ? `${error ? 'partial' : 'ok'}: ${reply.cause}`
      : error && !isFinished(reply.response)
        ? error.code
        : statusOf(reply.response),
    httpStatus,
    requestId,
    modelReported: typeof model === 'string' ? model : null,
    firstByteMs,
  }
}

/** Nothing more comes of a response whose answer broke off: nobody who reads it again should wait. */
function asKept(response: JsonObject): JsonObject {
  return isFinished(response) ? response : { ...response, status: 'incomplete', incomplete_details: { reason: 'answer_broke_off' } }
}

interface Came {
  response: JsonObject | null
  items: readonly ImageItem[]
  images: readonly KeptImage[]
  document: NewTurnDocument | null
}

function turnStatements(context: StatementContext, run: ResponseRun, { response, items, images, document }: Came): Statement[] {
  const turn = response && newTurn(run, response)
  if (!turn) return []
  const calls = items.map((item): NewImageCall => {
    const kept = images.find(({ index }) => index === item.image)
    return {
      generationId: run.id,
      projectId: run.principal.projectId,
      callId: item.id,
      idx: item.idx,
      imageId: kept?.object ? kept.id : null,
      status: kept ? 'completed' : 'failed',
      action: textOf(item.item, 'action'),
      error: (item.item['error'] as JsonObject | null | undefined) ?? null,
    }
  })
  return [
    recordTurn(context, turn),
    // Settled is settled, whatever upstream last said: nobody asks for it again.
    advanceTurn(context, { generationId: run.id, status: turn.status, finished: true }),
    ...recordImageCalls(context, calls),
    noteAssistant(context, { generationId: run.id, assistant: assistantTrace(run, { response, items, images }) }),
    ...(document === null ? [] : [recordTurnDocument(context, document)]),
  ]
}
