import { lineWishes, pollPauseMs } from '../../batches/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import {
  type BatchWork,
  callBasics,
  inWords,
  isGone,
  lookAgainIn,
  moveOn,
  noteOf,
  type StepEnd,
  tryLater,
  type Upstream,
  upstreamOf,
} from './batch-work.ts'
import { seen } from './create-batch.ts'
import { listByName, overStatuses } from './find-upstream.ts'
import { loseBatch } from './lose-batch.ts'

/** So often in a row upstream must say that there is no such batch, or no such file, before that is believed. */
export const MOST_TIMES_GONE = 5

/** Asks how a batch stands; stops it where nobody wants any of its pictures any more. */
export async function pollBatch(work: BatchWork): Promise<StepEnd> {
  const { parts, batch, settings, signal } = work
  const upstream = upstreamOf(work)
  if (upstream === null) return tryLater(work, 'the route is not configured any more')
  const call = { ...callBasics(work, upstream.route), batchId: batch.upstream_id!, signal }
  if (batch.cancel_asked_at_ms === null && (await isUnwanted(work))) {
    const { outcome } = await upstream.calls.cancelBatch(call)
    // One that is over cannot be cancelled; what it came to is asked next.
    if (outcome.class === 'ok' || outcome.class === 'rejected') await noteOf(work, { cancel_asked_at_ms: parts.clock.nowMs() })
    parts.logger.info({ batch_id: batch.id, outcome: inWords(outcome) }, 'a batch was cancelled, because nobody wants it any more')
  }
  if (batch.made_anew > 0) await stopTwins(work, upstream)
  const { outcome, value } = await upstream.calls.retrieveBatch(call)
  if (value === null) {
    if (isGone(outcome) && batch.tries + 1 >= MOST_TIMES_GONE) return loseBatch(work)
    return tryLater(work, inWords(outcome))
  }
  if (!overStatuses.includes(value.status))
    return lookAgainIn(work, pollPauseMs(parts.clock.nowMs() - batch.state_at_ms, settings.pollMs), { ...seen(value), tries: 0 })
  const end = await moveOn(work, 'reading', seen(value))
  fp('batch_after_over')
  return end
}

/** A batch that was made anew because upstream did not show the first for too long: should the first come to light after all, it is stopped. */
async function stopTwins(work: BatchWork, upstream: Upstream): Promise<void> {
  const { batch, parts } = work
  const listed = await listByName(work, upstream, batch.created_at_ms)
  if ('unavailable' in listed) return
  for (const { id, status } of listed.others) {
    if (overStatuses.includes(status)) continue
    parts.logger.error(
      { batch_id: batch.id, route_id: batch.route_id },
      'a batch came to light that was proven not to be there: it is stopped',
    )
    await upstream.calls.cancelBatch({ ...callBasics(work, upstream.route), batchId: id })
  }
}

async function isUnwanted({ parts, batch }: BatchWork): Promise<boolean> {
  const { open, unwanted } = await lineWishes(parts.database, batch.id)
  return open > 0 && open === unwanted
}
