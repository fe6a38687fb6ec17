import { createHash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { fp } from '../primitives/fail-point.ts'
import type { ByteTarget } from './base64-decoder.ts'
import { MalformedReply } from './malformed-reply.ts'
import { SlabFile } from './slab-file.ts'
import { SLAB_BYTES, type SlabPool } from './slab-pool.ts'

/** A file that was written to its end, or what is known of it when the disk refused. */
export interface SpooledFile {
  sha256: string
  bytes: number
  /** Null when the file could not be written and flushed whole. */
  path: string | null
  /** The system's code of what went wrong (`ENOSPC`, `EIO`); null when nothing did. */
  error: string | null
}

/** Who has a file of the spool. */
export interface SpoolFileOwner {
  /** Told how many bytes began to wait for the disk, or, negative, ceased to. */
  waits(bytes: number): void
  /** The file is not flushed before this is settled. */
  mayFlush?(): Promise<void> | undefined
  /** Asked when the disk is full, before the write is tried once more. */
  makeRoom?(): Promise<void> | undefined
}

/**
 * One image on its way to disk: decoded into slabs, hashed while still in the processor's cache, written in the order it came.
 * A failing disk does not stop the reading: the hash goes on and the result says what failed.
 */
export class SpoolFile implements ByteTarget {
  readonly path: string
  readonly #slabs: SlabPool
  readonly #mostBytes: number
  readonly #owner: SpoolFileOwner
  readonly #hash = createHash('sha256')
  #sha256: string | null = null
  #slab: Buffer | null
  #used = 0
  #flushedBytes = 0
  #file: SlabFile | null = null
  #error: string | null = null
  #work: Promise<void>
  #finished: Promise<SpooledFile> | null = null
  #discarded: Promise<void> | null = null

  constructor(path: string, slabs: SlabPool, mostBytes: number, owner: SpoolFileOwner) {
    this.path = path
    this.#slabs = slabs
    this.#mostBytes = mostBytes
    this.#owner = owner
    this.#slab = slabs.take()
    this.#work = this.#attempt(() =>
      this.#insist(async () => {
        fp('spool_before_create')
        this.#file = await SlabFile.create(path)
      }),
    )
  }

  room(): number {
    return SLAB_BYTES - this.#used
  }

  view(length: number): Uint8Array {
    return this.#slab!.subarray(this.#used, this.#used + length)
  }

  wrote(length: number): void {
    const slab = this.#slab!
    this.#hash.update(slab.subarray(this.#used, this.#used + length))
    this.#used += length
    if (this.length > this.#mostBytes) throw new MalformedReply('image_too_large')
    if (this.#used === SLAB_BYTES) this.#handOn(slab)
  }

  /** Of the bytes taken, in hexadecimal. None may follow once it was asked for. */
  get sha256(): string {
    this.#sha256 ??= this.#hash.digest('hex')
    return this.#sha256
  }

  /** Bytes taken so far. */
  get length(): number {
    return this.#flushedBytes + this.#used
  }

  /** True once `finish` was called. */
  get complete(): boolean {
    return this.#finished !== null
  }

  /** The image is complete. Resolves when its bytes are flushed to the disk, or the disk refused; never rejects. */
  finish(): Promise<SpooledFile> {
    this.#finished ??= this.#finish()
    return this.#finished
  }

  /** Nobody wants the file: removes it, complete or not, unless it was moved away. Never rejects. */
  discard(): Promise<void> {
    this.#discarded ??= this.#discard()
    return this.#discarded
  }

  async #finish(): Promise<SpooledFile> {
    const bytes = this.length
    const { sha256 } = this
    this.#writeRest()
    this.#then(() => this.#flush())
    await this.#close()
    if (this.#error === null) return { sha256, bytes, path: this.path, error: null }
    return { sha256, bytes, path: null, error: this.#error }
  }

  async #discard(): Promise<void> {
    this.#giveBack()
    await this.#finished
    await this.#close()
    await unlink(this.path).catch(() => undefined)
  }

  #handOn(slab: Buffer): void {
    this.#write(slab, SLAB_BYTES)
    this.#slab = this.#slabs.take()
    this.#used = 0
  }

  #writeRest(): void {
    const slab = this.#slab
    this.#slab = null
    if (slab) this.#write(slab, this.#used)
    this.#used = 0
  }

  #write(slab: Buffer, length: number): void {
    this.#flushedBytes += length
    this.#owner.waits(length)
    this.#then(() => this.#insist(() => this.#append(slab, length)))
    this.#work = this.#work.then(() => {
      this.#slabs.give(slab)
      this.#owner.waits(-length)
    })
  }

  async #append(slab: Buffer, length: number): Promise<void> {
    fp('spool_before_write')
    await this.#file!.append(slab, length)
    fp('spool_after_write')
  }

  async #flush(): Promise<void> {
    await this.#owner.mayFlush?.()
    fp('spool_before_flush')
    await this.#file!.flush()
    fp('spool_after_flush')
  }

  /** Queues a step behind the earlier ones; after a failure the later ones are left out. */
  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(() => (this.#error === null ? this.#attempt(step) : undefined))
  }

  /** A write may be made again once there is room: it begins where the last whole one ended. A flush never is. */
  async #insist(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      await this.#owner.makeRoom?.()
      await write()
    }
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      this.#error = (error as NodeJS.ErrnoException).code ?? 'EIO'
    }
  }

  async #close(): Promise<void> {
    await this.#work
    const file = this.#file
    this.#file = null
    if (file) await this.#attempt(() => file.close())
  }

  #giveBack(): void {
    if (this.#slab) this.#slabs.give(this.#slab)
    this.#slab = null
  }
}
