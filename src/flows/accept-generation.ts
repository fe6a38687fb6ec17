import { callTime, type TimedOperation } from '../contract/deadlines.ts'
import { Failure } from '../contract/failure.ts'
import { statementContext } from '../db/index.ts'
import { type NewAttempt, type NewGeneration, type NewInput, recordInputs, recordIntent } from '../generations/index.ts'
import { callFingerprint } from '../idempotency/index.ts'
import { type LedgerCall, reserve } from '../ledger/index.ts'
import { pricesName } from '../pricing/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { recordObjects } from '../store/index.ts'
import type { CallAsk } from './call-ask.ts'
import { upstreamRequestId } from './call-upstream.ts'
import { contractNow } from './contract-now.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import { acceptOnce, type CallClaim, type EarlierCall, noClaim, type RepeatSigns, repeatableCall } from './idempotency/accept-once.ts'
import { imageCallFacts } from './idempotency/call-facts.ts'
import { type KeptInput, type KeptInputs, keepInputs } from './keep-inputs.ts'
import { metadataOf } from './metadata-of.ts'
import { type PlacedRoute, routingPolicy, takePlace } from './plan-routes.ts'
import { judgeCallFields, type PricedRequest, priceCall } from './price-call.ts'
import { withStoredPrompt } from './prompts/with-stored-prompt.ts'
import { recordWithinLimits } from './record-within-limits.ts'
import { recordedWithCall } from './recorded-with-call.ts'
import { type InputFacts, requestShape } from './request-shape.ts'
import { retentionFor } from './retention/retention-for.ts'
import { rightsOf } from './rights-of.ts'

/** A request for pictures as it reached an edge. */
export interface GenerationAsk extends CallAsk {
  /** The edge's id of the request, as its answer names it. */
  requestId: string
  /** The caller's own id of the call, for the log. */
  clientRequestId: string | null
  /** What it says of being a repetition; absent = nothing. */
  repeat?: RepeatSigns
}

/**
 * The first half of the road: check, find the routes that can serve, price, make sure a picture could be kept, take a place on the first
 * route that has one, then record intent and reservation in one transaction. When it resolves, all of that is on disk and nothing has been sent.
 * A repetition of an earlier call is not accepted: it is answered by that one.
 * @throws Failure whose outcome is always `not_charged`.
 */
export async function acceptGeneration(parts: GatewayParts, asked: GenerationAsk): Promise<GenerationRun | EarlierCall> {
  parts.running.assertOpen()
  const ask = await withStoredPrompt(parts, asked)
  const judged = await judgeCallFields(parts, ask)
  const { request, refusals } = judged.fields
  if (request === null) throw refusals[0] as Failure
  const fingerprint = callFingerprint(imageCallFacts(request, ask))
  const call = repeatableCall(ask, { family: 'images', fingerprint, stream: request.stream })
  return acceptOnce(parts, call, async (claim) => acceptPriced(parts, ask, await priceCall(parts, ask, judged), claim))
}

/** The same for a call that was priced already. @param claim what makes its repetitions known; absent = nothing does */
export async function acceptPriced(
  parts: GatewayParts,
  ask: GenerationAsk,
  priced: PricedRequest,
  claim: CallClaim = noClaim,
): Promise<GenerationRun> {
  await parts.storageHealth.assertWritable()
  const policy = await routingPolicy(parts, ask.principal.projectId)
  const placed = takePlace(parts, priced.plan, priced.request)
  if (placed instanceof Failure) throw placed
  const run = { ...openRun(parts, ask, priced, placed), policy, inputs: [] as readonly KeptInput[] }
  parts.underWay.begin(run.id)
  try {
    parts.running.expect(run.id)
    await keepInputs(parts, priced.inputs, async (kept) => {
      run.inputs = kept.inputs
      await recordAcceptance(parts, run, ask, kept, claim)
    })
  } catch (error) {
    parts.running.withdraw(run.id)
    parts.underWay.end(run.id)
    run.place.end({ verdict: 'abandoned', rateLimits: {}, retryAfterMs: null })
    throw error
  }
  return run
}

async function recordAcceptance(
  parts: GatewayParts,
  run: GenerationRun,
  ask: GenerationAsk,
  kept: KeptInputs,
  claim: CallClaim,
): Promise<void> {
  const { inputs: keptFor, prompts } = await retentionFor(parts, run.principal.projectId)
  const beside = await recordedWithCall(parts, run, ask.headers, prompts)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const call = reservedCall(run)
  fp('before_intent')
  await recordWithinLimits(parts, context, { call, nanos: run.estimate.reserve, images: run.request.n }, [
    ...recordIntent(context, newGeneration(parts, run, ask), newAttempt(parts, run)),
    ...claim(context, run.id),
    ...beside(context),
    ...recordObjects(context, kept.objects, kept.hold),
    ...recordInputs(context, newInputs(parts, run), keptFor),
    ...reserve(context, call, run.estimate.reserve),
  ])
  fp('after_intent')
}

