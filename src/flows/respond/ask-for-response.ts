import { errorBody, failure } from '../../contract/failure.ts'
import { type ResponseTurnRow, type Statement, statementContext } from '../../db/index.ts'
import { endAbandoned, findGeneration } from '../../generations/index.ts'
import { holdUnknown } from '../../ledger/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { NullReplyClient } from '../../relay/index.ts'
import { advanceTurn, markPolled } from '../../threads/index.ts'
import { bookCall, type Settled } from '../book-call.ts'
import { type AnsweredCall, placeCall, providerOf, type RefusedCall, upstreamRequestId } from '../call-upstream.ts'
import { reportEnd } from '../end-call.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { isFinished, statusOf } from './new-turn.ts'
import { rebuildRun } from './rebuild-run.ts'
import type { ResponseRun } from './response-run.ts'
import { endedRun } from './run-response.ts'
import { settleResponse } from './settle-response.ts'

const QUESTION_TIMEOUT_MS = 120_000
const QUESTION_MARGIN_MS = 15_000
/** Upstream drops a background response that it was not asked to keep some ten minutes after it ended; longer than a day nothing runs. */
const LONGEST_RUN_MS = 24 * 60 * 60 * 1000

/** Asks upstream once how a background response stands, and settles it when it is finished. */
export async function askForResponse(parts: GatewayParts, turn: ResponseTurnRow): Promise<void> {
  const run = await rebuildRun(parts, turn)
  if (run === null) return giveUp(parts, turn, null)
  fp('background_before_ask')
  const answer = await retrieveFor(parts, run, turn.response_id)
  fp('background_after_answer')
  if (answer.kind === 'refused') return refused(parts, run, turn, answer)
  try {
    await answered(parts, run, turn, answer)
  } finally {
    await answer.relay.discard()
  }
}

/** Asks upstream for a response as it stands. Whoever asks discards the relay of an answer. */
export function retrieveFor(
  parts: GatewayParts,
  run: Pick<ResponseRun, 'choice' | 'attemptId'>,
  responseId: string,
): Promise<RefusedCall | AnsweredCall> {
  const { route } = run.choice
  const provider = providerOf(parts, run.choice)
  const question = {
    baseUrl: route.baseUrl,
    key: route.key,
    clientRequestId: upstreamRequestId(run),
    timeoutMs: QUESTION_TIMEOUT_MS,
    responseId,
    stream: false,
    startingAfter: null,
    include: [],
  }
  return placeCall(parts, {
    attemptId: run.attemptId,
    subject: null,
    asked: { key: route.key, body: null },
    endWithinMs: QUESTION_TIMEOUT_MS + QUESTION_MARGIN_MS,
    dispatch: (sink) => provider.retrieveResponse!(question, sink),
    reading: { shape: 'responses' },
    keepPartials: false,
    client: new NullReplyClient(),
  })
}

async function answered(parts: GatewayParts, run: ResponseRun, turn: ResponseTurnRow, call: AnsweredCall): Promise<void> {
  const { reply } = call
  if (reply.ended === 'cut') return again(parts, run, turn, turn.status)
  if (reply.ended === 'whole' && !isFinished(reply.response)) return again(parts, run, turn, statusOf(reply.response))
  // What came whole and cannot be read will not be better the next time.
  const response = reply.response ?? { id: turn.response_id, object: 'response', status: turn.status, output: [] }
  const settled = await settleResponse(parts, run, { ...call, reply: { ...reply, response } })
  reportEnd(parts, endedRun(run), settled, { class: 'ok', firstByteMs: call.firstByteMs })
  parts.afterDelivery.wake()
}

async function refused(parts: GatewayParts, run: ResponseRun, turn: ResponseTurnRow, { outcome }: RefusedCall): Promise<void> {
  const isGone = outcome.class === 'rejected' && outcome.httpStatus === 404
  if (isGone) return giveUp(parts, turn, run)
  await again(parts, run, turn, turn.status)
}

/** Asks once more later, which costs nothing; what has not ended after a day is given up. */
async function again(parts: GatewayParts, run: ResponseRun, turn: ResponseTurnRow, status: string): Promise<void> {
  const isLate = parts.clock.nowMs() - turn.created_at_ms > LONGEST_RUN_MS
  return isLate ? giveUp(parts, turn, run) : notYet(parts, turn, status)
}

async function notYet(parts: GatewayParts, turn: ResponseTurnRow, status: string): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([
    markPolled(context, { generationId: turn.generation_id }),
    advanceTurn(context, { generationId: turn.generation_id, status: status as ReturnType<typeof statusOf>, finished: false }),
  ])
}

/** Upstream knows nothing of it any more, or we do not know what it was: it may have been paid for, so its reservation is held. */
async function giveUp(parts: GatewayParts, turn: ResponseTurnRow, run: ResponseRun | null): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const ended = advanceTurn(context, { generationId: turn.generation_id, status: 'failed', finished: true })
  if (run === null) return holdBlindly(parts, turn, ended)
  const error = failure('upstream_outcome_unknown')
  const facts = {
    outcome: 'lost: upstream forgot a background response',
    httpStatus: 404,
    requestId: null,
    modelReported: null,
    firstByteMs: null,
  }
  const settled: Settled | null = await bookCall(parts, run, {
    verdict: { state: 'unknown', money: 'hold', failure: error, retryReason: 'unknown_outcome', nextAction: 'human' },
    facts,
    images: [],
    previews: [],
    retouched: [],
    read: null,
    cost: null,
    warnings: run.warnings,
    with: () => [ended],
  })
  reportEnd(parts, endedRun(run), settled, { class: 'lost', firstByteMs: null })
}

/** What was kept of the call cannot be read: its reservation is held as that of a call whose process died. */
async function holdBlindly(parts: GatewayParts, turn: ResponseTurnRow, ended: Statement): Promise<void> {
  const rows = await findGeneration(parts.database, { id: turn.generation_id, projectId: null })
  const attempt = rows?.attempts.find(({ id }) => id === turn.attempt_id) ?? null
  if (rows?.generation.status !== 'running') return void (await parts.database.transact([ended]))
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const error = errorBody(failure('upstream_outcome_unknown'), { requestId: parts.newId('req'), generationId: turn.generation_id }).error
  const hold = attempt ? holdUnknown(context, attempt.id, { nanos: rows.generation.reserved_nanos }) : []
  await parts.database.transact([...hold, ...endAbandoned(context, { generation: rows.generation, attempt }, error), ended])
}
