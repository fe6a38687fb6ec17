import { Base64Decoder, type ByteTarget } from './base64-decoder.ts'
import { BACKSLASH, COMMA, isBase64, QUOTE, SMALL_U } from './byte-codes.ts'
import { ByteFinder } from './byte-finder.ts'
import { MalformedReply } from './malformed-reply.ts'

/** What reading an image string changes about the bytes that are passed on. */
export interface CanonicalBytes {
  drop(from: number, to: number): void
  insert(bytes: Buffer): void
}

const SCHEME = 'data:'

/** What may stand before the base64 of a data URL, comma included. */
export interface DataUrlHead {
  pattern: RegExp
  /** In characters. */
  longest: number
}

/** What a string that is no image does: it ends the reading, or the rest of it is skipped. */
export type OnBroken = 'throw' | 'skip'

const headOfImage: DataUrlHead = { pattern: /^data:image\/[\w.+-]+(?:;[\w.+-]+=[\w.+-]*)*;base64,$/i, longest: 128 }

/**
 * `scheme` = the characters so far could begin `data:`; `media` = inside a data URL's head;
 * `content` = base64; `skipped` = nobody wants the image, only the end of its string is sought.
 */
type Stage = 'scheme' | 'media' | 'content' | 'skipped'

/**
 * Reads one JSON string that holds an image, in pieces of any length. Almost all of it is one run of base64 that is decoded straight
 * from the piece; JSON escapes are undone and a data URL's head is left out, in the reply as well as in the bytes.
 */
export class ImageString {
  readonly #bytes: CanonicalBytes
  readonly #head: DataUrlHead
  readonly #onBroken: OnBroken
  readonly #quotes = new ByteFinder(QUOTE)
  readonly #backslashes = new ByteFinder(BACKSLASH)
  #decoder: Base64Decoder | null = null
  #stage: Stage = 'skipped'
  #schemeLength = 0
  #media = ''
  #escape = ''
  #ended = true
  #untouched = true
  #broken: MalformedReply | null = null

  constructor(bytes: CanonicalBytes, head: DataUrlHead = headOfImage, onBroken: OnBroken = 'throw') {
    this.#bytes = bytes
    this.#head = head
    this.#onBroken = onBroken
  }

  /** What is wrong with the string, where the rest of it is skipped for that. */
  get broken(): MalformedReply | null {
    return this.#broken
  }

  /** Characters of the data URL's head that was left out; 0 for plain base64. */
  get headLength(): number {
    return this.#media.length
  }

  /** True once the closing quote was met. */
  get ended(): boolean {
    return this.#ended
  }

  /** True while nothing had to be undone: the string came as plain base64. */
  get untouched(): boolean {
    return this.#untouched
  }

  /** A string begins, after its opening quote. Without a target its content is passed on unread. */
  begin(target: ByteTarget | null): void {
    this.#ended = false
    this.#untouched = true
    this.#broken = null
    this.#schemeLength = 0
    this.#media = ''
    this.#escape = ''
    this.#stage = target ? 'scheme' : 'skipped'
    if (!target) return
    if (this.#decoder) this.#decoder.restart(target)
    else this.#decoder = new Base64Decoder(target)
  }

  /**
   * Reads `[from, to)` of a piece.
   * @returns the offset of the closing quote when `ended`, else `to`
   * @throws MalformedReply `bad_base64`
   */
  feed(piece: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && !this.#ended) {
      try {
        at = this.#escape === '' ? this.#run(piece, at, to) : this.#inEscape(piece, at)
      } catch (error) {
        this.#skipRest(error)
      }
    }
    return at
  }

  /** The step that failed is made again, reading nothing; where it was the last one, the string has ended. */
  #skipRest(error: unknown): void {
    if (this.#onBroken === 'throw' || !(error instanceof MalformedReply)) throw error
    this.#broken = error
    this.#stage = 'skipped'
  }

  #run(piece: Buffer, at: number, to: number): number {
    const quote = this.#quotes.next(piece, at)
    const backslash = this.#backslashes.next(piece, at)
    const end = Math.min(quote, backslash, to)
    if (end > at) return this.#takeRun(piece, at, end)
    if (backslash === at) return this.#beginEscape(at)
    this.#end()
    return at
  }

  /** Takes characters that stand for themselves; before the content is reached one at a time. */
  #takeRun(piece: Buffer, at: number, end: number): number {
    if (this.#stage === 'skipped') return end
    if (this.#stage === 'content') {
      this.#decoder!.push(piece, at, end)
      return end
    }
    const code = piece[at]!
    if (this.#belongsToHead(code)) this.#bytes.drop(at, at + 1)
    else this.#decoder!.pushCharacter(code)
    return at + 1
  }

  #beginEscape(at: number): number {
    this.#escape = '\\'
    if (this.#stage === 'skipped') return at + 1
    this.#untouched = false
    this.#bytes.drop(at, at + 1)
    return at + 1
  }

  #inEscape(piece: Buffer, at: number): number {
    if (this.#stage === 'skipped') {
      this.#escape = ''
      return at + 1
    }
    this.#bytes.drop(at, at + 1)
    this.#escape += String.fromCharCode(piece[at]!)
    if (this.#escape.length === (this.#escape.charCodeAt(1) === SMALL_U ? 6 : 2)) this.#endEscape()
    return at + 1
  }

  #endEscape(): void {
    const code = escapedCharacter(this.#escape)
    this.#escape = ''
    if (this.#stage !== 'content' && this.#belongsToHead(code)) return
    if (!isBase64(code)) throw new MalformedReply('bad_base64')
    this.#bytes.insert(Buffer.of(code))
    this.#decoder!.pushCharacter(code)
  }

  /** Decides whether a character belongs to a data URL's head, which is left out; the first that does not begins the content. */
  #belongsToHead(code: number): boolean {
    if (this.#stage === 'media') return this.#takeMedia(code)
    if (code === SCHEME.charCodeAt(this.#schemeLength)) return this.#takeScheme()
    this.#returnScheme()
    return false
  }

  #takeScheme(): true {
    this.#schemeLength++
    if (this.#schemeLength === SCHEME.length) {
      this.#stage = 'media'
      this.#media = SCHEME
      this.#untouched = false
    }
    return true
  }

  #takeMedia(code: number): true {
    this.#media += String.fromCharCode(code)
    if (this.#media.length > this.#head.longest) throw new MalformedReply('bad_base64')
    if (code === COMMA) {
      if (!this.#head.pattern.test(this.#media)) throw new MalformedReply('bad_base64')
      this.#stage = 'content'
    }
    return true
  }

  /** What looked like the beginning of `data:` was base64 after all. */
  #returnScheme(): void {
    this.#stage = 'content'
    if (this.#schemeLength === 0) return
    const taken = Buffer.from(SCHEME.slice(0, this.#schemeLength), 'latin1')
    this.#bytes.insert(taken)
    this.#decoder!.push(taken, 0, taken.length)
  }

  #end(): void {
    this.#ended = true
    this.#quotes.forget()
    this.#backslashes.forget()
    if (this.#stage === 'skipped') return
    if (this.#stage === 'scheme') this.#returnScheme()
    if (this.#stage !== 'content') throw new MalformedReply('bad_base64')
    this.#decoder!.finish()
  }
}

/** The character an escape stands for; only those that JSON encoders use for printable text can be part of base64. */
function escapedCharacter(sequence: string): number {
  if (sequence === '\\/') return 0x2f
  if (/^\\u[0-9a-fA-F]{4}$/.test(sequence)) return Number.parseInt(sequence.slice(2), 16)
  throw new MalformedReply('bad_base64')
}
