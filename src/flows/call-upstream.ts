import { randomBytes } from 'node:crypto'
import { classifyStreamEvent } from '../contract/stream-events.ts'
import { type Statement, type StatementContext, statementContext } from '../db/index.ts'
import { markAnswered, markSent } from '../generations/index.ts'
import { fp } from '../primitives/fail-point.ts'
import type { FailPointName } from '../primitives/fail-point-names.ts'
import type { JsonObject } from '../primitives/json.ts'
import {
  type DispatchOutcome,
  type ImageProvider,
  type ProviderCall,
  type ProviderInput,
  type ReplySink,
  redactorFor,
} from '../providers/index.ts'
import {
  type ImagesRelayOptions,
  openRelay,
  type Relay,
  type RelayOptions,
  type RelayResult,
  type ReplyClient,
  type ResponsesRelayOptions,
} from '../relay/index.ts'
import type { RouteChoice } from '../routes/index.ts'
import { cleanError } from './clean-error.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import type { KeptInput } from './keep-inputs.ts'
import type { CallSidecar } from './recovery/call-sidecars.ts'
import { portableGeneration, type SidecarSubject } from './recovery/portable-run.ts'

/** Upstream's refusal, or its silence: there is no body, and the outcome's class says what it means for money. */
export interface RefusedCall {
  kind: 'refused'
  outcome: Exclude<DispatchOutcome, { class: 'ok' | 'partial' }>
}

/** A body came, whole or not. The tail of the reply is still held. */
export interface AnsweredCall {
  kind: 'answered'
  relay: Relay
  reply: RelayResult
  /** What another process could settle it by; null for a question about an attempt that was sent before. */
  sidecar: CallSidecar | null
  httpStatus: number
  requestId: string | null
  firstByteMs: number
  /** Resolves when upstream's connection is done with; the tail may still be coming. */
  finished: Promise<DispatchOutcome>
}

/** What settling needs of an answer, whoever heard it. */
export type SettledCall = Pick<AnsweredCall, 'reply' | 'finished' | 'httpStatus' | 'requestId' | 'firstByteMs'>

/** A call that is about to be made. */
export interface PlacedCall {
  attemptId: string
  /** Its key and its words, none of which may come back in an error of upstream's. */
  asked: Pick<ProviderCall, 'key'> & { body: JsonObject | null }
  /** Makes it; its body goes into the sink. The signal breaks it off. */
  dispatch(sink: ReplySink, signal: AbortSignal): Promise<DispatchOutcome>
  /** A call that has not ended by then, in whatever way, is broken off here, and its outcome is unknown. */
  endWithinMs: number
  /** What settling needs of it; null for a question about an attempt that was sent before: nothing is noted of it. */
  subject: SidecarSubject | null
  /** How its answer is read. */
  reading: ReplyReading
  keepPartials: boolean
  client: ReplyClient
  /** Hears of previews that are kept, as they come. */
  onPreview?: RelayOptions['onPreview']
}

/** What of a relay's options depends on the operation. */
export type ReplyReading =
  | Pick<ImagesRelayOptions, 'shape' | 'imageKeys' | 'expectedImages' | 'classifyEvent'>
  | Pick<ResponsesRelayOptions, 'shape' | 'onResponse'>

/** Makes the one upstream call of an attempt, relaying its body to the client, and resolves when money can be settled. Never rejects. */
export function callUpstream(parts: GatewayParts, run: GenerationRun, client: ReplyClient): Promise<RefusedCall | AnsweredCall> {
  const provider = providerOf(parts, run.choice)
  const call = providerCall(parts, run)
  return placeCall(parts, {
    attemptId: run.attemptId,
    asked: { key: run.choice.route.key, body: run.request.wire },
    subject: portableGeneration(run, parts.clock.nowMs()),
    endWithinMs: call.timeoutMs + run.marginMs,
    dispatch: (sink, signal) => provider.dispatch({ ...call, signal }, sink),
    reading: { imageKeys: provider.imageKeys, expectedImages: run.request.n, classifyEvent: classifyStreamEvent },
    keepPartials: run.keepPartials,
    client,
    ...(run.job && { onPreview: (preview) => parts.livePreviews.came(parts, run, preview) }),
  })
}

