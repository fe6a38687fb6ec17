import type { FileHandle } from 'node:fs/promises'

/** Bytes that can be read at a place, for walking a file's structure without holding the file. */
export interface ByteSource {
  readonly size: number
  /** Up to `length` bytes from `offset`; fewer, or none, at the end. */
  read(offset: number, length: number): Promise<Buffer>
}

/** Structure is read in steps of a few bytes that lie close together; one read of the disk serves many of them. */
const WINDOW_BYTES = 4 * 1024

/** Reads an open file through a small window. */
export class FileBytes implements ByteSource {
  readonly size: number
  readonly #file: FileHandle
  #window: Buffer = Buffer.alloc(0)
  #windowStart = 0

  constructor(file: FileHandle, size: number) {
    this.#file = file
    this.size = size
  }

  async read(offset: number, length: number): Promise<Buffer> {
    if (offset >= this.size || length <= 0) return Buffer.alloc(0)
    const end = Math.min(offset + length, this.size)
    if (offset < this.#windowStart || end > this.#windowStart + this.#window.length)
      await this.#fill(offset, Math.max(length, WINDOW_BYTES))
    return this.#window.subarray(offset - this.#windowStart, end - this.#windowStart)
  }

  async #fill(offset: number, length: number): Promise<void> {
    const buffer = Buffer.allocUnsafe(Math.min(length, this.size - offset))
    const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, offset)
    this.#window = buffer.subarray(0, bytesRead)
    this.#windowStart = offset
  }
}
