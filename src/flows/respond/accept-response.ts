import { createHash } from 'node:crypto'
import { callTime } from '../../contract/deadlines.ts'
import { type Failure, failure } from '../../contract/failure.ts'
import type { GenerationRecord } from '../../contract/record.ts'
import { formatSize } from '../../contract/size-rules.ts'
import { statementContext } from '../../db/index.ts'
import { type NewGeneration, type NewInput, recordInputs, recordIntent } from '../../generations/index.ts'
import { callFingerprint } from '../../idempotency/index.ts'
import { reserve } from '../../ledger/index.ts'
import { priceCardName } from '../../pricing/index.ts'
import type { RouteCall } from '../../routes/index.ts'
import { recordObjects, takeUpObjects } from '../../store/index.ts'
import { recordTurnDocument } from '../../threads/index.ts'
import { ledgerCall, newAttempt, newInputs } from '../accept-generation.ts'
import { contractNow } from '../contract-now.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { declaredTexts } from '../guard/keep-texts.ts'
import { acceptOnce, type CallClaim, type EarlierCall, type RepeatSigns, repeatableCall } from '../idempotency/accept-once.ts'
import { responseCallFacts } from '../idempotency/call-facts.ts'
import { type KeptInputs, keepInputs } from '../keep-inputs.ts'
import { metadataOf } from '../metadata-of.ts'
import { unavailable } from '../plan-routes.ts'
import { respondWithStoredPrompt } from '../prompts/with-stored-prompt.ts'
import { recordWithinLimits } from '../record-within-limits.ts'
import { recordedWithCall } from '../recorded-with-call.ts'
import { inputShapes, storedPromptOf } from '../request-shape.ts'
import { retentionFor } from '../retention/retention-for.ts'
import type { ResponseAsk } from './judge-response.ts'
import { linkTurns } from './link-turns.ts'
import { placeInputs } from './place-inputs.ts'
import { checkOnRoute, priceResponse, responseNeed } from './price-response.ts'
import type { PricedResponse, ResponseRun, SentBody } from './response-run.ts'
import { sealTurn } from './turn-documents.ts'

/** A Responses call as it reached an edge. */
export interface ResponseGenerationAsk extends ResponseAsk, Pick<ResponseRun, 'requestId'> {
  /** The caller's own id of the call, for the log. */
  clientRequestId: string | null
  /** What it says of being a repetition; absent = nothing. */
  repeat?: RepeatSigns
}

/**
 * The first half of the road of an assistant call: check, choose the route, price both books, link the turn to those before it, then record
 * intent, inputs and reservation in one transaction. When it resolves, all of that is on disk and nothing has been sent.
 * A repetition of an earlier call is not accepted: it is answered by that one.
 * @throws Failure whose outcome is always `not_charged`.
 */
export async function acceptResponseCall(parts: GatewayParts, asked: ResponseGenerationAsk): Promise<ResponseRun | EarlierCall> {
  parts.running.assertOpen()
  const ask = await respondWithStoredPrompt(parts, asked)
  const checked = await checkOnRoute(parts, ask)
  if (!checked.check.ok) throw checked.check.refusals[0] as Failure
  const { request } = checked.check
  const fingerprint = callFingerprint(responseCallFacts(request, ask))
  const call = repeatableCall(ask, { family: 'responses', fingerprint, stream: request.stream })
  return acceptOnce(parts, call, async (claim) => acceptPriced(parts, ask, await priceResponse(parts, ask, checked), claim))
}

