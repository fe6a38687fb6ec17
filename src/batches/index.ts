export {
  BatchChanged,
  type BatchOutcome,
  type BatchState,
  changeBatch,
  moveBatch,
  type NewBatch,
  recordBatch,
  type SeenBatch,
} from './batch-statements.ts'
export { COMPLETION_WINDOW_MS, type CollectingRules, dueAtMs, pollPauseMs, retryPauseMs, type WaitingGroup } from './collecting-rules.ts'
export {
  type BatchSums,
  countUnmade,
  findBatch,
  findBatchOfJob,
  findBatchOfUpstream,
  findItem,
  findOpenBatches,
  type LineWishes,
  lineWishes,
  listBatches,
  type OpenItem,
  openItems,
  openLineAttempts,
  sentPlaces,
  sumItems,
} from './find-batches.ts'
export { endItem, LineEnded, type LineWord, recordItem } from './item-statements.ts'
