import { bytesOfBase64 } from './base64.ts'
import { mediaTypeOf } from './media-type.ts'

/** One picture. It is decoded when it is asked for, and then once. */
export class ResultImage {
  readonly #source: string
  #bytes: Uint8Array<ArrayBuffer> | undefined

  constructor(base64: string) {
    this.#source = base64
  }

  /** As it came. */
  get base64(): string {
    return this.#source
  }

  /** The file, byte for byte as the model made it. */
  bytes(): Uint8Array<ArrayBuffer> {
    this.#bytes ??= bytesOfBase64(this.#source)
    return this.#bytes
  }

  /** `image/png`, `image/jpeg`, `image/webp` …: what its bytes say. */
  get mediaType(): string {
    return mediaTypeOf(bytesOfBase64(this.#source.slice(0, 64)))
  }

  blob(): Blob {
    return new Blob([this.bytes()], { type: this.mediaType })
  }

  /** For `<img src>`. */
  dataUrl(): string {
    return `data:${this.mediaType};base64,${this.#source}`
  }
}
