export type {
  CallFacts,
  DispatchOutcome,
  ImageProvider,
  ProviderCall,
  ProviderInput,
  ReplyHead,
  ReplySink,
  UpstreamError,
} from './image-provider.ts'
export { type MappedFailure, mapUpstreamError } from './map-upstream-error.ts'
export { createOpenAiProvider, type OpenAiProviderParts } from './openai/openai-provider.ts'