/** A run as it was decided, with its place on a route. @param timed whose deadlines hold; @default those of its operation, somebody waits */
export function openRun(
  parts: GatewayParts,
  ask: GenerationAsk,
  { plan: _, ...priced }: PricedRequest,
  { taken, place, others }: PlacedRoute,
  timed: TimedOperation = priced.request.operation,
): Omit<GenerationRun, 'inputs' | 'policy'> {
  const { timeoutMs, marginMs } = callTime(parts.deadlines[timed], ask.headers.timeoutMs)
  const startedMonotonicMs = parts.clock.monotonicMs()
  return {
    ...priced,
    ...taken,
    place,
    others,
    rights: ask.headers.rights,
    id: parts.newId('gen'),
    attemptId: parts.newId('att'),
    attempt: 1,
    repeats: 0,
    requestId: ask.requestId,
    traceParent: ask.headers.traceParent ?? null,
    principal: ask.principal,
    surface: 'images',
    book: taken.card.book,
    projectTag: ask.headers.projectTag,
    keepPartials: ask.headers.partials === 'store',
    timeoutMs,
    marginMs,
    startedAtMs: parts.clock.nowMs(),
    startedMonotonicMs,
    deadlineMonotonicMs: startedMonotonicMs + timeoutMs,
  }
}

/** A run as its generation is recorded. */
export function newGeneration(parts: GatewayParts, run: GenerationRun, ask: GenerationAsk): NewGeneration {
  const { request, choice, estimate } = run
  const card = pricesName(estimate)
  return {
    id: run.id,
    projectId: run.principal.projectId,
    keyId: run.principal.keyId,
    operation: request.operation,
    surface: run.surface,
    clientRequestId: ask.clientRequestId,
    traceParent: run.traceParent ?? null,
    modelAsked: request.modelAsked,
    routeId: choice.route.id,
    routeOwner: choice.route.owner,
    routeContract: contractNow(parts, choice.route, card),
    requestShape: requestShape(run),
    warnings: run.warnings,
    projectTag: run.projectTag,
    endUser: request.endUser,
    timeoutMs: run.timeoutMs,
    book: run.book,
    priceCard: card,
    estimatedNanos: estimate.expected,
    reservedNanos: estimate.reserve,
    previewsAsked: request.partialImages * request.n,
    imagesAsked: request.n,
    metadata: metadataOf(request.extension),
  }
}

/** The inputs of a run, as they are recorded. */
export function newInputs(parts: GatewayParts, run: InputFacts & Pick<GenerationRun, 'id' | 'principal'>): NewInput[] {
  return run.inputs.map((input, place) => ({
    id: parts.newId('inp'),
    generationId: run.id,
    projectId: run.principal.projectId,
    role: input.picture.role,
    idx: placeInRole(run.inputs, place),
    source: input.source,
    sourceRef: input.sourceRef,
    sha256: input.sha256,
    sentSha256: input.sent.sha256,
    conversion: input.conversion,
    width: input.picture.width,
    height: input.picture.height,
    format: input.picture.format,
    bytes: input.sent.bytes,
    rights: rightsOf(run, place),
  }))
}

/** How many inputs of the same role came before. */
function placeInRole(inputs: readonly KeptInput[], place: number): number {
  const { role } = inputs[place]!.picture
  return inputs.slice(0, place).filter(({ picture }) => picture.role === role).length
}

/** The call that is about to be made for a run. */
export function newAttempt(parts: GatewayParts, run: Pick<GenerationRun, 'attemptId' | 'choice'> & { attempt?: number }): NewAttempt {
  return {
    id: run.attemptId,
    n: run.attempt ?? 1,
    routeId: run.choice.route.id,
    owner: parts.bootId,
    clientRequestId: upstreamRequestId(run),
    modelSent: run.choice.modelSent,
  }
}

/** A run as the ledger reserves for it. */
export function reservedCall(run: GenerationRun): LedgerCall {
  return ledgerCall({ ...run, model: run.request.model.id, priceCard: pricesName(run.estimate) })
}

/** What the ledger is told a call is about. */
export function ledgerCall(facts: LedgerFacts): LedgerCall {
  const { attemptId, id: generationId, principal, choice, model, projectTag, book, priceCard } = facts
  return {
    attemptId,
    generationId,
    projectId: principal.projectId,
    keyId: principal.keyId,
    routeId: choice.route.id,
    routeOwner: choice.route.owner,
    model,
    projectTag,
    book,
    priceCard,
    actor: principal.keyId ?? 'admin',
  }
}

type LedgerFacts = Pick<GenerationRun, 'attemptId' | 'id' | 'principal' | 'choice' | 'projectTag' | 'book'> &
  Pick<LedgerCall, 'model' | 'priceCard'>
