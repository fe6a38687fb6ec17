import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { storageFailure } from '../db/index.ts'

/** A file of an input's bytes, whole and flushed to the disk. */
export interface WrittenInput {
  path: string
  bytes: number
  /** Lower-case hexadecimal. */
  sha256: string
}

/** Every file of this part begins with it, so that a start can tell what an earlier process left. */
export const INPUT_PREFIX = 'input-'

/** Bytes gathered before they are written: every write costs a thread change. */
const BATCH_BYTES = 256 * 1024

/** Beginning of file names that nobody can guess. `name` says whose they are, for people who look into the folder. */
export function inputName(name: string): string {
  return `${INPUT_PREFIX}${name}-${randomBytes(12).toString('hex')}`
}

/** A new private file that is written front to back and hashed on the way. Nothing of its name comes from a client. */
export class InputFile {
  readonly path: string
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  #batch: Buffer[] = []
  #batchBytes = 0
  #bytes = 0
  #closed = false

  private constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  /** @throws Failure `storage_full` or `storage_unavailable` */
  static async create(folder: string, name: string): Promise<InputFile> {
    const path = join(folder, inputName(name))
    try {
      return new InputFile(path, await open(path, 'wx', 0o600))
    } catch (error) {
      throw storageFailure(error)
    }
  }

  /** Bytes taken so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Puts bytes at the end; they must not change afterwards. @throws Failure `storage_full` or `storage_unavailable` */
  async write(piece: Buffer): Promise<void> {
    this.#hash.update(piece)
    this.#bytes += piece.length
    this.#batch.push(piece)
    this.#batchBytes += piece.length
    if (this.#batchBytes >= BATCH_BYTES) await this.#attempt(() => this.#writeBatch())
  }

  /** Nothing follows: flushes and closes. @throws Failure `storage_full` or `storage_unavailable` */
  async finish(): Promise<WrittenInput> {
    await this.#attempt(async () => {
      await this.#writeBatch()
      await this.#handle.sync()
    })
    await this.#close()
    return { path: this.path, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  /** Removes the file, unless it was moved away. Never rejects. */
  async discard(): Promise<void> {
    await this.#close()
    await rm(this.path, { force: true }).catch(() => undefined)
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    if (batch.length === 0) return
    const length = batch.reduce((sum, piece) => sum + piece.length, 0)
    const { bytesWritten } = await this.#handle.writev(batch)
    if (bytesWritten < length) await this.#handle.writeFile(Buffer.concat(batch).subarray(bytesWritten))
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      throw storageFailure(error)
    }
  }

  async #close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#handle.close().catch(() => undefined)
  }
}
