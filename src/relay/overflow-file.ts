import { type FileHandle, open, rm } from 'node:fs/promises'

/** Bytes read back at once. */
const READ_BYTES = 128 * 1024

/**
 * A queue of bytes on disk for a client that reads more slowly than upstream writes. Appended at the end, read from the front.
 * The file's name is removed as soon as it is open: whatever becomes of the process, nothing stays behind.
 */
export class OverflowFile {
  readonly #lagBytes: number
  readonly #onFailure: () => void
  #handle: FileHandle | null = null
  #work: Promise<void>
  #appended = 0
  #written = 0
  #read = 0
  #failed = false
  #backlog: PromiseWithResolvers<void> | null = null

  /**
   * @param lagBytes bytes waiting to be written beyond which `backlog` is pending
   * @param onFailure called when the disk refuses a step; what is read from then on is empty
   */
  constructor(path: string, lagBytes: number, onFailure: () => void) {
    this.#lagBytes = lagBytes
    this.#onFailure = onFailure
    this.#work = this.#attempt(async () => {
      this.#handle = await open(path, 'w+', 0o600)
      await rm(path, { force: true })
    })
  }

  /** True when everything that was appended has been read. */
  get isEmpty(): boolean {
    return this.#read === this.#appended
  }

  /** Pending while the disk is behind by more than the limit; null otherwise. */
  backlog(): Promise<void> | null {
    if (!this.#isBehind()) return null
    this.#backlog ??= Promise.withResolvers<void>()
    return this.#backlog.promise
  }

  /** Puts bytes at the end. The buffer must not be changed afterwards. */
  append(bytes: Buffer): void {
    const position = this.#appended
    this.#appended += bytes.length
    this.#work = this.#work.then(() => this.#attempt(() => this.#write(bytes, position))).then(() => this.#settleBacklog())
  }

  /** The next bytes, as soon as they are written. */
  async next(): Promise<Buffer> {
    if (this.#read === this.#written) await this.#work
    const wanted = Math.min(READ_BYTES, this.#written - this.#read)
    const buffer = Buffer.allocUnsafe(wanted)
    let length = 0
    await this.#attempt(async () => {
      length = (await this.#handle!.read(buffer, 0, wanted, this.#read)).bytesRead
    })
    this.#read += length
    return buffer.subarray(0, length)
  }

  /** Gives the file's space back. Never rejects. */
  async close(): Promise<void> {
    await this.#work
    const handle = this.#handle
    this.#handle = null
    await handle?.close().catch(() => undefined)
  }

  #isBehind(): boolean {
    return !this.#failed && this.#appended - this.#written > this.#lagBytes
  }

  #settleBacklog(): void {
    if (this.#isBehind()) return
    this.#backlog?.resolve()
    this.#backlog = null
  }

  async #write(bytes: Buffer, position: number): Promise<void> {
    let written = 0
    while (written < bytes.length) {
      const step = await this.#handle!.write(bytes, written, bytes.length - written, position + written)
      written += step.bytesWritten
      this.#written += step.bytesWritten
    }
  }

  /** Takes a step unless an earlier one failed. */
  async #attempt(step: () => Promise<void>): Promise<void> {
    if (this.#failed) return
    try {
      await step()
    } catch {
      this.#failed = true
      this.#onFailure()
    }
  }
}
