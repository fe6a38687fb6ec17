import type { BatchStatus, UpstreamBatch } from '../../providers/index.ts'
import type { BatchWork, Upstream } from './batch-work.ts'

/** Member of a batch's metadata by which it is found again. */
export const BATCH_NAME = 'darkroom_batch'

/** Upstream's clock may be behind ours. */
const CLOCK_TOLERANCE_MS = 5 * 60_000

/** Statuses after which nothing becomes of a batch any more. */
export const overStatuses: readonly BatchStatus[] = ['completed', 'failed', 'expired', 'cancelled']

/** What upstream lists under a batch's name: the one of the lines that were sent last, and others that were made under it. */
export interface Listed {
  found: UpstreamBatch | null
  others: readonly UpstreamBatch[]
  /** False where there may be more than were listed. */
  isComplete: boolean
}

/** Looks for a batch by its name among those made since a time. @returns why it could not be looked for, where that is so */
export async function listByName(
  { batch }: BatchWork,
  { route, calls }: Upstream,
  sinceMs: number,
): Promise<Listed | { unavailable: string }> {
  const answer = await calls.listBatches({ baseUrl: route.baseUrl, key: route.key, sinceMs: sinceMs - CLOCK_TOLERANCE_MS })
  if ('unavailable' in answer) return answer
  const ours = answer.batches.filter(({ metadata }) => metadata[BATCH_NAME] === batch.id)
  const found =
    ours.find(({ id }) => id === batch.upstream_id) ??
    ours.find(({ inputFileId }) => inputFileId === batch.input_file_id) ??
    ours[0] ??
    null
  return { found, others: ours.filter((other) => other !== found), isComplete: answer.isComplete }
}
