import type { ReplyClient } from './reply-client.ts'
import type { EventMeaning } from './sse-reply.ts'

/** Bounds of what one relay takes in and keeps in memory. */
export interface RelayLimits {
  /** Text around the images of one document, and of one frame. @default 1 MiB */
  skeletonBytes: number
  /** Brackets inside brackets. @default 64 */
  depth: number
  /** One decoded image. @default 128 MiB */
  imageBytes: number
  /** Images that one answer may put into the spool. @default 64 */
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

/** What a relay is made of. */
export interface RelayOptions {
  /** JSON members whose string value is an image in base64, e.g. `['b64_json']`. At most 32. */
  imageKeys: readonly string[]
  /** Completed frames after which a stream's tail is held back. A JSON answer ends where its document does. */
  expectedImages: number
  spoolFolder: string
  /** Beginning of the spool's file names; unique in the folder, e.g. the attempt's id. */
  spoolName: string
  client: ReplyClient
  /** What an event type means; `''` stands for an event that names none. */
  classifyEvent(type: string): EventMeaning
  /** False: previews are counted and passed on, but neither decoded nor stored. */
  keepPartials: boolean
  limits?: Partial<RelayLimits>
  /** The request was handed to the kernel: from here on the call may be charged. */
  onSent?(): void
  /** Upstream's head came; called before the client's head is sent. */
  onBegin?(head: AnswerHead): void
}
