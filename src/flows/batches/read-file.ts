import { findItem, type OpenItem } from '../../batches/index.ts'
import type { DispatchOutcome } from '../../providers/index.ts'
import { type BatchLine, PieceStream, readBatchLines } from '../../relay/index.ts'
import { providerOf } from '../call-upstream.ts'
import { type BatchWork, callBasics, type Upstream } from './batch-work.ts'
import type { LineEnd } from './end-line.ts'
import { isSuccess, settleLine } from './settle-line.ts'

/** Bounded by what upstream wrote: the pictures of fifty thousand lines. */
const MAX_BYTES = Number.MAX_SAFE_INTEGER
const READ_MS = 6 * 60 * 60_000
/** No line takes so long to be booked, nor does a healthy upstream. */
const IDLE_MS = 5 * 60_000
/** After so many lines in a row that could not be settled it is not for want of one. */
const MOST_IN_VAIN = 3
const WIRE_ID = /^dk-(att_[0-9a-f]{44})$/

/** What reading a file came to. */
export interface FileReading {
  /** How the download ended. */
  outcome: DispatchOutcome
  /** True when every line of it was read and what was open of them is settled. */
  isDone: boolean
  /** Lines of the batch that stand in it as answers. */
  answers: number
}

/** Reads a file of a batch as it comes and settles its lines one after the other. Lines that are over are passed by. */
export async function readFile(work: BatchWork, upstream: Upstream, fileId: string): Promise<FileReading> {
  const { parts, batch, signal } = work
  const { route, calls } = upstream
  const stop = new AbortController()
  const pieces = new PieceStream()
  const call = { ...callBasics(work, route), timeoutMs: READ_MS, idleTimeoutMs: IDLE_MS, signal: AbortSignal.any([signal, stop.signal]) }
  const reading = calls.readBatchFile({ ...call, fileId, maxBytes: MAX_BYTES }, pieces).finally(() => pieces.end())
  const { imageKeys } = providerOf(parts, { route, modelSent: batch.model_sent })
  let answers = 0
  let isSettled = true
  let inVain = 0
  try {
    const options = { imageKeys, spoolFolder: parts.spoolFolder, spoolName: batch.id, makeRoom: () => parts.storageHealth.makeRoom() }
    for await (const line of readBatchLines(pieces, options)) {
      if (signal.aborted) break
      const item = line.isRepeated ? null : await itemOf(work, line)
      if (item === null) continue
      if (line.statusCode !== null && isSuccess(line.statusCode)) answers += 1
      if (item.sealed === null) continue
      await parts.storageHealth.assertWritable()
      if ((await settleOrSay(work, upstream, item as OpenItem, line)) === 'done') {
        inVain = 0
        continue
      }
      isSettled = false
      inVain += 1
      if (inVain >= MOST_IN_VAIN) break
    }
  } finally {
    stop.abort()
    await reading
  }
  const outcome = await reading
  return { outcome, isDone: isSettled && outcome.class === 'ok', answers }
}

/** One line that cannot be settled does not keep the others from it. */
async function settleOrSay({ parts }: BatchWork, { route }: Upstream, item: OpenItem, line: BatchLine): Promise<LineEnd> {
  try {
    return await settleLine(parts, route, item, line)
  } catch (error) {
    const known = { batch_id: item.batch_id, attempt_id: item.attempt_id, err: error }
    parts.logger.error(known, 'a line of a batch could not be settled; it is read again')
    return 'later'
  }
}

/** Whose line it is; null for one of a stranger, and for one that says of nobody. */
async function itemOf({ parts, batch }: BatchWork, { customId }: BatchLine) {
  const attemptId = WIRE_ID.exec(customId ?? '')?.[1]
  return attemptId === undefined ? null : findItem(parts.database, { batchId: batch.id, attemptId })
}
