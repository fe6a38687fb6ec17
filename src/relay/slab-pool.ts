/**
 * Bytes of a slab. A multiple of 64 KiB, so that writes stay aligned in the file whatever its block size, and of 3, so that a group of
 * decoded bytes never straddles two slabs. Large, because every write costs some 0.1 to 0.2 ms of processor time in thread changes alone.
 */
export const SLAB_BYTES = 384 * 1024
/** Slabs kept for reuse: 18 MB. Fresh memory costs its first touch, several times the price of decoding into it. */
const MOST_IDLE = 48

/** Recycled write buffers, shared by all relays of the process. */
export class SlabPool {
  readonly #idle: Buffer[] = []

  /** A buffer of `SLAB_BYTES` with arbitrary content that begins at a page of memory, as writing past the page cache demands. */
  take(): Buffer {
    return this.#idle.pop() ?? pageAligned(SLAB_BYTES)
  }

  /** Gives a buffer back; the caller must not touch it any more. */
  give(slab: Buffer): void {
    if (this.#idle.length < MOST_IDLE) this.#idle.push(slab)
  }
}

/** V8 takes the memory of a buffer that may be resized from the system in whole pages; that of any other begins wherever malloc says. */
function pageAligned(bytes: number): Buffer {
  return Buffer.from(new ArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes)
}
