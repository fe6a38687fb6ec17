import { ByteCollector } from './byte-collector.ts'

/** A stretch of a reply: bytes as they were sent, or the place of an image, by its index in `RelayResult.images`. */
export type OutlinePart = { literal: Buffer } | { image: number }

/**
 * A reply without its images, from which its exact bytes can be made again: literals as they stand, images as base64 of their files.
 * A JSON reply is covered from its first byte to the closing brace. Of an images stream the `completed` frames are covered:
 * the outline reads as the same call would have streamed without previews. Of a Responses stream every event but the previews is,
 * up to the one that ends it; where that is more text than is kept, the increments are left out as well. Empty when the reply did not
 * come to its end, or holds more text than is kept: then it cannot be made again.
 */
export type ReplyOutline = readonly OutlinePart[]

type RecordedPart<Image> = { literal: Buffer } | { taken: Image }

interface RecordedFrame<Image> {
  parts: RecordedPart<Image>[]
  literalBytes: number
  spare: boolean
}

/** What too much text means: the answer counts as `malformed`, or it is passed on without an outline. */
export type OutlineOverflow = 'malformed' | 'no_outline'

/** Writes an outline along with the reply, frame by frame; a JSON reply is one frame. */
export class OutlineRecorder<Image> {
  readonly #limit: number
  readonly #overflow: OutlineOverflow
  readonly #literal: ByteCollector
  #kept: RecordedFrame<Image>[] = []
  #keptBytes = 0
  #frame: RecordedPart<Image>[] = []
  /** Of the frame's literals that are closed. */
  #frameBytes = 0
  #paused = false
  #insideImage = false
  #keepsSpare = true
  /** The frame holds bytes that are neither recorded nor those of an image. */
  #hasGap = false
  #isLost = false
  #guess: { part: number; hasGap: boolean } | null = null

  /** @param limitBytes literal bytes: `malformed` between two images, `no_outline` in all */
  constructor(limitBytes: number, overflow: OutlineOverflow = 'malformed') {
    this.#limit = limitBytes
    this.#overflow = overflow
    this.#literal = new ByteCollector(limitBytes)
  }

  /** Bytes of the reply. Inside an image they are covered by its reference already. */
  bytes(bytes: Buffer): void {
    if (this.#paused || this.#insideImage || this.#hasGap) return
    if (this.#overflow === 'malformed' || this.#frameBytes + this.#literal.length + bytes.length <= this.#limit) this.#literal.append(bytes)
    else this.leaveGap()
  }

  imageBegins(image: Image): void {
    this.#insideImage = true
    this.#closeLiteral()
    this.#frame.push({ taken: image })
  }

  imageEnds(): void {
    this.#insideImage = false
  }

  /** A string begins that may turn out to be an image. */
  guessBegins(): void {
    this.#closeLiteral()
    this.#guess = { part: this.#frame.length, hasGap: this.#hasGap }
  }

  /** The string is over; its bytes are kept until it is known what they are. */
  guessEnds(): void {
    if (this.#guess && !this.#paused) this.#pushLiteral()
    if (this.#guess) [this.#guess.hasGap, this.#hasGap] = [this.#hasGap, this.#guess.hasGap]
  }

  /** What it was: an image that its bytes can be made of again, or (null) text. */
  guessed(image: Image | null): void {
    const guess = this.#guess
    this.#guess = null
    if (guess === null || this.#paused) return
    if (image !== null) this.#replaceByImage(guess.part, image)
    else if (guess.hasGap) this.leaveGap()
  }

  /** Something in this frame cannot be made again. */
  leaveGap(): void {
    this.#hasGap = true
    this.#literal.clear()
  }

  /** The rest of this frame is of no use to an outline: stop recording until the next one. */
  skipFrame(): void {
    this.#paused = true
    this.#literal.clear()
    this.#frame = []
  }

  /**
   * The frame is over and belongs into the outline, unless it was skipped.
   * @param spare true when the outline makes sense without it
   */
  keepFrame(spare = false): void {
    if (!this.#paused) {
      this.#closeLiteral()
      this.#keep({ parts: this.#frame, literalBytes: this.#frameBytes, spare })
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
    const parts = this.#kept.flatMap((frame) => frame.parts)
    return parts.map((part) => ('literal' in part ? part : { image: indexOf(part.taken) }))
  }

  #keep(frame: RecordedFrame<Image>): void {
    if (this.#isLost || (frame.spare && !this.#keepsSpare)) return
    this.#kept.push(frame)
    this.#keptBytes += frame.literalBytes
    if (this.#overflow === 'malformed' || (!this.#hasGap && this.#keptBytes <= this.#limit)) return
    this.#dropSpare()
    if ((this.#hasGap && !frame.spare) || this.#keptBytes > this.#limit) this.#lose()
  }

  #dropSpare(): void {
    this.#keepsSpare = false
    this.#kept = this.#kept.filter((frame) => !frame.spare)
    this.#keptBytes = this.#kept.reduce((sum, frame) => sum + frame.literalBytes, 0)
  }

  #lose(): void {
    this.#isLost = true
    this.#kept = []
  }

  #closeLiteral(): void {
    if (this.#literal.length > 0) this.#pushLiteral()
  }

  #pushLiteral(): void {
    this.#frameBytes += this.#literal.length
    this.#frame.push({ literal: this.#literal.take() })
  }

  #replaceByImage(part: number, image: Image): void {
    const text = this.#frame[part]
    if (text && 'literal' in text) this.#frameBytes -= text.literal.length
    this.#frame[part] = { taken: image }
  }

  #nextFrame(): void {
    this.#frame = []
    this.#frameBytes = 0
    this.#paused = false
    this.#insideImage = false
    this.#hasGap = false
    this.#guess = null
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
