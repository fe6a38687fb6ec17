import type { JsonObject } from '../primitives/json.ts'
import type { MalformedCause } from './malformed-reply.ts'
import type { ReplyOutline } from './reply-outline.ts'
import type { ImageOrigin } from './reply-reader.ts'

/** One image of an answer, as it lies in the spool. */
export interface RelayImage {
  /** Place among the answer's images, from 0. */
  index: number
  /** Of the decoded bytes, in hexadecimal. */
  sha256: string
  bytes: number
  /** A flushed file, there until it is moved away or `discard` is called; null when the disk refused. */
  path: string | null
  /** The system's code of what the disk refused with (`ENOSPC`, `EIO`, `ENOENT`); null when it did not. */
  error: string | null
  /** True when upstream wrote the image as plain base64; false when escapes were undone or a data URL's head was left out. */
  canonical: boolean
  /** Its item in a Responses answer, as it was told last; null in images answers and when the document around it is not whole. */
  origin: ImageOrigin | null
}

/** What came of an answer's body. */
export interface RelayResult {
  /** `whole` = complete, also when upstream completed it with an error; `cut` = broken off; `malformed` = could not be read further. */
  ended: 'whole' | 'cut' | 'malformed'
  /** Why it is not whole; null when it is. `process_ended` is said by who found it afterwards. */
  cause: MalformedCause | 'connection_cut' | 'aborted' | 'process_ended' | null
  /** Final images in order, every one that came in whole, whatever became of the rest. One that a stream brings again is not repeated. */
  images: RelayImage[]
  /** Previews: how many came, and the images themselves when they were to be kept. */
  partials: { count: number; images: RelayImage[] }
  /**
   * The answer with null in place of images: the JSON document, or those of the completed frames. Empty when it did not come to its end.
   * Of a Responses stream these are the events of finished image calls (failed ones too), up to where it broke off, and last the one that
   * ends the response.
   */
  documents: JsonObject[]
  /** Upstream's error in place of an answer (an empty object when it was no JSON object); held back from the client. */
  errorFrame: JsonObject | null
  /** Bytes that came until the result was known. */
  bytesReceived: number
  outline: ReplyOutline
  /** The response object of a Responses answer, with null in place of images; null when it did not come. */
  response: JsonObject | null
}
