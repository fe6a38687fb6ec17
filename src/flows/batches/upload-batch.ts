import { createHash } from 'node:crypto'
import { lineWishes } from '../../batches/index.ts'
import { Failure } from '../../contract/failure.ts'
import { findJob } from '../../jobs/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { SentContent } from '../../providers/index.ts'
import type { GenerationRun } from '../generation-run.ts'
import { assertIntact } from '../verify-objects.ts'
import { type BatchWork, callBasics, inWords, isFinalRefusal, moveOn, type StepEnd, tryLater, upstreamOf } from './batch-work.ts'
import { eachItem } from './each-item.ts'
import { endUnmade, failLine } from './end-line.ts'
import { openLine } from './kept-line.ts'
import { lineOf } from './line-of-call.ts'

const DAY_SECONDS = 24 * 60 * 60
/** An upload whose answer is lost leaves a file that nobody names: upstream deletes it by itself when its batch is surely over. */
const KEPT_FOR_SECONDS = 3 * DAY_SECONDS
/** A batch that cannot be made is given up so long before the first deadline of its jobs, that they can be made otherwise. */
const GIVEN_UP_BEFORE_MS = 60 * 60_000
const UPLOAD_MS = 10 * 60_000

/**
 * Sends the lines upstream. They are written from the record while they are sent, each time the same, and lie nowhere in between: what they
 * hold is encrypted here. Sending them once more costs nothing.
 */
export async function uploadBatch(work: BatchWork): Promise<StepEnd> {
  const { parts, signal } = work
  const measured = await measure(work)
  if (measured === 'later') return tryLater(work, 'lines could not be ended')
  if (measured.lines === 0) return moveOn(work, 'cleaning', { outcome: 'not_made' })
  const upstream = upstreamOf(work)
  if (upstream === null) return giveUp(work, 'the route is not configured any more')
  const content = contentOf(work, measured.bytes)
  fp('batch_before_upload')
  const { outcome, value } = await upstream.calls.uploadBatch({
    ...callBasics(work, upstream.route),
    timeoutMs: UPLOAD_MS,
    signal,
    fileName: `${work.batch.id}.jsonl`,
    content,
    expiresAfterSeconds: KEPT_FOR_SECONDS,
  })
  fp('batch_after_upload')
  if (value === null) {
    if (isFinalRefusal(outcome) || (await isGivenUp(work))) return giveUp(work, inWords(outcome))
    return tryLater(work, inWords(outcome))
  }
  const file = { input_file_id: value.id, input_bytes: measured.bytes, input_sha256: content.sha256() }
  const end = await moveOn(work, 'creating', { ...file, create_sent_at_ms: null, absent_since_ms: null })
  fp('batch_after_upload_record')
  parts.logger.info(
    { batch_id: work.batch.id, route_id: work.batch.route_id, count: measured.lines, bytes: measured.bytes },
    'a batch was uploaded',
  )
  return end
}

/** True when it is time to make the jobs of a batch otherwise that could not be made so far. */
export async function isGivenUp({ parts, batch }: BatchWork): Promise<boolean> {
  const { earliest_deadline_ms } = await lineWishes(parts.database, batch.id)
  return earliest_deadline_ms !== null && parts.clock.nowMs() > earliest_deadline_ms - GIVEN_UP_BEFORE_MS
}

/** Gives a batch up that was surely not made: its jobs are made otherwise. */
export async function giveUp(work: BatchWork, why: string): Promise<StepEnd> {
  const { parts, batch } = work
  for await (const item of eachItem(work)) if ((await endUnmade(parts, item, 'unmade')) === 'later') return tryLater(work, why)
  parts.logger.warn({ batch_id: batch.id, route_id: batch.route_id, outcome: why }, 'a batch was given up before it was made')
  return moveOn(work, 'cleaning', { outcome: 'not_made' })
}

/** Takes out what is not to be sent, and counts what is. */
async function measure(work: BatchWork): Promise<{ lines: number; bytes: number } | 'later'> {
  const { parts } = work
  let lines = 0
  let bytes = 0
  for await (const item of eachItem(work)) {
    const run = await openLine(parts, item)
    const job = await findJob(parts.database, { id: item.job_id, projectId: null })
    if (job?.cancel_requested_at_ms != null) {
      if ((await endUnmade(parts, item, 'withdrawn')) === 'later') return 'later'
      continue
    }
    const damage = await damageOf(work, run)
    if (damage !== null) {
      await failLine(parts, item, damage)
      continue
    }
    lines += 1
    bytes += lineOf(parts, run).byteLength
  }
  return { lines, bytes }
}

/** No wrong byte is sent. */
async function damageOf({ parts }: BatchWork, { inputs }: GenerationRun): Promise<Failure | null> {
  try {
    for (const { sent, sentPath } of inputs) await assertIntact(parts, { sha256: sent.sha256, bytes: sent.bytes, path: sentPath })
    return null
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

function contentOf(work: BatchWork, byteLength: number): SentContent & { sha256(): string } {
  const hash = createHash('sha256')
  return {
    byteLength,
    sha256: () => hash.digest('hex'),
    async *open() {
      for await (const item of eachItem(work)) {
        for await (const piece of lineOf(work.parts, await openLine(work.parts, item)).open()) {
          hash.update(piece)
          yield piece
        }
      }
    },
  }
}
