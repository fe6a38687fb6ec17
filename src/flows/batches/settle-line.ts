import { endItem, type LineWord, type OpenItem } from '../../batches/index.ts'
import type { StatementContext } from '../../db/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { type DispatchOutcome, readBatchLine, redactorFor } from '../../providers/index.ts'
import type { BatchLine, RelayResult } from '../../relay/index.ts'
import type { RouteContract } from '../../routes/index.ts'
import type { RefusedCall, SettledCall } from '../call-upstream.ts'
import { cleanError } from '../clean-error.ts'
import { reportEnd } from '../end-call.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import { refusedVerdict } from '../read-outcome.ts'
import { retryRules, situationOf } from '../retry-table.ts'
import { settleAnswer, settleRefusal } from '../settle-generation.ts'
import { endElsewhere, endUnmade, isOpen, type LineEnd } from './end-line.ts'
import { openLine } from './kept-line.ts'

/**
 * Settles what came back of a line by the road of any other call: pictures kept, usage and money booked, its job told of, in a transaction of
 * its own. Nothing is done for a line that is over: a file may be read any number of times.
 */
export async function settleLine(parts: GatewayParts, route: RouteContract, item: OpenItem, line: BatchLine): Promise<LineEnd> {
  const run = await openLine(parts, item)
  const redact = redactorFor(route.key, run.request.wire)
  const { statusCode, requestId, error, reply } = line
  // The file broke off within the line: it is read again.
  if (reply?.ended === 'cut') return 'later'
  const verdict = readBatchLine({ statusCode, requestId, error, document: reply?.documents[0] ?? null }, redact)
  if (verdict.kind === 'not_run') return endUnmade(parts, item, verdict.why)
  if (verdict.kind === 'refused') return refuse(parts, item, run, { kind: 'refused', outcome: verdict.outcome })
  if (reply === null || (verdict.kind === 'unknown' && !isBroken(line))) return holdLine(parts, item)
  if (!isKept(reply)) return 'later'
  return answer(parts, item, run, {
    reply: { ...reply, errorFrame: reply.errorFrame && cleanError(reply.errorFrame, redact) },
    httpStatus: statusCode!,
    requestId,
    firstByteMs: parts.clock.monotonicMs() - run.startedMonotonicMs,
    finished: Promise.resolve(wholeAnswer(statusCode!, requestId)),
  })
}

/** A success whose body cannot be read was made and is charged, as one that came at once. */
const isBroken = ({ statusCode, reply }: BatchLine) => statusCode !== null && isSuccess(statusCode) && reply?.ended === 'malformed'

/** True for a status by which upstream says that it did what was asked. */
export const isSuccess = (statusCode: number) => statusCode >= 200 && statusCode < 300

/** Upstream still has what our disk did not take. */
const isKept = ({ images }: RelayResult) => images.every(({ path }) => path !== null)

function wholeAnswer(httpStatus: number, requestId: string | null): DispatchOutcome {
  return { class: 'ok', httpStatus, requestId, firstByteMs: null, totalMs: 0, processingMs: null, rateLimits: {} }
}

async function answer(parts: GatewayParts, item: OpenItem, run: GenerationRun, call: SettledCall): Promise<LineEnd> {
  fp('batch_before_line')
  const { settled } = await settleAnswer(parts, run, call, ending(item, 'answered'))
  fp('batch_after_line')
  if (settled === null) return unbooked(parts, item)
  parts.afterDelivery.wake()
  parts.metrics.relayed(call.reply.bytesReceived)
  told(parts, run, settled, 'answered', 'ok')
  return 'done'
}

async function refuse(parts: GatewayParts, item: OpenItem, run: GenerationRun, call: RefusedCall): Promise<LineEnd> {
  const verdict = refusedVerdict(call)
  if (verdict.money === 'release' && retryRules[situationOf(call, verdict)].later) return endUnmade(parts, item, 'refused')
  return book(parts, item, run, call, 'refused')
}

/** Nobody can say whether a line was made: what it may cost is held. */
export async function holdLine(parts: GatewayParts, item: OpenItem): Promise<LineEnd> {
  return book(parts, item, await openLine(parts, item), nobodyKnows, 'unknown')
}

/** Upstream refused a line before it ran any. */
export async function refuseLine(parts: GatewayParts, item: OpenItem, outcome: RefusedCall['outcome']): Promise<LineEnd> {
  return book(parts, item, await openLine(parts, item), { kind: 'refused', outcome }, 'invalid')
}

async function book(parts: GatewayParts, item: OpenItem, run: GenerationRun, call: RefusedCall, word: LineWord): Promise<LineEnd> {
  fp('batch_before_line')
  const settled = await settleRefusal(parts, run, call, refusedVerdict(call), ending(item, word))
  fp('batch_after_line')
  if (settled === null) return unbooked(parts, item)
  told(parts, run, settled, word, call.outcome.class)
  return 'done'
}

const noFacts = { httpStatus: null, requestId: null, firstByteMs: null, totalMs: 0, processingMs: null, rateLimits: {} }
const nobodyKnows: RefusedCall = { kind: 'refused', outcome: { ...noFacts, class: 'lost', cause: 'unreadable' } }

const ending = (item: OpenItem, word: LineWord) => (context: StatementContext) => [endItem(context, item.attempt_id, word)]

/** The database did not take it, or somebody else ended the attempt. */
async function unbooked(parts: GatewayParts, item: OpenItem): Promise<LineEnd> {
  return (await isOpen(parts, item)) ? 'later' : endElsewhere(parts, item)
}

type Settled = Parameters<typeof reportEnd>[2]

function told(parts: GatewayParts, run: GenerationRun, settled: Settled, word: LineWord, outcomeClass: string): void {
  parts.metrics.batchLine(word)
  reportEnd(parts, { ...run, model: run.request.model.id }, settled, { class: outcomeClass, firstByteMs: null })
}
