import { ByteCollector } from './byte-collector.ts'

/** A stretch of a reply: bytes as they were sent, or the place of an image, by its index in `RelayResult.images`. */
export type OutlinePart = { literal: Buffer } | { image: number }

/**
 * A reply without its images, from which its exact bytes can be made again: literals as they stand, images as base64 of their files.
 * A JSON reply is covered from its first byte to the closing brace. Of a stream the `completed` frames are covered:
 * the outline reads as the same call would have streamed without previews.
 */
export type ReplyOutline = readonly OutlinePart[]

type RecordedPart<Image> = { literal: Buffer } | { taken: Image }

/** Writes an outline along with the reply, frame by frame; a JSON reply is one frame. */
export class OutlineRecorder<Image> {
  readonly #literal: ByteCollector
  #kept: RecordedPart<Image>[] = []
  #frame: RecordedPart<Image>[] = []
  #paused = false
  #insideImage = false

  /** @param limitBytes most literal bytes between two images; more is a malformed answer */
  constructor(limitBytes: number) {
    this.#literal = new ByteCollector(limitBytes)
  }

  /** Bytes of the reply. Inside an image they are covered by its reference already. */
  bytes(bytes: Buffer): void {
    if (!this.#paused && !this.#insideImage) this.#literal.append(bytes)
  }

  imageBegins(image: Image): void {
    this.#insideImage = true
    this.#closeLiteral()
    this.#frame.push({ taken: image })
  }

  imageEnds(): void {
    this.#insideImage = false
  }

  /** The rest of this frame is of no use to an outline: stop recording until the next one. */
  skipFrame(): void {
    this.#paused = true
    this.#literal.clear()
    this.#frame = []
  }

  /** The frame is over and belongs into the outline, unless it was skipped. */
  keepFrame(): void {
    if (!this.#paused) {
      this.#closeLiteral()
      this.#kept.push(...this.#frame)
    }
    this.#nextFrame()
  }

  /** The frame is over and does not belong into the outline. */
  dropFrame(): void {
    this.skipFrame()
    this.#nextFrame()
  }

  /** The outline so far; `indexOf` names the place of an image among the results. */
  build(indexOf: (image: Image) => number): ReplyOutline {
    return this.#kept.map((part) => ('literal' in part ? part : { image: indexOf(part.taken) }))
  }

  #closeLiteral(): void {
    if (this.#literal.length > 0) this.#frame.push({ literal: this.#literal.take() })
  }

  #nextFrame(): void {
    this.#frame = []
    this.#paused = false
    this.#insideImage = false
  }
}

/**
 * Makes the bytes of a reply again from its outline.
 * @param readImage the stored bytes of an image, in pieces of any length
 */
export async function* rebuildReply(
  outline: ReplyOutline,
  readImage: (index: number) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  for (const part of outline) {
    if ('literal' in part) yield part.literal
    else yield* encodeBase64(readImage(part.image))
  }
}

/** Base64 in pieces: only whole groups of three bytes are encoded before the end, so that padding stands there alone. */
async function* encodeBase64(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let rest: Uint8Array = new Uint8Array(0)
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const whole = bytes.length - (bytes.length % 3)
    if (whole > 0) yield Buffer.from(bytes.subarray(0, whole).toBase64(), 'latin1')
    rest = bytes.slice(whole)
  }
  if (rest.length > 0) yield Buffer.from(rest.toBase64(), 'latin1')
}
