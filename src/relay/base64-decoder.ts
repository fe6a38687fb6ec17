import { MalformedReply } from './malformed-reply.ts'

/** Where decoded bytes go: a buffer of its own choosing, filled from the front. */
export interface ByteTarget {
  /** Bytes that still fit before the buffer is handed on. At least 1. */
  room(): number
  /** A view of the next `length` free bytes; may reach 2 bytes beyond `room()`. */
  view(length: number): Uint8Array
  /** The first `length` bytes of the last view are decoded. */
  wrote(length: number): void
}

/**
 * Characters decoded at once. A multiple of 4. Strings beyond 256 KB are allocated outside V8's heap, which halves the speed;
 * at 64 KB the copy into a string costs a tenth of the hash that follows.
 */
const CHUNK_CHARACTERS = 64 * 1024
/** Runs shorter than this are gathered first: a call per run costs more than the copy. */
const DIRECT_CHARACTERS = 1024
const STAGE_CHARACTERS = 4096

/**
 * Decodes base64 that comes in pieces of any length, strictly: standard alphabet, full padding, zero trailing bits, nothing else.
 * Strictness makes the bytes reversible: encoding them again gives the characters that came.
 */
export class Base64Decoder {
  readonly #stage = Buffer.allocUnsafe(STAGE_CHARACTERS)
  #target: ByteTarget
  #staged = 0
  #padded = false

  constructor(target: ByteTarget) {
    this.#target = target
  }

  /** Makes the decoder ready for another string. */
  restart(target: ByteTarget): void {
    this.#target = target
    this.#staged = 0
    this.#padded = false
  }

  /**
   * Takes the characters `[from, to)` of a piece.
   * @throws MalformedReply `bad_base64`, at the latest from `finish`
   */
  push(piece: Buffer, from: number, to: number): void {
    if (to - from < DIRECT_CHARACTERS) return void this.#gather(piece, from, to)
    const head = this.#completeQuad(piece, from)
    const wholeTo = head + ((to - head) & ~3)
    this.#decode(piece, head, wholeTo)
    this.#gather(piece, wholeTo, to)
  }

  /** Takes one character. */
  pushCharacter(code: number): void {
    this.#stage[this.#staged++] = code
    if (this.#staged === STAGE_CHARACTERS) this.#flush()
  }

  /** The string is over. @throws MalformedReply `bad_base64` */
  finish(): void {
    if (this.#staged % 4 !== 0) throw new MalformedReply('bad_base64')
    this.#flush()
  }

  #gather(piece: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      const taken = Math.min(to - at, STAGE_CHARACTERS - this.#staged)
      piece.copy(this.#stage, this.#staged, at, at + taken)
      this.#staged += taken
      at += taken
      if (this.#staged === STAGE_CHARACTERS) this.#flush()
    }
  }

  /** Fills what is staged up to a multiple of four and decodes it; returns where the run goes on. */
  #completeQuad(piece: Buffer, from: number): number {
    if (this.#staged === 0) return from
    const missing = (4 - (this.#staged % 4)) % 4
    this.#gather(piece, from, from + missing)
    this.#flush()
    return from + missing
  }

  #flush(): void {
    this.#decode(this.#stage, 0, this.#staged)
    this.#staged = 0
  }

  #decode(source: Buffer, from: number, to: number): void {
    let at = from
    while (at < to) {
      const untilFull = Math.ceil(this.#target.room() / 3) * 4
      const end = Math.min(to, at + CHUNK_CHARACTERS, at + untilFull)
      this.#decodeChunk(source.toString('latin1', at, end))
      at = end
    }
  }

  #decodeChunk(characters: string): void {
    if (this.#padded) throw new MalformedReply('bad_base64')
    const expected = (characters.length / 4) * 3
    const written = decodeStrictly(characters, this.#target.view(expected))
    // Padding takes 1 or 2 bytes away. The platform skips whitespace, but four blanks are the least that leave whole quads: 3 bytes.
    if (expected - written > 2) throw new MalformedReply('bad_base64')
    this.#padded = written < expected
    this.#target.wrote(written)
  }
}

function decodeStrictly(characters: string, into: Uint8Array): number {
  try {
    return into.setFromBase64(characters, { lastChunkHandling: 'strict' }).written
  } catch {
    throw new MalformedReply('bad_base64')
  }
}
