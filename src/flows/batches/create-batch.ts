import { fp } from '../../primitives/fail-point.ts'
import { type BatchInputError, mayHaveHappened, type UpstreamBatch } from '../../providers/index.ts'
import {
  type BatchWork,
  callBasics,
  inWords,
  isFinalRefusal,
  lookAgainIn,
  moveOn,
  noteOf,
  type StepEnd,
  tryLater,
  type Upstream,
  upstreamOf,
} from './batch-work.ts'
import { BATCH_NAME, listByName } from './find-upstream.ts'
import { loseBatch } from './lose-batch.ts'
import { giveUp, isGivenUp } from './upload-batch.ts'

/** A file that was uploaded just now may not be there everywhere. */
const MOST_REFUSALS = 3
/** A batch that could not be found for so long, nor proven not to be there, is not waited for any longer. */
const LOST_AFTER_MS = 26 * 60 * 60_000

/**
 * Makes the batch of its uploaded lines: from here on they are bought. That it may have been sent is on disk first; one that was not answered
 * is looked for by its metadata, and made anew only when it is proven not to be there.
 */
export async function createBatch(work: BatchWork): Promise<StepEnd> {
  const upstream = upstreamOf(work)
  // A batch that may be there waits for its route to come back; the lines of one that is not take another.
  if (upstream === null) {
    const why = 'the route is not configured any more'
    return work.batch.create_sent_at_ms === null ? giveUp(work, why) : tryLater(work, why)
  }
  if (work.batch.create_sent_at_ms !== null) return lookFor(work, upstream)
  return (await findBefore(work, upstream)) ?? create(work, upstream)
}

/**
 * A batch that an earlier process began may have been gone on with elsewhere, where a backup of it was restored: it is looked for before it is
 * made. @returns null where there is none
 */
async function findBefore(work: BatchWork, upstream: Upstream): Promise<StepEnd | null> {
  if (work.batch.created_at_ms >= work.sinceMs) return null
  const listed = await listByName(work, upstream, work.batch.created_at_ms)
  if ('unavailable' in listed) return tryLater(work, listed.unavailable)
  return listed.found === null ? null : made(work, listed.found)
}

async function create(work: BatchWork, { route, calls }: Upstream): Promise<StepEnd> {
  const { parts, batch } = work
  await noteOf(work, { create_sent_at_ms: parts.clock.nowMs() })
  fp('batch_before_create')
  const { outcome, value } = await calls.createBatch({
    ...callBasics(work, route),
    inputFileId: batch.input_file_id!,
    operation: batch.operation,
    metadata: { [BATCH_NAME]: batch.id },
  })
  fp('batch_after_create')
  if (value !== null) return made(work, value)
  if (mayHaveHappened(outcome)) return tryLater(work, inWords(outcome))
  if ((isFinalRefusal(outcome) && batch.tries + 1 >= MOST_REFUSALS) || (await isGivenUp(work))) return giveUp(work, inWords(outcome))
  return tryLater(work, inWords(outcome), { create_sent_at_ms: null })
}

/** Where the listing is complete and has lacked it for long enough, it was not made. */
async function lookFor(work: BatchWork, { route, calls }: Upstream): Promise<StepEnd> {
  const { parts, batch, settings } = work
  fp('batch_before_look')
  const listed = await listByName(work, { route, calls }, batch.create_sent_at_ms!)
  if ('unavailable' in listed) return notFound(work, listed.unavailable)
  if (listed.found) return made(work, listed.found)
  if (!listed.isComplete) return notFound(work, 'the list of batches is not complete')
  const nowMs = parts.clock.nowMs()
  const absentSinceMs = batch.absent_since_ms ?? nowMs
  const leftMs = Math.max(batch.create_sent_at_ms! + settings.missingMs, absentSinceMs + settings.pollMs) - nowMs
  if (leftMs > 0)
    return lookAgainIn(work, Math.min(leftMs, Math.max(settings.pollMs, settings.missingMs / 5)), { absent_since_ms: absentSinceMs })
  return makeAnew(work, { route, calls })
}

function notFound(work: BatchWork, why: string): Promise<StepEnd> {
  const isLost = work.parts.clock.nowMs() - work.batch.create_sent_at_ms! > LOST_AFTER_MS
  return isLost ? loseBatch(work) : tryLater(work, why)
}

/** Its lines are deleted before they are sent again: a batch that comes to light after all finds none, and fails free of charge. */
async function makeAnew(work: BatchWork, { route, calls }: Upstream): Promise<StepEnd> {
  const { parts, batch } = work
  const { outcome } = await calls.deleteFile({ ...callBasics(work, route), fileId: batch.input_file_id! })
  if (outcome.class !== 'ok' && !isFinalRefusal(outcome)) return tryLater(work, inWords(outcome))
  parts.logger.warn({ batch_id: batch.id, route_id: route.id }, 'a batch was proven not to have been made, and is made anew')
  const nothing = { input_file_id: null, input_bytes: null, input_sha256: null, create_sent_at_ms: null, absent_since_ms: null }
  return moveOn(work, 'uploading', { ...nothing, made_anew: batch.made_anew + 1 })
}

async function made(work: BatchWork, found: UpstreamBatch): Promise<StepEnd> {
  const { parts, batch, settings } = work
  const nowMs = parts.clock.nowMs()
  const end = await moveOn(work, 'running', { ...seen(found), upstream_id: found.id, next_look_at_ms: nowMs + settings.pollMs })
  fp('batch_after_create_record')
  parts.logger.info({ batch_id: batch.id, route_id: batch.route_id, status: found.status }, 'a batch was made')
  return end === 'on' ? 'wait' : end
}

/** What upstream says of a line may repeat what its caller said. */
function withoutWords(error: BatchInputError): BatchInputError {
  return error.line === null ? error : { ...error, message: null }
}

/** What upstream shows of a batch. */
export function seen(found: UpstreamBatch) {
  return {
    upstream_status: found.status,
    upstream_total: found.total,
    upstream_completed: found.completed,
    upstream_failed: found.failed,
    expires_at_ms: found.expiresAtMs,
    output_file_id: found.outputFileId,
    error_file_id: found.errorFileId,
    errors_json: found.errors.length === 0 ? null : JSON.stringify(found.errors.map(withoutWords)),
  }
}
