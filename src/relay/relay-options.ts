import type { JsonObject } from '../primitives/json.ts'
import type { ReplyClient } from './reply-client.ts'
import type { EventMeaning } from './reply-shape.ts'
import type { SpooledImage } from './sidecar-entry.ts'
import type { SpooledFile } from './spool-file.ts'

/** Bounds of what one relay takes in and keeps in memory. */
export interface RelayLimits {
  /** Text around the images of one document, and of one frame. @default 1 MiB; 16 MiB for Responses */
  skeletonBytes: number
  /**
   * Text of one document beyond which long strings are left out of `RelayResult.documents` (null stands for them), and text of a whole
   * reply beyond which it has no outline. The reply itself is passed on whole. @default no limit of its own; 2 MiB for Responses
   */
  textBytes: number
  /** Brackets inside brackets. @default 64; 256 for Responses, which repeat the schemas of their tools */
  depth: number
  /** One decoded image. @default 128 MiB */
  imageBytes: number
  /** Images that one answer may put into the spool. @default 64; 256 for Responses, whose streams bring each picture twice */
  images: number
  /** A frame (or the beginning of a document) is kept until it is over or its image begins, but no longer than this. @default 64 KiB */
  frameHoldBytes: number
  /** Held tail beyond which upstream is paused until `release` or `abort`. @default 1 MiB */
  tailHoldBytes: number
  /** Decoded bytes waiting for the disk beyond which upstream is paused. @default 384 KiB */
  spoolLagBytes: number
}

const KIB = 1024
const MIB = 1024 * KIB

/** What holds unless a caller says otherwise. */
export const defaultRelayLimits: RelayLimits = {
  skeletonBytes: MIB,
  textBytes: Number.POSITIVE_INFINITY,
  depth: 64,
  imageBytes: 128 * MIB,
  images: 64,
  frameHoldBytes: 64 * KIB,
  tailHoldBytes: MIB,
  spoolLagBytes: 384 * KIB,
}

/** Head of upstream's answer, as the provider port gives it. */
export interface AnswerHead {
  status: number
  kind: 'json' | 'sse'
  requestId: string | null
}

/** What every relay is made of. */
export interface CommonRelayOptions {
  spoolFolder: string
  /** Beginning of the spool's file names; unique in the folder, e.g. the attempt's id. */
  spoolName: string
  client: ReplyClient
  /** False: previews are counted and passed on, but neither decoded nor stored. */
  keepPartials: boolean
  limits?: Partial<RelayLimits>
  /** The disk is full: resolves when as much room was made as can be. What was to be written is then tried once more. */
  makeRoom?(): Promise<void>
  /** The request was handed to the kernel: from here on the call may be charged. */
  onSent?(): void
  /**
   * Upstream's head came; called before the client's head is sent. Where it returns a promise, no image counts as flushed before that is
   * settled: what tells of an image is on disk before it.
   */
  onBegin?(head: AnswerHead): Promise<void> | void
  /** An image of the answer came in whole and is flushed; called again when more is known of it. */
  onImage?(image: SpooledImage): void
  /** A preview came in whole and is flushed; only where they are kept. It lies there until it is moved away. */
  onPreview?(preview: Pick<SpooledFile, 'sha256' | 'bytes'> & { path: string }): void
}

/** A relay of an answer of the images endpoints. */
export interface ImagesRelayOptions extends CommonRelayOptions {
  shape?: 'images'
  /** JSON members whose string value is an image in base64, e.g. `['b64_json']`. At most 32. */
  imageKeys: readonly string[]
  /** Completed frames after which a stream's tail is held back. A JSON answer ends where its document does. */
  expectedImages: number
  /** What an event type means; `''` stands for an event that names none. */
  classifyEvent(type: string): EventMeaning
}

/**
 * A relay of an answer of the Responses API. Of a stream the tail begins with the blank line of the event that ends the response.
 * Finished pictures of earlier events flow on, as all but the last picture of an images stream do: the usage that settles the call
 * comes with the last event, and the assistant's words between them would have to wait for it.
 */
export interface ResponsesRelayOptions extends CommonRelayOptions {
  shape: 'responses'
  /**
   * A stream told of its response (`response.created`), called once. Until the promise is settled, either way, the client does not get
   * that event and upstream is not read on: what is noted here is on record before anybody knows the response's id.
   */
  onResponse?(response: JsonObject): Promise<void>
}

/** What a relay is made of. */
export type RelayOptions = ImagesRelayOptions | ResponsesRelayOptions
