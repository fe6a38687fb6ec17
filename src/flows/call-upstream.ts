import { classifyStreamEvent } from '../contract/stream-events.ts'
import { type Statement, type StatementContext, statementContext } from '../db/index.ts'
import { markAnswered, markSent } from '../generations/index.ts'
import type { DispatchOutcome, ImageProvider, ProviderCall, ProviderInput, ReplySink } from '../providers/index.ts'
import { openRelay, type Relay, type RelayResult, type ReplyClient } from '../relay/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import type { KeptInput } from './keep-inputs.ts'

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
  httpStatus: number
  requestId: string | null
  firstByteMs: number
  /** Resolves when upstream's connection is done with; the tail may still be coming. */
  finished: Promise<DispatchOutcome>
}

/** Makes the one upstream call of an attempt, relaying its body to the client, and resolves when money can be settled. Never rejects. */
export async function callUpstream(parts: GatewayParts, run: GenerationRun, client: ReplyClient): Promise<RefusedCall | AnsweredCall> {
  const startedMs = parts.clock.monotonicMs()
  const provider = providerOf(parts, run)
  const begun = Promise.withResolvers<{ httpStatus: number; requestId: string | null; firstByteMs: number }>()
  const relay = openRelay({
    imageKeys: provider.imageKeys,
    expectedImages: run.request.n,
    spoolFolder: parts.spoolFolder,
    spoolName: run.attemptId,
    client,
    classifyEvent: classifyStreamEvent,
    keepPartials: run.keepPartials,
    onSent: () => note(parts, (context) => markSent(context, fence(parts, run))),
    onBegin: ({ status, requestId }) => {
      const head = { httpStatus: status, requestId, firstByteMs: parts.clock.monotonicMs() - startedMs }
      note(parts, (context) => markAnswered(context, { ...fence(parts, run), ...head, upstreamRequestId: requestId }))
      begun.resolve(head)
    },
  })
  const finished = provider.dispatch(providerCall(parts, run), relay satisfies ReplySink)
  const first = await Promise.race([begun.promise, finished])
  if ('class' in first && first.class !== 'ok' && first.class !== 'partial') {
    await relay.discard()
    return { kind: 'refused', outcome: first }
  }
  return { kind: 'answered', relay, reply: await relay.settleable, ...(await begun.promise), finished }
}

const fence = (parts: GatewayParts, run: GenerationRun) => ({ attemptId: run.attemptId, owner: parts.bootId })

/** What a crash should find on the attempt. Nobody waits for it: an attempt without the mark may have been sent as well. */
function note(parts: GatewayParts, mark: (context: StatementContext) => Statement): void {
  parts.database.transact([mark(statementContext(parts.database, parts.clock, parts.newId))]).catch(() => undefined)
}

function providerOf(parts: GatewayParts, run: GenerationRun): ImageProvider {
  const provider = parts.providers.get(run.choice.route.protocol)
  if (!provider) throw new Error(`no provider speaks ${run.choice.route.protocol}`)
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
    timeoutMs: run.timeoutMs,
  }
}

function providerInput(parts: GatewayParts, { picture, sent, sentPath }: KeptInput): ProviderInput {
  const open = async function* () {
    yield* await parts.store.open(sentPath)
  }
  return { role: picture.role, format: picture.format, byteLength: sent.bytes, sha256: sent.sha256, open }
}

/** Our id of the attempt on upstream's side: what support is asked by when no answer came. */
export function upstreamRequestId(run: Pick<GenerationRun, 'attemptId'>): string {
  return `dk-${run.attemptId}`
}
