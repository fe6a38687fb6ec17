export { BossQueue, type BossQueueOptions } from './boss-queue.ts'
export { type EconomyGroup, type EconomyWait, findEconomyJobs, findEconomyWaits } from './find-economy.ts'
export {
  countWaiting,
  findJob,
  findOverdue,
  findRetries,
  findRetry,
  findWaiting,
  type JobFilter,
  listJobs,
  listQuery,
  receiversOf,
  sumWaiting,
  type WaitingJob,
  type WaitingLaneJobs,
} from './find-jobs.ts'
export {
  endedSince,
  type FoundSetItem,
  findOpenSets,
  findSet,
  findSetOfKey,
  itemsOf,
  jobsOfSet,
  listSets,
  progressOf,
  type SetProgress,
  waitingItems,
} from './find-sets.ts'
export type { Blocks, DeadLetter, JobQueue } from './job-queue.ts'
export {
  claimJob,
  type JobFence,
  type JobLane,
  type JobReceiver,
  type JobShape,
  JobTaken,
  moveToLane,
  type NewJob,
  noteHeartbeat,
  type Priority,
  postponeJob,
  priorities,
  priorityName,
  recordJob,
  requestCancel,
} from './job-statements.ts'
export { MemoryQueue } from './memory-queue.ts'
export { findOrder, forgetOldOrders, recordOrder } from './order-statements.ts'
export {
  cancelWaitingItems,
  ItemTaken,
  moveSet,
  type NewJobSet,
  type NewSetItem,
  recordSet,
  refuseItem,
  SetChanged,
  SetKeyTaken,
  type SetKind,
  takeItem,
} from './set-statements.ts'
export { migrateQueue } from './start-boss.ts'
