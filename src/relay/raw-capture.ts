/** What was kept of a body: its beginning, its end, and how much lay between. */
export interface RawBody {
  head: Buffer
  tail: Buffer
  /** Bytes between the two. */
  omittedBytes: number
}

const HEAD_BYTES = 512 * 1024
const TAIL_BYTES = 128 * 1024

/** Remembers how a body began and how it ended, without copying it: the pieces are held as they came. */
export class RawCapture {
  readonly #head: Buffer[] = []
  readonly #tail: Buffer[] = []
  #headBytes = 0
  #tailBytes = 0
  #bytes = 0

  /** The piece must not be changed afterwards. */
  take(piece: Buffer): void {
    this.#bytes += piece.length
    const first = piece.subarray(0, HEAD_BYTES - this.#headBytes)
    if (first.length > 0) this.#head.push(first)
    this.#headBytes += first.length
    if (first.length < piece.length) this.#keepLast(piece.subarray(first.length))
  }

  /** Copies what is kept. */
  body(): RawBody {
    const tail = Buffer.concat(this.#tail).subarray(-TAIL_BYTES)
    return { head: Buffer.concat(this.#head), tail, omittedBytes: this.#bytes - this.#headBytes - tail.length }
  }

  #keepLast(piece: Buffer): void {
    this.#tail.push(piece)
    this.#tailBytes += piece.length
    while (this.#tailBytes - this.#tail[0]!.length >= TAIL_BYTES) this.#tailBytes -= this.#tail.shift()!.length
  }
}