async function acceptPriced(
  parts: GatewayParts,
  ask: ResponseGenerationAsk,
  priced: PricedResponse,
  claim: CallClaim,
): Promise<ResponseRun> {
  assertSpoken(parts, priced)
  await parts.storageHealth.assertWritable()
  const place = parts.health.begin(priced.choice.route, responseNeed)
  if (place.reason !== null) throw unavailable(priced.choice.route.id, place)
  const run = openRun(parts, ask, priced, place)
  parts.underWay.begin(run.id)
  try {
    parts.running.expect(run.id)
    await keepInputs(parts, priced.inputs, async (kept) => {
      run.inputs = kept.inputs
      run.own = withModels(run, placeInputs(priced.request.wire, kept.inputs))
      Object.assign(run, await linkTurns(parts, run))
      await recordAcceptance(parts, run, ask, kept, claim)
    })
  } catch (error) {
    parts.running.withdraw(run.id)
    parts.underWay.end(run.id)
    place.end({ verdict: 'abandoned', rateLimits: {}, retryAfterMs: null })
    throw error
  }
  return run
}

/** @throws Failure when the route's protocol has no assistants. */
function assertSpoken(parts: GatewayParts, { choice }: PricedResponse): void {
  if (parts.providers.get(choice.route.protocol)?.operations.includes('respond')) return
  throw failure('endpoint_not_served', {
    status: 400,
    param: 'model',
    message: `The route ${choice.route.id} does not speak the Responses API. Nothing was sent or charged; name another route.`,
  })
}

const nothing: SentBody = { body: {}, pictures: [], replayedImages: [] }

function openRun(parts: GatewayParts, ask: ResponseGenerationAsk, priced: PricedResponse, place: RouteCall): ResponseRun {
  const { headers } = ask
  return {
    ...priced,
    place,
    id: parts.newId('gen'),
    attemptId: parts.newId('att'),
    attempt: 1,
    requestId: ask.requestId,
    traceParent: headers.traceParent ?? null,
    principal: ask.principal,
    surface: 'responses',
    book: bookOf(priced),
    inputs: [],
    rights: headers.rights,
    projectTag: headers.projectTag,
    keepPartials: headers.partials === 'store',
    ...callTime(parts.deadlines[priced.request.background ? 'background' : 'respond'], headers.timeoutMs),
    startedMonotonicMs: parts.clock.monotonicMs(),
    own: nothing,
    sent: nothing,
    replay: null,
    linked: [],
  }
}

/** Both cards are of one owner, and so of one book; a call without any is on a route whose kind says it. */
function bookOf({ cards, choice }: PricedResponse): ResponseRun['book'] {
  return cards.image?.book ?? cards.main?.book ?? (choice.route.kind === 'sandbox' ? 'sandbox' : 'provider')
}

/** The models as the route calls them. A tool that names none keeps upstream's default. */
function withModels(run: ResponseRun, { body, ...rest }: SentBody): SentBody {
  const tool = run.request.imageTool
  const tools = Array.isArray(body['tools']) ? [...body['tools']] : null
  if (tools && tool?.modelGiven) tools[tool.index] = { ...(tools[tool.index] as object), model: run.toolModelSent! }
  return { body: { ...body, model: run.choice.modelSent, ...(tools && { tools }) }, ...rest }
}

async function recordAcceptance(
  parts: GatewayParts,
  run: ResponseRun,
  ask: ResponseGenerationAsk,
  kept: KeptInputs,
  claim: CallClaim,
): Promise<void> {
  // The end of a background call may be another process's to settle: what that needs is on disk before the call is made.
  const document = run.request.background ? await sealTurn(parts, run, null) : null
  const { inputs: keptFor, prompts } = await retentionFor(parts, run.principal.projectId)
  const { id, principal, request } = run
  const beside = await recordedWithCall(parts, { id, principal, request, asked: request }, ask.headers, prompts)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const call = ledgerCall(ledgerFacts(run))
  const linked = linkedInputs(parts, run)
  await recordWithinLimits(parts, context, { call, nanos: run.estimate.reserve, images: imagesAsked(run) }, [
    ...recordIntent(context, newGeneration(parts, run, ask), newAttempt(parts, run)),
    ...claim(context, run.id),
    ...beside(context),
    ...recordObjects(context, kept.objects, kept.hold),
    ...takeUpObjects(
      context,
      linked.map(({ sha256 }) => sha256),
      () => failure('image_deleted', { param: 'previous_response_id' }),
    ),
    ...recordInputs(context, [...newInputs(parts, run), ...linked], keptFor),
    ...(document === null ? [] : [recordTurnDocument(context, document)]),
    ...reserve(context, call, run.estimate.reserve),
  ])
}

