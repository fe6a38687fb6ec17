/** Bytes of a slab that are written at once: a multiple of every common block size, so that writes stay aligned in the file. */
export const SLAB_BYTES = 128 * 1024
/** A group of three bytes may straddle the end of a slab. */
const SLACK_BYTES = 4
/** Slabs kept for reuse: 16 MB. Fresh memory costs its first touch, several times the price of decoding into it. */
const MOST_IDLE = 128

/** Recycled write buffers, shared by all relays of the process. */
export class SlabPool {
  readonly #idle: Buffer[] = []

  /** A buffer of `SLAB_BYTES` and a little slack, with arbitrary content. */
  take(): Buffer {
    return this.#idle.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES + SLACK_BYTES)
  }

  /** Gives a buffer back; the caller must not touch it any more. */
  give(slab: Buffer): void {
    if (this.#idle.length < MOST_IDLE) this.#idle.push(slab)
  }
}
