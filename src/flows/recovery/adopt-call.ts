import { statementContext } from '../../db/index.ts'
import { adoptAttempt, findGeneration } from '../../generations/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { DispatchOutcome } from '../../providers/index.ts'
import type { RelayResult, SidecarContents } from '../../relay/index.ts'
import { recordTurn } from '../../threads/index.ts'
import type { Settled } from '../book-call.ts'
import type { SettledCall } from '../call-upstream.ts'
import { type EndedRun, reportEnd } from '../end-call.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { GenerationRun } from '../generation-run.ts'
import { asFarAsKnown } from '../respond/call-response.ts'
import { newTurn } from '../respond/new-turn.ts'
import type { ResponseRun } from '../respond/response-run.ts'
import { endedRun, isOpen } from '../respond/run-response.ts'
import { settleResponse } from '../respond/settle-response.ts'
import { settleAnswer } from '../settle-generation.ts'
import { noPlace, type SidecarSubject } from './portable-run.ts'
import { verifiedImages } from './spooled-images.ts'
import { unlistedImages } from './unlisted-images.ts'

/** Who settles a call in place of the process that made it; named in the ledger and in the evidence. */
export type Adopter = 'boot-sweep' | 'spool-round'

/** `useless`: the call is on record already, or was never recorded as open; `left`: it could not be booked now. */
export type Adoption = 'settled' | 'useless' | 'left'

/**
 * Settles a call from what is on disk of it, by the same road as any other: pictures kept, usage and money booked, evidence and reports
 * begun. One that was held as unknown meanwhile is ended by evidence E0. Doing it again after a crash does the rest of it.
 */
export async function adoptCall(parts: GatewayParts, attemptId: string, contents: SidecarContents, by: Adopter): Promise<Adoption> {
  const subject = contents.call.subject as SidecarSubject
  const rows = await findGeneration(parts.database, { id: subject.run.id, projectId: null })
  const attempt = rows?.attempts.find(({ id }) => id === attemptId)
  if (!attempt || (attempt.state !== 'dispatching' && attempt.state !== 'unknown')) return 'useless'
  if (attempt.state === 'dispatching' && attempt.owner !== parts.bootId) await becomeOwner(parts, attemptId)
  const reply = await replyOf(parts, attemptId, contents)
  fp('recovery_after_verify')
  const adopted = adoption(parts, subject, reply, by, attempt.state === 'unknown')
  const call: SettledCall = { reply, ...contents.call.head, finished: Promise.resolve(brokenOff(contents)) }
  if (subject.kind === 'response') return adoptResponse(parts, { ...subject.run, ...adopted }, call)
  const run: GenerationRun = { ...subject.run, ...adopted }
  const { settled } = await settleAnswer(parts, run, call)
  return ended(parts, { ...run, model: run.request.model.id }, call, settled)
}

/** From now on only this process may end the attempt; nothing that its maker still writes of it is taken. */
async function becomeOwner(parts: GatewayParts, attemptId: string): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([adoptAttempt(context, { attemptId, owner: parts.bootId })])
  fp('recovery_after_owner')
}

/** A background response goes on upstream: whoever asks for such responses gets it. Everything else is settled. */
async function adoptResponse(parts: GatewayParts, run: ResponseRun, call: SettledCall): Promise<Adoption> {
  const reply = asFarAsKnown(call.reply, call.reply.response)
  if (!isOpen(run, reply)) return ended(parts, endedRun(run), call, await settleResponse(parts, run, { ...call, reply }))
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([recordTurn(context, newTurn(run, reply.response!)!)])
  return 'settled'
}

function ended(parts: GatewayParts, run: EndedRun, call: SettledCall, settled: Settled | null): Adoption {
  if (settled === null) return 'left'
  reportEnd(parts, run, settled, { class: call.reply.ended === 'whole' ? 'ok' : 'partial', firstByteMs: call.firstByteMs })
  return 'settled'
}

/** What came, as the relay would have told it. Of an answer that was not over its whole images count. */
async function replyOf(parts: GatewayParts, attemptId: string, { call, reply, images, response }: SidecarContents): Promise<RelayResult> {
  if (reply !== null) {
    const previews = await verifiedImages(parts, reply.partials.images)
    const partials = { count: reply.partials.count, images: previews }
    return { ...reply, images: await verifiedImages(parts, reply.images), partials }
  }
  // Where previews are kept, a file that nothing tells of may be one.
  const keepsPreviews = (call.subject as SidecarSubject).run.keepPartials
  const unlisted = keepsPreviews ? [] : await unlistedImages(parts, attemptId, images)
  const came = [...images, ...unlisted].map((image, index) => ({ ...image, index, error: null }))
  const nothing = { partials: { count: 0, images: [] }, documents: [], errorFrame: null, outline: [] }
  const whole = await verifiedImages(parts, came)
  const bytesReceived = whole.reduce((sum, { bytes }) => sum + bytes, 0)
  return {
    ...nothing,
    ended: 'cut',
    cause: 'process_ended',
    images: whole,
    bytesReceived,
    response: response && { ...response, output: [] },
  }
}

/** What a run is given in place of what its process had. */
function adoption(parts: GatewayParts, subject: SidecarSubject, { ended: ending }: RelayResult, by: Adopter, isUnknown: boolean): Adopted {
  const { clock, newId } = parts
  const startedMonotonicMs = clock.monotonicMs() - (clock.nowMs() - subject.startedAtMs)
  const evidence = { source: 'spool', answer: ending, http_status: 200 }
  return {
    requestId: newId('req'),
    startedMonotonicMs,
    bookedBy: by,
    warnings: [...subject.run.warnings, remark(ending)],
    place: noPlace,
    ...(isUnknown ? { late: { step: 'E0', actor: by, evidence } } : {}),
  }
}

type Adopted = Pick<GenerationRun, 'requestId' | 'startedMonotonicMs' | 'bookedBy' | 'late' | 'warnings' | 'place'>

function remark(ending: RelayResult['ended']) {
  const message =
    ending === 'cut'
      ? 'The process that made this call ended while the answer came; what had come whole was kept by the next start.'
      : 'The answer was on disk but not on record when its process ended, or the database could not be written; it was booked afterwards.'
  return { code: 'adopted_from_spool', param: null, message }
}

/** How the connection ended, as far as a process that was not there can say. */
function brokenOff({ reply, call }: SidecarContents): DispatchOutcome {
  const { httpStatus, requestId, firstByteMs } = call.head
  const facts = { httpStatus, requestId, firstByteMs, totalMs: firstByteMs, processingMs: null, rateLimits: {} }
  return reply?.ended === 'whole' ? { ...facts, class: 'ok' } : { ...facts, class: 'partial', cause: 'aborted' }
}
