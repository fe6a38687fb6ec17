import type { Asset } from '@trustnxt/c2pa-ts/asset'

const CHUNK_HEADER = 8

/** A WebP into which a manifest can be written, as the last chunk: the library that signs does not know the format. */
export class WebpAsset implements Asset {
  readonly mimeType = 'image/webp'
  #bytes: Uint8Array
  #start = 0
  #length = 0

  constructor(bytes: Uint8Array) {
    if (Buffer.from(bytes.subarray(8, 12)).toString('latin1') !== 'WEBP') throw new Error('Not a WebP file')
    this.#bytes = bytes
  }

  getDataLength(): number {
    return this.#bytes.length
  }

  async getDataRange(start = 0, length = this.#bytes.length - start): Promise<Uint8Array> {
    return this.#bytes.subarray(start, start + length)
  }

  getManifestJUMBF(): Uint8Array | undefined {
    return this.#length > 0 ? this.#bytes.subarray(this.#start + CHUNK_HEADER, this.#start + CHUNK_HEADER + this.#length) : undefined
  }

  dumpInfo(): string {
    return `WebP of ${this.#bytes.length} bytes`
  }

  /** Makes room once, at the end. */
  async ensureManifestSpace(length: number): Promise<void> {
    if (this.#length === length) return
    this.#start = this.#bytes.length
    this.#length = length
    const grown = Buffer.alloc(this.#start + CHUNK_HEADER + length + (length % 2))
    grown.set(this.#bytes)
    grown.writeUInt32LE(grown.length - 8, 4)
    grown.write('C2PA', this.#start, 'latin1')
    grown.writeUInt32LE(length, this.#start + 4)
    this.#bytes = grown
  }

  getHashExclusionRange(): { start: number; length: number } {
    return { start: this.#start, length: this.#bytes.length - this.#start }
  }

  async writeManifestJUMBF(jumbf: Uint8Array): Promise<void> {
    this.#bytes.set(jumbf, this.#start + CHUNK_HEADER)
  }
}
