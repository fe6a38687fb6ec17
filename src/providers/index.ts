export type { CostAnswer, UsageAnswer, UsageCount, UsageQuestion } from './account-questions.ts'
export type { ApiframeProviderParts } from './apiframe/apiframe-parts.ts'
export { createApiframeProvider } from './apiframe/apiframe-provider.ts'
export {
  type BatchAnswer,
  type BatchCall,
  type BatchCallAnswer,
  type BatchCallBasics,
  type BatchCalls,
  type BatchFileCall,
  type BatchFileSink,
  type BatchInputError,
  type BatchLineRequest,
  type BatchOperation,
  type BatchQuestion,
  type BatchStatus,
  type CreateBatchCall,
  mayHaveHappened,
  type ReadBatchFileCall,
  type SentContent,
  type UploadBatchCall,
  type UploadedFile,
  type UpstreamBatch,
} from './batch-calls.ts'
export { type BatchLineAnswer, type BatchLineVerdict, readBatchLine } from './batch-line-verdict.ts'
export type {
  CallFacts,
  DispatchOutcome,
  ImageProvider,
  ProviderCall,
  ProviderInput,
  ReplyHead,
  ReplyShapeName,
  ReplySink,
  RetrieveResponseCall,
  StoredResponseAnswer,
  StoredResponseCall,
  UpstreamError,
} from './image-provider.ts'
export { type MappedFailure, mapUpstreamError } from './map-upstream-error.ts'
export type { OpenAiProviderParts } from './openai/call-upstream.ts'
export { createOpenAiProvider } from './openai/openai-provider.ts'
export type { ProviderEvent } from './provider-event.ts'
export { type Redact, redactorFor } from './redact.ts'
