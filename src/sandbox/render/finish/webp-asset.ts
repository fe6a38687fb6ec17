import type { Asset } from '@trustnxt/c2pa-ts/asset'
import { RIFF_HEADER_BYTES, riffChunk, withRiffLength } from './riff.ts'

/** A WebP into which a manifest can be written, as its last chunk (C2PA 2.1, embedding in RIFF): the library that signs lacks the format. */
export class WebpAsset implements Asset {
  readonly mimeType = 'image/webp'
  #bytes: Buffer
  /** Where the chunk of the manifest begins; null before there is room for one. */
  #chunkAt: number | null = null
  #length = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes)
  }

  getDataLength(): number {
    return this.#bytes.length
  }

  async getDataRange(start = 0, length = this.#bytes.length - start): Promise<Uint8Array> {
    return this.#bytes.subarray(start, start + length)
  }

  getManifestJUMBF(): Uint8Array | undefined {
    if (this.#chunkAt === null) return undefined
    const start = this.#chunkAt + RIFF_HEADER_BYTES
    return this.#bytes.subarray(start, start + this.#length)
  }

  dumpInfo(): string {
    return `WebP of ${this.#bytes.length} bytes`
  }

  /** Makes room at the end; a second call may ask for another length. */
  async ensureManifestSpace(length: number): Promise<void> {
    const before = this.#bytes.subarray(0, this.#chunkAt ?? this.#bytes.length)
    this.#chunkAt = before.length
    this.#length = length
    this.#bytes = withRiffLength(Buffer.concat([before, riffChunk('C2PA', Buffer.alloc(length))]))
  }

  getHashExclusionRange(): { start: number; length: number } {
    const start = this.#chunkAt ?? this.#bytes.length
    return { start, length: this.#bytes.length - start }
  }

  async writeManifestJUMBF(jumbf: Uint8Array): Promise<void> {
    this.#bytes.set(jumbf, this.#chunkAt! + RIFF_HEADER_BYTES)
  }
}
