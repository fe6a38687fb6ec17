export { type BatchFileOptions, type BatchLine, readBatchLines } from './batch-lines.ts'
export { HeldReplyClient, sendReply } from './held-reply-client.ts'
export { HttpReplyClient, type HttpReplyClientOptions } from './http-reply-client.ts'
export { type ImageJson, type ImageJsonLimits, type ImageJsonOptions, type JsonImage, readImageJson } from './image-json.ts'
export type { MalformedCause } from './malformed-reply.ts'
export { NullReplyClient } from './null-reply-client.ts'
export { PieceStream } from './piece-stream.ts'
export { readSidecar, type SidecarContents } from './read-sidecar.ts'
export { openRelay, type Relay } from './relay.ts'
export {
  type AnswerHead,
  type CommonRelayOptions,
  defaultRelayLimits,
  type ImagesRelayOptions,
  type RelayLimits,
  type RelayOptions,
  type ResponsesRelayOptions,
} from './relay-options.ts'
export type { RelayImage, RelayResult } from './relay-result.ts'
export { type ClientHead, type ErrorReply, type ReplyClient, streamHead } from './reply-client.ts'
export { type OutlinePart, type ReplyOutline, rebuildReply } from './reply-outline.ts'
export type { ImageOrigin } from './reply-reader.ts'
export type { EventMeaning } from './reply-shape.ts'
export {
  type AnsweredHead,
  SIDECAR_ENDING,
  SIDECAR_FORMAT,
  type SidecarEntry,
  type SpooledImage,
  type SpooledReply,
} from './sidecar-entry.ts'
export { SidecarFile, sidecarPath } from './sidecar-file.ts'
