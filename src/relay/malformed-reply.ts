/** What can be wrong with an upstream answer; stands in the record of the generation. */
export type MalformedCause =
  /** An image string holds something other than strict base64: whitespace, URL-safe letters, wrong or missing padding, an unknown prefix. */
  | 'bad_base64'
  /** Brackets do not match, the top-level value is not an object, or the rest is not JSON. */
  | 'not_json'
  /** The body ended properly although its document did not. */
  | 'document_not_closed'
  /** An object holds the same image member twice: no two readers would agree which one counts. */
  | 'duplicate_image'
  | 'nested_too_deep'
  /** More text around the images than an answer can need. */
  | 'skeleton_too_large'
  | 'image_too_large'
  | 'too_many_images'

/** Thrown inside the relay when an answer cannot be read any further; ends as `RelayResult.ended = 'malformed'`. */
export class MalformedReply extends Error {
  readonly reason: MalformedCause

  constructor(reason: MalformedCause) {
    super(`the answer cannot be read: ${reason}`)
    this.name = 'MalformedReply'
    this.reason = reason
  }
}