/** How many pictures the main model draws nobody knows; with the tool one is what is asked. */
const imagesAsked = ({ request }: ResponseRun) => (request.imageTool === null ? 0 : 1)

/** Pictures of earlier turns are inputs like any other; that they stand here ties the turns together. */
function linkedInputs(parts: GatewayParts, run: ResponseRun): NewInput[] {
  const own = run.inputs.filter(({ picture }) => picture.role === 'image').length
  return run.linked.map((call, place) => ({
    id: parts.newId('inp'),
    generationId: run.id,
    projectId: run.principal.projectId,
    role: 'image',
    idx: own + place,
    source: 'image',
    sourceRef: call.image_id,
    sha256: call.sha256!,
    sentSha256: call.sha256!,
    conversion: null,
    width: call.width ?? 1,
    height: call.height ?? 1,
    format: call.format as NewInput['format'],
    bytes: call.bytes ?? 0,
    rights: run.rights,
  }))
}

/** What the ledger is told a Responses call is about: its image model where it draws, since that is what its money goes to. */
export function ledgerFacts(run: ResponseRun) {
  const model = run.request.imageTool?.request.model.id ?? run.request.mainModel.asked
  return { ...run, model, priceCard: cardNames(run) }
}

function cardNames({ cards }: ResponseRun): string {
  const names = [cards.main, cards.image].flatMap((card) => (card === null ? [] : [priceCardName(card)]))
  return cards.main === null ? ['unpriced', ...names].join(' + ') : names.join(' + ')
}

function newGeneration(parts: GatewayParts, run: ResponseRun, ask: ResponseGenerationAsk): NewGeneration {
  const { request, choice, estimate } = run
  const card = cardNames(run)
  return {
    id: run.id,
    projectId: run.principal.projectId,
    keyId: run.principal.keyId,
    operation: 'respond',
    surface: run.surface,
    clientRequestId: ask.clientRequestId,
    traceParent: run.traceParent ?? null,
    modelAsked: request.mainModel.asked,
    routeId: choice.route.id,
    routeOwner: choice.route.owner,
    routeContract: contractNow(parts, choice.route, card),
    requestShape: responseShape(run),
    warnings: run.warnings,
    projectTag: run.projectTag,
    endUser: request.endUser,
    timeoutMs: run.timeoutMs,
    book: run.book,
    priceCard: card,
    estimatedNanos: estimate.expected,
    reservedNanos: estimate.reserve,
    previewsAsked: request.partialImages,
    imagesAsked: imagesAsked(run),
    metadata: metadataOf(request.extension),
  }
}

/** The loggable form of an assistant call: that of its image tool; without one everything stands at its default. */
function responseShape(run: ResponseRun): GenerationRecord['request_shape'] {
  const { request } = run
  const tool = request.imageTool?.request ?? null
  return {
    prompt_sha256: createHash('sha256').update(request.prompt).digest('hex'),
    prompt_version: storedPromptOf(request.extension),
    ...inputShapes(run),
    size: tool === null || tool.size === 'auto' ? 'auto' : formatSize(tool.size),
    quality: tool?.quality ?? 'auto',
    output_format: tool?.outputFormat ?? 'png',
    output_compression: tool?.outputCompression ?? null,
    background: tool?.background ?? 'auto',
    moderation: tool?.moderation ?? 'auto',
    n: 1,
    partial_images: request.partialImages,
    stream: request.stream,
    protect: [],
    texts: declaredTexts(request.extension).length,
  }
}
