import type { JsonObject } from '../primitives/json.ts'
import type { RelayImage, RelayResult } from './relay-result.ts'

/** An image of an answer, flushed to a file of the spool. */
export interface SpooledImage extends Pick<RelayImage, 'sha256' | 'bytes' | 'canonical' | 'origin'> {
  /** Name in the spool folder. */
  file: string
}

/** Head of upstream's answer. */
export interface AnsweredHead {
  httpStatus: number
  requestId: string | null
  firstByteMs: number
}

/** What an answer came to, with names of spool files in place of paths. */
export interface SpooledReply extends Omit<RelayResult, 'images' | 'partials'> {
  images: readonly SpooledReplyImage[]
  partials: { count: number; images: readonly SpooledReplyImage[] }
}

/** An image of such an answer; `file` is null when the disk refused it. */
export interface SpooledReplyImage extends Omit<RelayImage, 'path'> {
  file: string | null
}

/** One step of an answer on its way to the record, in the order in which they become durable. */
export type SidecarEntry<Subject = unknown> =
  /** The head came: from here on upstream answered with success. `subject` is whatever settling needs of the call. */
  | { kind: 'call'; format: typeof SIDECAR_FORMAT; subject: Subject; head: AnsweredHead }
  /** A stream named its response. */
  | { kind: 'response'; response: JsonObject }
  /** A final image came in whole and is flushed. Told again, the later entry holds. */
  | { kind: 'image'; image: SpooledImage }
  /** The body is over, and every image of it that the disk took is flushed. */
  | { kind: 'end'; reply: SpooledReply }

/** Raised when entries change, so that an answer spooled by another release is left alone instead of misread. */
export const SIDECAR_FORMAT = 1

/** Ending of a sidecar's name; what stands before it is the attempt's id. */
export const SIDECAR_ENDING = '.sidecar'
