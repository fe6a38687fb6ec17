export {
  type AttemptEnd,
  type AttemptFence,
  AttemptNotOurs,
  type AttemptState,
  adoptAttempt,
  endAttempt,
  markAnswered,
  markSent,
  type NewAttempt,
} from './attempt-statements.ts'
export { generationAudits } from './audit-generations.ts'
export {
  countDueImages,
  type DueCount,
  type DueRow,
  deleteImages,
  deleteInputs,
  dueImages,
  dueInputs,
  expireImages,
  expireInputs,
  findPictures,
  type GenerationPictures,
} from './deletion-statements.ts'
export { findAttempt } from './find-attempt.ts'
export {
  type FoundImage,
  findGeneration,
  findGenerations,
  findImage,
  findResult,
  type GenerationResult,
  type GenerationRows,
  type ProjectScope,
} from './find-generation.ts'
export { type FoundLineage, findLineage } from './find-lineage.ts'
export { findOpenCalls } from './find-open-calls.ts'
export {
  type CountedAttempt,
  findEvidence,
  findRouteAttempts,
  findUnknowns,
  sumUnknowns,
  type UnknownAttempt,
  type UnknownTotal,
} from './find-unknowns.ts'
export { evidenceRecord, generationRecord } from './generation-record.ts'
export {
  completeByHand,
  completeGeneration,
  failGeneration,
  type GenerationCompletion,
  GenerationEnded,
  type GenerationFailure,
  type NewGeneration,
  recordAttempt,
  recordIntent,
  reroute,
  type UsageRecord,
} from './generation-statements.ts'
export { type NewImage, recordImages } from './image-statements.ts'
export { type FoundInput, findInputs, type NewInput, recordInputs } from './input-statements.ts'
export { liveMakerOf } from './live-maker-of.ts'
export { assertProjectRoom, type ProjectPace, readProjectTraffic } from './project-traffic.ts'
export { endQueued, type QueuedEnd, type QueuedStart, queueAgain, recordQueued, startQueued } from './queue-statements.ts'
export {
  type AttemptCorrection,
  type AttemptResolution,
  correctAttempt,
  type EvidenceStep,
  evidenceSteps,
  type GenerationResolution,
  type NewEvidence,
  noteEvidence,
  OutcomeDecided,
  RESOLVE_WITHIN_MS,
  type ResolvedState,
  resolveAttempt,
  resolveGeneration,
} from './resolution-statements.ts'
export { findRecordReviews, type RecordReviews } from './review-rows.ts'
export { type CallGroup, type CallSums, callGroups, sumCalls } from './sum-calls.ts'
export { type AbandonedGeneration, endAbandoned, loseAbandoned, sweepDeadOwners } from './sweep-dead-owners.ts'
