import { sumItems } from '../../batches/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { type BatchWork, callBasics, isGone, moveOn, type StepEnd, tryLater, upstreamOf } from './batch-work.ts'

/** So often a file is to be deleted; then upstream does it when its time is over. */
const MOST_TRIES = 4

/** Has upstream forget the files of a batch that is over. Where lines of it are unknown they stay: they are evidence. */
export async function cleanBatch(work: BatchWork): Promise<StepEnd> {
  const { parts, batch } = work
  fp('batch_before_clean')
  if (!(await isEvidence(work)) && !(await deleteFiles(work)) && batch.tries < MOST_TRIES)
    return tryLater(work, 'files could not be deleted')
  const end = await moveOn(work, 'ended', { outcome: batch.outcome })
  fp('batch_after_end')
  parts.logger.info({ batch_id: batch.id, route_id: batch.route_id, outcome: batch.outcome }, 'a batch has ended')
  return end
}

async function isEvidence({ parts, batch }: BatchWork): Promise<boolean> {
  return (await sumItems(parts.database, [batch.id])).some(({ line }) => line === 'unknown')
}

async function deleteFiles(work: BatchWork): Promise<boolean> {
  const upstream = upstreamOf(work)
  if (upstream === null) return false
  const { input_file_id, output_file_id, error_file_id } = work.batch
  let areGone = true
  for (const fileId of [input_file_id, output_file_id, error_file_id]) {
    if (fileId === null) continue
    const { outcome } = await upstream.calls.deleteFile({ ...callBasics(work, upstream.route), fileId, signal: work.signal })
    areGone &&= outcome.class === 'ok' || isGone(outcome)
  }
  return areGone
}
