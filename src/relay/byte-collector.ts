import { MalformedReply } from './malformed-reply.ts'

const FIRST_CAPACITY = 1024

/** Gathers small runs of bytes into one growing buffer, up to a limit. */
export class ByteCollector {
  readonly #limit: number
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_CAPACITY)
  #length = 0

  /** @param limit most bytes it takes before the answer counts as malformed */
  constructor(limit: number) {
    this.#limit = limit
  }

  get length(): number {
    return this.#length
  }

  /** @throws MalformedReply `skeleton_too_large` beyond the limit */
  append(source: Uint8Array, from = 0, to = source.length): void {
    const length = this.#length + to - from
    if (length > this.#limit) throw new MalformedReply('skeleton_too_large')
    if (length > this.#bytes.length) this.#grow(length)
    this.#bytes.set(source.subarray(from, to), this.#length)
    this.#length = length
  }

  appendByte(byte: number): void {
    const length = this.#length + 1
    if (length > this.#limit) throw new MalformedReply('skeleton_too_large')
    if (length > this.#bytes.length) this.#grow(length)
    this.#bytes[this.#length] = byte
    this.#length = length
  }

  /** Puts other bytes in the place of `[from, to)`. */
  replace(from: number, to: number, bytes: Uint8Array): void {
    const length = this.#length + bytes.length - (to - from)
    if (length > this.#bytes.length) this.#grow(length)
    this.#bytes.copyWithin(from + bytes.length, to, this.#length)
    this.#bytes.set(bytes, from)
    this.#length = length
  }

  /** The bytes from `from` on as text. */
  text(from = 0): string {
    return this.#bytes.toString('utf8', from, this.#length)
  }

  /** A copy of what was gathered; the collector is empty afterwards. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return taken
  }

  clear(): void {
    this.#length = 0
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
