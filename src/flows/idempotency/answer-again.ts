import { setTimeout as wait } from 'node:timers/promises'
import { findBatchOfJob } from '../../batches/index.ts'
import { failure } from '../../contract/failure.ts'
import { statementContext } from '../../db/index.ts'
import { findResult, type GenerationResult } from '../../generations/index.ts'
import { findKeyAnywhere, noteDelivery } from '../../idempotency/index.ts'
import { type ReplyClient, rebuildReply, sendReply, streamHead } from '../../relay/index.ts'
import { findTurnOfGeneration } from '../../threads/index.ts'
import { answerHeaders } from '../answer-headers.ts'
import { storedBytes } from '../call-upstream.ts'
import { errorReply } from '../end-call.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { EarlierCall } from './accept-once.ts'
import { responseAnswer } from './answer-from-record.ts'
import { findAnswer, type KeptAnswer } from './find-answer.ts'
import { isMadeElsewhere } from './is-made-elsewhere.ts'
import { asksForStream } from './whole-answer.ts'

/** Takes over the reply of a request, once it is known what kind of answer it gets and what its headers say. */
export type OpenReply = (opening: { stream: boolean; headers: Record<string, string> }) => ReplyClient

/** Between two looks at a call that goes on elsewhere. */
const LOOK_MS = 500
const LOOK_AGAIN_MS = 2000

/**
 * Answers a repetition with what comes of the call it repeats: at once where that has ended, else when it does. Nothing is held in memory
 * meanwhile. A stream begins at once and is kept alive. Never rejects.
 */
export async function answerEarlier(parts: GatewayParts, earlier: EarlierCall, requestId: string, open: OpenReply): Promise<void> {
  const { generationId: id, attachedBy, stream } = earlier
  const client = open({ stream, headers: { 'x-darkroom-generation': id, ...repetitionHeaders[attachedBy] } })
  parts.metrics.repeated(attachedBy)
  try {
    if (stream) await beginStream(parts, id, client)
    const standing = await untilEnded(parts, id, client)
    client.announce(answerHeaders(standing.rows))
    await tell(parts, standing, client)
  } catch (error) {
    failInside(parts, { id, requestId, client }, error)
  }
}

/** Whoever waits for a stream gets its head at once. */
async function beginStream(parts: GatewayParts, id: string, client: ReplyClient): Promise<void> {
  if (parts.underWay.ended(id) === null && !(await isMadeElsewhere(parts, id))) return
  client.announce(answerHeaders(await requireGeneration(parts, { id, projectId: null })))
  client.commit(streamHead)
}

/** The caller learns that nothing came of it; a reply that was begun is cut. */
function failInside(
  parts: GatewayParts,
  { id, requestId, client }: { id: string; requestId: string; client: ReplyClient },
  error: unknown,
) {
  parts.logger.error({ generation_id: id, err: error }, 'a call could not be answered again')
  client.fail(errorReply({ id, requestId }, failure('internal_error', { outcome: 'not_charged', message: readAgain })))
}

const readAgain = 'Darkroom failed inside while it read the answer of an earlier call. Nothing was sent or charged now; ask for it again.'

const replayed = { 'idempotent-replayed': 'true' }
const repetitionHeaders: Record<EarlierCall['attachedBy'], Record<string, string>> = {
  key: replayed,
  shadow: { ...replayed, 'x-darkroom-attached-by': 'shadow' },
  coalesced: { ...replayed, 'x-darkroom-cache': 'coalesced' },
  cache: { ...replayed, 'x-darkroom-cache': 'hit' },
}

/** Whose result somebody asks for. */
export interface AskedResult {
  /** What the caller may see: one project, or everything (`null`, the admin). */
  projectId: string | null
  generationId: string
  requestId: string
}

/**
 * Answers with the result of a generation as its caller got it: pictures or error, with the same status.
 * @throws Failure `not_found`, or `result_not_ready` while it is under way
 */
