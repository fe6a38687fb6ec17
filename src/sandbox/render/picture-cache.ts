/** Keeps the bytes of the most recently used pictures up to a bound. */
export class PictureCache {
  readonly #maxBytes: number
  readonly #pictures = new Map<string, Buffer>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Bytes that are kept now. */
  get bytes(): number {
    return this.#bytes
  }

  /** The picture under this key, which thereby becomes the most recently used one. */
  get(key: string): Buffer | undefined {
    const picture = this.#pictures.get(key)
    if (!picture) return undefined
    this.#pictures.delete(key)
    this.#pictures.set(key, picture)
    return picture
  }

  /** Keeps a picture and drops the least recently used ones beyond the bound; a picture larger than the bound is not kept. */
  set(key: string, picture: Buffer): void {
    this.delete(key)
    if (picture.length > this.#maxBytes) return
    this.#pictures.set(key, picture)
    this.#bytes += picture.length
    for (const oldest of this.#pictures.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.delete(oldest)
    }
  }

  /** Forgets a picture. */
  delete(key: string): void {
    const picture = this.#pictures.get(key)
    if (!picture) return
    this.#pictures.delete(key)
    this.#bytes -= picture.length
  }
}
