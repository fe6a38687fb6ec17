import type { JsonObject } from '../primitives/json.ts'
import type { JsonStep } from './json-place.ts'
import type { SpoolFile } from './spool-file.ts'

/** Where an image stood in a Responses answer. */
export interface ImageOrigin {
  /** The image call's item with null in place of its result; of a preview the event that brought it. */
  item: JsonObject
  /** Id of the item (`ig_…`); null when upstream gave none. */
  itemId: string | null
  /** Place of the item among the response's output; null when upstream did not say. */
  outputIndex: number | null
}

/** One image string that was read to its end. */
export interface FoundImage {
  file: SpoolFile
  /** False when escapes were undone or a data URL's head was left out. */
  canonical: boolean
  path: readonly JsonStep[]
  /** Null in answers of the images endpoints, and while the document around the image is not whole. */
  origin: ImageOrigin | null
  /** Files of the same image that came again; removed, but the outline may name them. */
  copies: SpoolFile[]
}

/** What a reader has found in an answer so far. */
export interface Findings {
  images: FoundImage[]
  previews: { count: number; images: FoundImage[] }
  documents: JsonObject[]
  errorFrame: JsonObject | null
}

/** Nothing found yet. */
export function noFindings(): Findings {
  return { images: [], previews: { count: 0, images: [] }, documents: [], errorFrame: null }
}

/**
 * Reads an answer of one kind and steers the writer.
 * `reading` = more is to come; `complete` = all that was asked for is in, or upstream ended the answer with an error.
 */
export interface ReplyReader {
  readonly state: 'reading' | 'complete'
  readonly findings: Findings
  /** @throws MalformedReply */
  feed(piece: Buffer): void
  /**
   * The body is over. Counts what is complete although its end mark is missing.
   * @param whole false when it was cut
   * @throws MalformedReply when it ended properly in the middle of a document
   */
  finish(whole: boolean): void
}