export async function answerResult(parts: GatewayParts, asked: AskedResult, open: OpenReply): Promise<void> {
  // Asked before the look: what has ended by then is seen to have ended.
  const isMade = parts.underWay.ended(asked.generationId) !== null || (await isMadeElsewhere(parts, asked.generationId))
  const standing = await standingOf(parts, { id: asked.generationId, projectId: asked.projectId })
  const { rows, goesOn } = standing
  if (rows.generation.status === 'queued' || goesOn || (isMade && rows.generation.status === 'running'))
    throw failure('result_not_ready', { retryAfterMs: LOOK_AGAIN_MS })
  const client = open({ stream: false, headers: { ...answerHeaders(rows), ...replayed } })
  try {
    await tell(parts, standing, client)
  } catch (error) {
    failInside(parts, { ...asked, id: rows.generation.id, client }, error)
  }
}

/** The generation that a key names; the newest, where the key was used for several kinds of calls. @throws Failure `not_found` */
export async function generationOfKey(parts: GatewayParts, { projectId, key }: { projectId: string; key: string }): Promise<string> {
  const found = await findKeyAnywhere(parts.database, { projectId, key }, parts.clock.nowMs())
  if (found === null) throw failure('not_found', { param: 'key' })
  return found.generation_id
}

/** Notes whether a caller had the answer: one that left is told apart from one that asks for the same once more. Nobody waits for it. */
export function noteAnswerDelivery(parts: GatewayParts, generationId: string, isDelivered: boolean): void {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  parts.database.transact([noteDelivery(context, generationId, isDelivered)]).catch(() => undefined)
}

async function requireGeneration(parts: GatewayParts, asked: { id: string; projectId: string | null }): Promise<GenerationResult> {
  const rows = await findResult(parts.database, asked)
  if (rows === null) throw failure('not_found', { param: 'id' })
  return rows
}

/** A generation as it stands, and whether it is a response that goes on upstream in the background. */
interface Standing {
  rows: GenerationResult
  goesOn: boolean
}

/**
 * Looks at a generation and its turn. They end in one transaction, so where the turn was over before the generation was seen to be, a second
 * look sees that: nobody is told of a call without a record which has just been recorded.
 */
async function standingOf(parts: GatewayParts, asked: { id: string; projectId: string | null }): Promise<Standing> {
  const rows = await requireGeneration(parts, asked)
  if (rows.generation.status !== 'running') return { rows, goesOn: false }
  if (await goesOnElsewhere(parts, rows)) return { rows, goesOn: true }
  return { rows: await requireGeneration(parts, asked), goesOn: false }
}

async function untilEnded(parts: GatewayParts, id: string, client: ReplyClient): Promise<Standing> {
  await parts.underWay.ended(id)
  while (!client.gone && (await isMadeElsewhere(parts, id))) await parts.underWay.elsewhere(id, LOOK_MS)
  for (;;) {
    const standing = await standingOf(parts, { id, projectId: null })
    if (!standing.goesOn || client.gone || !asksForStream(standing.rows)) return standing
    await wait(LOOK_MS)
  }
}

/** A response in the background goes on upstream, and so does the line of a batch; nobody's first answer waited for that either. */
async function goesOnElsewhere(parts: GatewayParts, { generation }: GenerationResult): Promise<boolean> {
  if (generation.surface !== 'responses') return (await findBatchOfJob(parts.database, generation.id)) !== null
  const turn = await findTurnOfGeneration(parts.database, generation.id)
  return turn !== null && turn.background === 1 && turn.finished_at_ms === null
}

async function tell(parts: GatewayParts, standing: Standing, client: ReplyClient): Promise<void> {
  if (client.gone) return
  const answer = await answerOf(parts, standing)
  if (answer.kind === 'error') return client.fail(answer.error)
  const head = asksForStream(standing.rows) ? streamHead : { contentType: 'application/json', headers: {} }
  await sendReply(
    client,
    head,
    rebuildReply(answer.outline, (index) => storedBytes(parts, answer.paths[index]!)),
  )
}

/** A response in the background is shown as far as it has come; of any other call that ended without a record nobody knows what came. */
async function answerOf(parts: GatewayParts, { rows, goesOn }: Standing): Promise<KeptAnswer> {
  const shown = goesOn ? await responseAnswer(parts, rows) : null
  return shown ?? findAnswer(parts, rows)
}
