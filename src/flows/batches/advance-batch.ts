import { findBatch } from '../../batches/index.ts'
import { type BatchWork, moveOn, type StepEnd, tryLater } from './batch-work.ts'
import { cleanBatch } from './clean-batch.ts'
import { createBatch } from './create-batch.ts'
import { pollBatch } from './poll-batch.ts'
import { readBatch } from './read-batch.ts'
import { uploadBatch } from './upload-batch.ts'

const steps: Readonly<Record<string, (work: BatchWork) => Promise<StepEnd>>> = {
  // Nobody collects for it any more: whoever did so died with its process.
  collecting: (work) => moveOn(work, 'uploading'),
  uploading: uploadBatch,
  creating: createBatch,
  running: pollBatch,
  reading: readBatch,
  cleaning: cleanBatch,
}

/**
 * Takes a batch as far as it goes now, from where its record says that it is. What each step did is on disk before the next begins, and each may
 * be begun again. Never rejects: a step that fails is tried again later.
 */
export async function advanceBatch({ batchId, ...context }: Omit<BatchWork, 'batch'> & { batchId: string }): Promise<void> {
  const { parts, signal } = context
  while (!signal.aborted) {
    const batch = await findBatch(parts.database, batchId).catch(() => null)
    const step = batch && steps[batch.state]
    if (!batch || !step) return
    const work = { ...context, batch }
    if ((await stepOrSay(work, step)) === 'wait') return
  }
}

async function stepOrSay(work: BatchWork, step: (work: BatchWork) => Promise<StepEnd>): Promise<StepEnd> {
  const { parts, batch, signal } = work
  try {
    return await step(work)
  } catch (error) {
    if (signal.aborted) return 'wait'
    parts.logger.error({ batch_id: batch.id, state: batch.state, err: error }, 'a step of a batch failed inside')
    return tryLater(work, 'failed inside').catch(() => 'wait' as const)
  }
}
