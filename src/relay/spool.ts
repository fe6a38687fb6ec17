import { join } from 'node:path'
import { MalformedReply } from './malformed-reply.ts'
import type { FoundImage } from './reply-reader.ts'
import { SlabPool } from './slab-pool.ts'
import { SpoolFile } from './spool-file.ts'

/** Bounds of what one reply may put on disk and keep in memory on its way there. */
export interface SpoolLimits {
  imageBytes: number
  images: number
  /** Bytes not yet written before upstream is paused. */
  lagBytes: number
}

/** Who hears of the files of a spool. */
export interface SpoolListener {
  /** Bytes were written or given up: `lagging` may have changed. */
  onProgress(): void
  /** An image of the answer came in whole; called again when more is known of it. */
  onFinal?(image: FoundImage): void
  /** No file is flushed before this is settled. */
  mayFlush?(): Promise<void>
  /** Makes room on a full disk, as far as there is any to be made. */
  makeRoom?(): Promise<void>
}

const slabs = new SlabPool()

/** The images of one reply on their way to disk, one file each: `<folder>/<name>-<n>.part`, counted in order of appearance. */
export class Spool {
  readonly #folder: string
  readonly #name: string
  readonly #limits: SpoolLimits
  readonly #listener: SpoolListener
  readonly #files: SpoolFile[] = []
  #waitingBytes = 0

  constructor(folder: string, name: string, limits: SpoolLimits, listener: SpoolListener) {
    this.#folder = folder
    this.#name = name
    this.#limits = limits
    this.#listener = listener
  }

  /** True while the disk is behind by more than the limit. */
  get lagging(): boolean {
    return this.#waitingBytes > this.#limits.lagBytes
  }

  /** Begins a file. @throws MalformedReply `too_many_images` */
  open(): SpoolFile {
    if (this.#files.length === this.#limits.images) throw new MalformedReply('too_many_images')
    const path = join(this.#folder, `${this.#name}-${this.#files.length}.part`)
    const file = new SpoolFile(path, slabs, this.#limits.imageBytes, {
      waits: (bytes) => this.#waits(bytes),
      mayFlush: () => this.#listener.mayFlush?.(),
      makeRoom: () => this.#listener.makeRoom?.(),
    })
    this.#files.push(file)
    return file
  }

  /** A file is that of an image which belongs to the answer: flushes it. */
  final(image: FoundImage): void {
    void image.file.finish()
    this.#listener.onFinal?.(image)
  }

  /** Removes the files of images that will not be completed any more. */
  discardIncomplete(): void {
    for (const file of this.#files) if (!file.complete) void file.discard()
  }

  /** Removes every file that still stands at its path. Resolves when none is open any more. */
  async discard(): Promise<void> {
    await Promise.all(this.#files.map((file) => file.discard()))
  }

  #waits(bytes: number): void {
    this.#waitingBytes += bytes
    if (bytes < 0) this.#listener.onProgress()
  }
}
