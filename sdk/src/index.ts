export type * as api from './api-types.ts'
export type { RetrySettings } from './attempts.ts'
export type { BulkEntry, BulkHandle, BulkOptions, BulkOrder, BulkWaitOptions } from './bulk.ts'
export type { OperationInput, OperationName, OperationOptions, OperationReply } from './call.ts'
export type { CallFacts } from './call-facts.ts'
export { createDarkroom, type DarkroomOptions } from './create-darkroom.ts'
export type { Darkroom } from './darkroom.ts'
export {
  AbortError,
  AuthenticationError,
  BudgetError,
  ConnectionError,
  DarkroomError,
  type NextAction,
  NotFoundError,
  type Outcome,
  OutcomeUnknownError,
  PermissionError,
  RateLimitError,
  RefusedError,
  TimeoutError,
  UnavailableError,
  UpstreamError,
} from './darkroom-error.ts'
export type { WireCompletedEvent, WireImageEvent, WirePartialEvent } from './image-events.ts'
export type { ImageResult } from './image-result.ts'
export type { ImageStream, ImageStreamEvent } from './image-stream.ts'
export type { JobNews } from './job-news.ts'
export type { JobStep } from './job-steps.ts'
export { JobError, type JobReference, type JobSubmission, type Jobs, type WaitOptions } from './jobs.ts'
export type { PictureOptions } from './picture-options.ts'
export type { EditRequest, GenerateRequest, PictureRequest } from './picture-requests.ts'
export type { PictureSource } from './picture-source.ts'
export type { PromptDocument } from './prompts.ts'
export type { ResultImage } from './result-image.ts'
export type { CallOptions } from './transport.ts'
export {
  WebhookError,
  type WebhookFault,
  type WebhookHeaders,
  type WebhookMessage,
  type WebhookSecret,
  webhooks,
} from './verify-webhook.ts'