/** The same for a call of any operation. */
export async function placeCall(parts: GatewayParts, placed: PlacedCall): Promise<RefusedCall | AnsweredCall> {
  const { attemptId, asked, subject, reading, keepPartials, client } = placed
  const startedMs = parts.clock.monotonicMs()
  let hasBegun = false
  const sidecar = subject && parts.sidecars.open(attemptId, subject)
  const begun = Promise.withResolvers<{ httpStatus: number; requestId: string | null; firstByteMs: number }>()
  const relay = openRelay({
    ...noting(reading, sidecar),
    spoolFolder: parts.spoolFolder,
    spoolName: sidecar ? attemptId : `${attemptId}-${randomBytes(6).toString('hex')}`,
    client,
    keepPartials,
    ...(placed.onPreview && { onPreview: placed.onPreview }),
    makeRoom: () => parts.storageHealth.makeRoom(),
    onSent: () => {
      if (!sidecar) return
      fp('after_sent')
      note(parts, 'after_sent_mark', (context) => markSent(context, fence(parts, attemptId)))
    },
    onBegin: ({ status, requestId }) => {
      hasBegun = true
      const head = { httpStatus: status, requestId, firstByteMs: parts.clock.monotonicMs() - startedMs }
      begun.resolve(head)
      if (!sidecar) return
      fp('after_head')
      const written = sidecar.begin(head)
      note(parts, 'after_head_mark', (context) =>
        markAnswered(context, { ...fence(parts, attemptId), ...head, upstreamRequestId: requestId }),
      )
      return written
    },
    onImage: (image) => sidecar?.image(image),
  })
  const finished = dispatchInTime(parts, placed, relay, () => hasBegun)
  const first = await Promise.race([begun.promise, finished]).catch(async (error: unknown) => {
    await leaveSpool({ relay, sidecar }, { isBooked: true })
    throw error
  })
  if ('class' in first && first.class !== 'ok' && first.class !== 'partial') {
    await leaveSpool({ relay, sidecar }, { isBooked: true })
    return { kind: 'refused', outcome: first }
  }
  const reply = await relay.settleable
  const errorFrame = reply.errorFrame && cleanError(reply.errorFrame, redactorFor(asked.key, asked.body))
  return { kind: 'answered', relay, reply: { ...reply, errorFrame }, sidecar, ...(await begun.promise), finished }
}

/** The response that a stream names is noted twice, before the caller learns of it: for the next turn, and for whoever settles the call. */
function noting(reading: ReplyReading, sidecar: CallSidecar | null): ReplyReading {
  if (reading.shape !== 'responses' || sidecar === null) return reading
  const onResponse = async (response: JsonObject) => {
    await Promise.all([sidecar.response(response), reading.onResponse?.(response)])
  }
  return { ...reading, onResponse }
}

/** Everything of an answer that was to be kept is kept, or waits in the spool where it could not be booked. Never rejects. */
export async function leaveSpool(
  { relay, sidecar }: Pick<AnsweredCall, 'relay' | 'sidecar'>,
  { isBooked }: { isBooked: boolean },
): Promise<void> {
  await (isBooked || sidecar === null ? relay.discard() : relay.leave())
  await sidecar?.end({ isBooked })
}

/** Upstream's own time ends a call by itself. Where that fails, whoever waits (the caller, a place on the route, shutdown) is let go all the same. */
async function dispatchInTime(
  parts: GatewayParts,
  { attemptId, dispatch, endWithinMs }: PlacedCall,
  relay: Relay,
  hasBegun: () => boolean,
): Promise<DispatchOutcome> {
  const breakOff = new AbortController()
  const { promise: overdue, resolve } = Promise.withResolvers<DispatchOutcome>()
  const timer = setTimeout(() => {
    parts.logger.error({ attempt_id: attemptId, duration_ms: endWithinMs }, 'a call outlived its own time and was broken off')
    resolve({ ...noFacts, totalMs: endWithinMs, class: hasBegun() ? 'partial' : 'lost', cause: 'timeout' })
    breakOff.abort()
    if (hasBegun()) relay.end(false)
  }, endWithinMs)
  try {
    fp('before_dispatch')
    return await Promise.race([dispatch(relay, breakOff.signal), overdue])
  } finally {
    clearTimeout(timer)
  }
}

const noFacts = { httpStatus: null, requestId: null, firstByteMs: null, processingMs: null, rateLimits: {} }

const fence = (parts: GatewayParts, attemptId: string) => ({ attemptId, owner: parts.bootId })

/** What a crash should find on the attempt. Nobody waits for it: an attempt without the mark may have been sent as well. */
function note(parts: GatewayParts, noted: FailPointName, mark: (context: StatementContext) => Statement): void {
  const marking = parts.database.transact([mark(statementContext(parts.database, parts.clock, parts.newId))])
  marking.then(() => fp(noted)).catch(() => undefined)
}

/** Who speaks a route's protocol. */
export function providerOf(parts: GatewayParts, { route }: RouteChoice): ImageProvider {
  const provider = parts.providers.get(route.protocol)
  if (!provider) throw new Error(`no provider speaks ${route.protocol}`)
  return provider
}

function providerCall(parts: GatewayParts, run: GenerationRun): ProviderCall {
  const { request, choice } = run
  return {
    operation: request.operation,
    baseUrl: choice.route.baseUrl,
    key: choice.route.key,
    clientRequestId: upstreamRequestId(run),
    body: { ...request.wire, model: choice.modelSent },
    inputs: run.inputs.map((input) => providerInput(parts, input)),
    stream: request.stream,
    timeoutMs: Math.max(1, Math.round(run.deadlineMonotonicMs - parts.clock.monotonicMs())),
  }
}

/** A kept picture on its way upstream. */
export function providerInput(parts: Pick<GatewayParts, 'store'>, { picture, sent, sentPath }: KeptInput): ProviderInput {
  const { role, format } = picture
  return { role, format, byteLength: sent.bytes, sha256: sent.sha256, open: () => storedBytes(parts, sentPath) }
}

/** Stored bytes, opened when the first of them is asked for. */
export async function* storedBytes(parts: Pick<GatewayParts, 'store'>, path: string): AsyncGenerator<Uint8Array> {
  yield* await parts.store.open(path)
}

/** Our id of the attempt on upstream's side: what support is asked by when no answer came. */
export function upstreamRequestId(run: Pick<GenerationRun, 'attemptId'>): string {
  return `dk-${run.attemptId}`
}
