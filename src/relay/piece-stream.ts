/** Bytes that wait to be read beyond which the sender is asked to pause. */
const MOST_WAITING_BYTES = 256 * 1024

/**
 * A provider's sink that can be read: what is put into it comes out in order, and the sender pauses while nobody reads. It is read once, and
 * ends when the sender does, or never began: who makes the call says `end` in any case.
 */
export class PieceStream implements AsyncIterable<Buffer> {
  readonly #waiting: Buffer[] = []
  #waitingBytes = 0
  #resume: (() => void) | null = null
  #isOver = false
  #isLeft = false
  #changed = Promise.withResolvers<void>()

  begin(): void {}

  /** @returns false when nothing more should come until `resume` is called */
  data(piece: Buffer, resume: () => void): boolean {
    if (this.#isLeft) return true
    this.#waiting.push(piece)
    this.#waitingBytes += piece.length
    this.#changed.resolve()
    if (this.#waitingBytes <= MOST_WAITING_BYTES) return true
    this.#resume = resume
    return false
  }

  /** Nothing more comes, whole or not; what is already here can still be read. */
  end(_whole = false): void {
    this.#isOver = true
    this.#changed.resolve()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        for (let piece = this.#next(); piece !== undefined; piece = this.#next()) yield piece
        if (this.#isOver) return
        this.#changed = Promise.withResolvers<void>()
        await this.#changed.promise
      }
    } finally {
      this.#leave()
    }
  }

  #next(): Buffer | undefined {
    const piece = this.#waiting.shift()
    this.#waitingBytes -= piece?.length ?? 0
    if (this.#waitingBytes <= MOST_WAITING_BYTES) this.#goOn()
    return piece
  }

  /** Nobody reads any more: what still comes is dropped, so that the sender can end. */
  #leave(): void {
    this.#isLeft = true
    this.#waiting.length = 0
    this.#waitingBytes = 0
    this.#goOn()
  }

  #goOn(): void {
    const resume = this.#resume
    this.#resume = null
    resume?.()
  }
}
