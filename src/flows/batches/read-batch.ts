import { sentPlaces } from '../../batches/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import type { BatchInputError, DispatchOutcome } from '../../providers/index.ts'
import {
  type BatchWork,
  callBasics,
  inWords,
  isGone,
  moveOn,
  noteOf,
  reportOutcome,
  type StepEnd,
  tryLater,
  type Upstream,
  upstreamOf,
} from './batch-work.ts'
import { seen } from './create-batch.ts'
import { eachItem } from './each-item.ts'
import { endUnmade } from './end-line.ts'
import { loseBatch } from './lose-batch.ts'
import { MOST_TIMES_GONE } from './poll-batch.ts'
import { type FileReading, readFile } from './read-file.ts'
import { holdLine, refuseLine } from './settle-line.ts'

/** Brings home what a batch came to. May be begun again at any time: what is settled stays settled. */
export async function readBatch(work: BatchWork): Promise<StepEnd> {
  const upstream = upstreamOf(work)
  if (upstream === null) return tryLater(work, 'the route is not configured any more')
  return work.batch.upstream_status === 'failed' ? readErrors(work) : readFiles(work, upstream)
}

/** Upstream ran none of its lines: those it found fault with fail, the others are made otherwise. */
async function readErrors(work: BatchWork): Promise<StepEnd> {
  const { parts, batch } = work
  const errors = JSON.parse(batch.errors_json ?? '[]') as BatchInputError[]
  const wrong = new Map(errors.flatMap((error) => (error.line === null ? [] : [[error.line, error] as const])))
  const places = await sentPlaces(parts.database, batch.id)
  for await (const item of eachItem(work)) {
    const error = wrong.get(places.indexOf(item.place) + 1)
    const end = error ? await refuseLine(parts, item, refusalOf(error)) : await endUnmade(parts, item, 'unmade')
    if (end === 'later') return tryLater(work, 'lines could not be ended')
  }
  parts.logger.warn(
    { batch_id: batch.id, route_id: batch.route_id, code: errors.map(({ code }) => code ?? 'unknown').slice(0, 10), count: errors.length },
    'upstream refused a batch: none of its lines was run or charged',
  )
  reportOutcome(work, 'failed')
  return moveOn(work, 'cleaning', { outcome: 'failed' })
}

async function readFiles(work: BatchWork, upstream: Upstream): Promise<StepEnd> {
  const { batch } = work
  if (batch.answers === null) {
    if (batch.output_file_id === null && batch.upstream_completed > 0 && batch.tries < MOST_TIMES_GONE) return askForFiles(work, upstream)
    const output = batch.output_file_id === null ? null : await readFile(work, upstream, batch.output_file_id)
    if (output !== null && !output.isDone) return unread(work, output)
    await noteOf(work, { answers: output?.answers ?? 0, tries: 0 })
    fp('batch_after_output')
    return 'on'
  }
  const errors = batch.error_file_id === null ? null : await readFile(work, upstream, batch.error_file_id)
  if (errors !== null && !errors.isDone) return unread(work, errors)
  return endMissing(work)
}

/** Upstream counts answers and names no file for them: it may do so in a moment. */
async function askForFiles(work: BatchWork, { route, calls }: Upstream): Promise<StepEnd> {
  const { value } = await calls.retrieveBatch({ ...callBasics(work, route), batchId: work.batch.upstream_id! })
  return tryLater(work, 'there is no output file yet', value === null ? {} : seen(value))
}

function unread(work: BatchWork, { outcome }: FileReading): Promise<StepEnd> {
  if (isGone(outcome) && work.batch.tries + 1 >= MOST_TIMES_GONE) return loseBatch(work)
  return tryLater(work, outcome.class === 'ok' ? 'lines could not be settled' : inWords(outcome))
}

/**
 * Lines that stand in neither file. Where upstream counts no more answers than were read, they were not made; else one of them was, and nobody
 * can say which.
 */
async function endMissing(work: BatchWork): Promise<StepEnd> {
  const { parts, batch } = work
  const isAccounted = batch.upstream_completed <= batch.answers!
  for await (const item of eachItem(work)) {
    const end = isAccounted ? await endUnmade(parts, item, 'missing') : await holdLine(parts, item)
    if (end === 'later') return tryLater(work, 'lines could not be ended')
  }
  const outcome = batch.upstream_status as 'completed' | 'expired' | 'cancelled'
  reportOutcome(work, outcome)
  return moveOn(work, 'cleaning', { outcome })
}

function refusalOf({ code, message, param }: BatchInputError): Extract<DispatchOutcome, { class: 'rejected' }> {
  const facts = { httpStatus: 400, requestId: null, firstByteMs: null, totalMs: 0, processingMs: null, rateLimits: {} }
  return { ...facts, class: 'rejected', error: { code, message, param, type: 'invalid_request_error' }, retryAfterMs: null }
}
