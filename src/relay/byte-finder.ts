const NOTHING = Buffer.alloc(0)

/**
 * `Buffer.indexOf` for one byte, remembering the last find. A piece is then searched once from end to end,
 * however often a reader stops in between for another reason: many short lines stay linear.
 */
export class ByteFinder {
  readonly #byte: number
  #piece: Buffer = NOTHING
  #from = 0
  #found = 0

  constructor(byte: number) {
    this.#byte = byte
  }

  /** Offset of the next such byte at or after `from`, or the piece's length when there is none. */
  next(piece: Buffer, from: number): number {
    if (piece !== this.#piece || from < this.#from || from > this.#found) {
      const found = piece.indexOf(this.#byte, from)
      this.#piece = piece
      this.#from = from
      this.#found = found < 0 ? piece.length : found
    }
    return this.#found
  }

  /** Lets the last piece go, so that an idle reader pins no memory. */
  forget(): void {
    this.#piece = NOTHING
  }
}
