/** The shapes of Darkroom's own API, in one place to import from: each as a Zod schema and the type it describes. */
export {
  type Advice,
  type AdviceLanguage,
  type AdviceRequest,
  adviceLanguages,
  adviceReplySchema,
  adviceRequestSchema,
  type JobSignal,
  jobSignals,
  providerNeeds,
} from './advice-replies.ts'
export { type Batch, batchesQuerySchema, batchesReplySchema, batchSchema } from './batch-replies.ts'
export { type DriftReply, driftReplySchema, driftSummarySchema } from './drift-replies.ts'
export { type ErrorObject, errorBodySchema, errorObjectSchema } from './error-body.ts'
export {
  type CheckReply,
  checkQuerySchema,
  checkReplySchema,
  type EstimateReply,
  type EstimateRequest,
  estimateReplySchema,
  estimateRequestSchema,
} from './estimate-replies.ts'
export type { ErrorBody } from './failure.ts'
export { type FileObject, fileDeletedSchema, fileFetchSchema, fileListSchema, fileObjectSchema, fileUploadSchema } from './file-replies.ts'
export {
  type GateList,
  type GateName,
  type GateReport,
  type GateResult,
  type GateVerdict,
  gateListSchema,
  gateNames,
  gateReportSchema,
  gateVerdictSchema,
  type ProbeLine,
  type Restriction,
  type RouteGrant,
  type RouteStandingGrade,
  restrictionSchema,
  routeGrantSchema,
  routeStandingGradeSchema,
} from './gate-replies.ts'
export {
  type AssistantTrace,
  assistantSchema,
  type GenerationRecord,
  generationRecordSchema,
  generationStatusSchema,
  recordedImageSchema,
  type TraceStep,
  traceStepSchema,
} from './generation-record.ts'
export { type GuardReply, guardReplySchema, guardSummarySchema } from './guard-replies.ts'
export {
  type Handoff,
  type HandoffTaken,
  handoffResultSchema,
  handoffSchema,
  handoffsQuerySchema,
  handoffsReplySchema,
  handoffTakenSchema,
  type NewHandoffBody,
  newHandoffSchema,
} from './handoff-replies.ts'
export { editBodySchema, editFormSchema, generationBodySchema, imagesReplySchema } from './image-call.ts'
export {
  cancelledReplySchema,
  type Job,
  type JobEvent,
  jobAcceptedSchema,
  jobEventSchema,
  jobSchema,
  jobsQuerySchema,
  jobsReplySchema,
  nativeJobSchema,
  retryBodySchema,
  type Task,
  taskSchema,
  unifiedJobSchema,
} from './job-replies.ts'
export {
  type CallSumsReply,
  callSumsReplySchema,
  type LedgerEntriesReply,
  type LedgerReply,
  ledgerEntriesReplySchema,
  ledgerEntrySchema,
  ledgerGroupSchema,
  ledgerReplySchema,
} from './ledger-replies.ts'
export {
  type ModelCapabilities,
  type ModelsReply,
  type ModelsV2Reply,
  modelCapabilities,
  modelsReplySchema,
  modelsV2ReplySchema,
} from './model-replies.ts'
export {
  type BudgetReply,
  budgetChangeSchema,
  budgetSchema,
  budgetsQuerySchema,
  budgetsReplySchema,
  newBudgetSchema,
  newProjectSchema,
  type ProjectReply,
  type ProjectSettingsBody,
  projectChangeSchema,
  projectSchema,
  projectsReplySchema,
} from './project-replies.ts'
export { type PromptDocument, promptDocumentSchema } from './prompt-document.ts'
export {
  newPromptSchema,
  newPromptVersionSchema,
  type Prompt,
  type PromptDiff,
  type PromptHead,
  type PromptLint,
  type PromptVersion,
  promptDiffQuerySchema,
  promptDiffSchema,
  promptDraftSchema,
  promptHeadSchema,
  promptLintRequestSchema,
  promptLintSchema,
  promptRenderRequestSchema,
  promptSchema,
  promptsQuerySchema,
  promptsReplySchema,
  promptVersionHeadersSchema,
  promptVersionHeadSchema,
  promptVersionSchema,
  promptVersionsQuerySchema,
  promptVersionsReplySchema,
  type RenderedDraft,
  type RenderedPromptReply,
  renderedDraftSchema,
  renderedPromptSchema,
} from './prompt-replies.ts'
export { responseBodySchema, responseDeletedSchema, responseReplySchema } from './response-call.ts'
export {
  type DeletedPictures,
  deletedPicturesSchema,
  type LegalHold,
  legalHoldReleaseSchema,
  legalHoldSchema,
  legalHoldsQuerySchema,
  legalHoldsReplySchema,
  newLegalHoldSchema,
} from './retention-replies.ts'
export {
  bulkDecidedSchema,
  bulkDecisionsSchema,
  type PublicationReply,
  publicationSchema,
  type RecordedReview,
  type ReviewDecision,
  type ReviewDecisionBody,
  type ReviewEditBody,
  type ReviewReply,
  recordedReviewSchema,
  reviewDecidedSchema,
  reviewDecisionBodySchema,
  reviewEditSchema,
  reviewExportQuerySchema,
  reviewerBodySchema,
  reviewImageQuerySchema,
  reviewSchema,
  reviewsQuerySchema,
  reviewsReplySchema,
  withReasonSchema,
} from './review-replies.ts'

export {
  type NewRolloutBody,
  newRolloutSchema,
  type Rollout,
  type RolloutLanguage,
  rolloutLanguages,
  rolloutQuerySchema,
  rolloutSchema,
  rolloutsQuerySchema,
  rolloutsReplySchema,
} from './rollout-replies.ts'

export { type RouteCard, type RoutesReply, routeCardSchema, routesReplySchema } from './route-replies.ts'
export {
  type FoundPictureReply,
  foundPictureSchema,
  type PicturesQuery,
  type PicturesReply,
  picturesQuerySchema,
  picturesReplySchema,
} from './search-replies.ts'
export { promptSegmentSchema, type ThreadReply, type TraceReply, threadReplySchema, traceReplySchema } from './thread-replies.ts'
export {
  type OutcomeEvidence,
  outcomeEvidenceSchema,
  type ResolvedReply,
  resolveBodySchema,
  resolvedReplySchema,
  runAgainBodySchema,
  type UnknownsChecked,
  type UnknownsReply,
  unknownsCheckedSchema,
  unknownsReplySchema,
} from './unknown-replies.ts'
export {
  newWebhookSchema,
  type WebhookMessageLogReply,
  type WebhookMessageReply,
  type WebhookReplayedReply,
  type WebhookReply,
  type WebhookTestedReply,
  webhookChangeSchema,
  webhookEventTypes,
  webhookMessageLogSchema,
  webhookMessagesQuerySchema,
  webhookMessagesReplySchema,
  webhookReplayedSchema,
  webhookReplaySchema,
  webhookRotationSchema,
  webhookSchema,
  webhooksReplySchema,
  webhookTestedSchema,
  webhookWithSecretSchema,
} from './webhook-replies.ts'
export { type Money, moneySchema } from './wire-values.ts'
