import { dataUrlPlaceholder } from '../contract/edit-inputs.ts'
import { isJsonObject, type JsonObject } from '../primitives/json.ts'
import type { ByteTarget } from './base64-decoder.ts'
import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, LINE_FEED, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './byte-codes.ts'
import { ByteCollector } from './byte-collector.ts'
import { DataUrlSniffer } from './data-url-sniffer.ts'
import type { ImageCalls } from './image-calls.ts'
import type { ImageString } from './image-string.ts'
import { JsonPlace, type JsonStep } from './json-place.ts'
import { MalformedReply } from './malformed-reply.ts'

/** What a scanner tells while it reads. Offsets mean the piece that is being fed. */
export interface ScanListener {
  /** An image's string begins at `path`; `offset` is that of its first character. Returns where its bytes go; null leaves it unread. */
  imageBegins(offset: number, path: readonly JsonStep[]): ByteTarget | null
  /** The string ended; `offset` is that of its closing quote. */
  imageEnds(offset: number): void
}

/** Bounds of what a scanner takes in. */
export interface ScanLimits {
  skeletonBytes: number
  depth: number
  /** Skeleton beyond which `null` stands in for long texts too. Without it they count like all else. */
  textBytes?: number
}

/**
 * `every_string` = an image member's string is an image, and `null` is kept in its place.
 * `data_urls` = only if it begins with `data:`, whatever escapes that is spelled with; then the string `data:` is kept. All others are text.
 */
export type ImageRule = 'every_string' | 'data_urls'

type State = 'between' | 'string' | 'escape' | 'sniff' | 'image' | 'closed'

const NULL = Buffer.from('null')
const SCHEME = Buffer.from(dataUrlPlaceholder)
const QUOTED_SCHEME = Buffer.from(JSON.stringify(dataUrlPlaceholder))
const NO_KEY = -1
const TYPE_KEY = -2
const RESULT_KEY = -3
/** Texts up to this length are never left out of a skeleton: ids, states, names. */
const SHORT_TEXT = 1024

/**
 * Reads one JSON object that comes in pieces of any length and finds the strings of image members at any depth. Everything else is kept
 * as the skeleton, with a stand-in for each image. The scanner itself only knows strings and brackets:
 * whether the rest is JSON is decided by `JSON.parse` of the skeleton, which holds no image data.
 */
export class JsonScanner {
  readonly #imageKeys: readonly string[]
  readonly #listener: ScanListener
  readonly #imageString: ImageString
  readonly #sniffer: DataUrlSniffer | null
  readonly #calls: ImageCalls | null
  readonly #skeleton: ByteCollector
  readonly #textBytes: number
  readonly #place: JsonPlace
  #state: State = 'between'
  #stringIsKey = false
  #stringHasEscape = false
  #stringIsLeftOut = false
  #isAbridged = false
  /** The string may be an image: the calls read it too. */
  #stringIsGuess = false
  /** Where in the skeleton the string's opening quote stands. */
  #stringFrom = 0
  /** The last guess in the skeleton, quotes included. */
  #guess = { from: 0, to: 0 }
  #key = NO_KEY
  #type: string | null = null

  /**
   * @param imageKeys at most 32 names of members whose string is an image
   * @param calls for answers in which a `result` may be an image
   */
  constructor(
    imageKeys: readonly string[],
    listener: ScanListener,
    imageString: ImageString,
    limits: ScanLimits,
    rule: ImageRule = 'every_string',
    calls: ImageCalls | null = null,
  ) {
    this.#imageKeys = imageKeys
    this.#listener = listener
    this.#imageString = imageString
    this.#sniffer = rule === 'data_urls' ? new DataUrlSniffer() : null
    this.#calls = calls
    this.#skeleton = new ByteCollector(limits.skeletonBytes)
    this.#textBytes = limits.textBytes ?? Number.POSITIVE_INFINITY
    this.#place = new JsonPlace(limits.depth)
  }

  /** True once the object's closing brace was read. */
  get closed(): boolean {
    return this.#state === 'closed'
  }

  /** True when a long text was left out of the skeleton. */
  get isAbridged(): boolean {
    return this.#isAbridged
  }

  /** Steps to the value that is being read. */
  get path(): readonly JsonStep[] {
    return this.#place.path
  }

  /** The object's own member `type`, as soon as it was read. */
  get type(): string | null {
    return this.#type
  }

  /**
   * Reads `[from, to)` of a piece.
   * @returns the offset after the closing brace when `closed`, else `to`
   * @throws MalformedReply
   */
  feed(piece: Buffer, from: number, to: number): number {
    let at = from
    while (at < to && this.#state !== 'closed') {
      if (this.#state === 'between') at = this.#between(piece, at, to)
      else if (this.#state === 'image') at = this.#inImage(piece, at, to)
      else if (this.#state === 'sniff') at = this.#sniff(piece, at, to)
      else at = this.#inString(piece, at, to)
    }
    return at
  }

  /** A line feed that joins two `data:` lines of an event. Inside an image it is no base64. */
  joinLines(): void {
    if (this.#state === 'image') throw new MalformedReply('bad_base64')
    this.#skeleton.appendByte(LINE_FEED)
  }

  /** The document's text without its images. @throws MalformedReply `document_not_closed` */
  takeSkeleton(): Buffer {
    if (this.#state !== 'closed') throw new MalformedReply('document_not_closed')
    return this.#skeleton.take()
  }

  /** The document's text without its images, as far as it was read. */
  skeletonSoFar(): Buffer {
    return this.#skeleton.take()
  }

  /** The object, with null in place of every image. @throws MalformedReply `document_not_closed` or `not_json` */
  document(): JsonObject {
    if (this.#state !== 'closed') throw new MalformedReply('document_not_closed')
    const value = parseJson(this.#skeleton.text())
    if (!isJsonObject(value)) throw new MalformedReply('not_json')
    return value
  }

  /** What stands before a byte that ends the reading is kept too: it may say whose document it was. */
  #between(piece: Buffer, from: number, to: number): number {
    let at = from
    try {
      while (at < to && piece[at] !== QUOTE && this.#state !== 'closed') {
        this.#structure(piece[at]!)
        at++
      }
    } finally {
      this.#skeleton.append(piece, from, at)
    }
    return at < to && this.#state !== 'closed' ? this.#beginAnyString(at + 1) : at
  }

  #structure(byte: number): void {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#place.open(byte)
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#close(byte)
    else return void this.#place.separator(byte)
    this.#key = NO_KEY
  }

  #close(byte: number): void {
    if (this.#place.depth === this.#calls?.depth) this.#calls.itemEnds()
    this.#place.close(byte)
    if (this.#place.depth === 0) this.#state = 'closed'
  }

  #beginAnyString(contentFrom: number): number {
    if (this.#sniffer && this.#isListedImage()) return this.#beginSniffing(this.#sniffer, contentFrom)
    if (this.#place.expectsKey || this.#key === NO_KEY || this.#key === TYPE_KEY) return this.#beginString(contentFrom)
    if (this.#key === RESULT_KEY) return this.#beginResult(this.#calls!, contentFrom)
    return this.#sniffer ? this.#beginSniffing(this.#sniffer, contentFrom) : this.#beginImage(contentFrom, NULL)
  }

  /** An image member may hold several: each string of its array is one. */
  #isListedImage(): boolean {
    const { path, expectsKey } = this.#place
    const member = path.at(-2)
    return !expectsKey && typeof path.at(-1) === 'number' && typeof member === 'string' && this.#imageKeys.includes(member)
  }

  #beginResult(calls: ImageCalls, contentFrom: number): number {
    const reading = calls.resultBegins(contentFrom, this.#place.path)
    if (reading === 'image') return this.#beginImage(contentFrom, NULL)
    this.#key = NO_KEY
    this.#stringIsGuess = reading === 'guess'
    return this.#beginString(contentFrom)
  }

  #beginImage(contentFrom: number, standIn: Buffer): number {
    if (this.#key >= 0 && !this.#place.mark(this.#key)) throw new MalformedReply('duplicate_image')
    this.#key = NO_KEY
    this.#skeleton.append(standIn)
    this.#state = 'image'
    this.#imageString.begin(this.#listener.imageBegins(contentFrom, this.#place.path))
    return contentFrom
  }

  #beginSniffing(sniffer: DataUrlSniffer, contentFrom: number): number {
    sniffer.restart()
    this.#state = 'sniff'
    return contentFrom
  }

  #sniff(piece: Buffer, from: number, to: number): number {
    const sniffer = this.#sniffer!
    for (let at = from; at < to; at++) {
      const verdict = sniffer.take(piece[at]!)
      if (verdict === 'undecided') continue
      if (verdict === 'data_url') this.#beginDataUrl(at + 1)
      else this.#beginText(sniffer.taken)
      return at + 1
    }
    return to
  }

  #beginDataUrl(contentFrom: number): void {
    this.#beginImage(contentFrom, QUOTED_SCHEME)
    this.#imageString.feed(SCHEME, 0, SCHEME.length)
  }

  /** An image member that names its image in words: read like any other string, from its beginning. */
  #beginText(taken: Buffer): void {
    this.#key = NO_KEY
    this.#beginString(0)
    this.feed(taken, 0, taken.length)
  }

  #inImage(piece: Buffer, from: number, to: number): number {
    const at = this.#imageString.feed(piece, from, to)
    if (!this.#imageString.ended) return at
    this.#listener.imageEnds(at)
    this.#state = 'between'
    return at + 1
  }

  #beginString(contentFrom: number): number {
    if (this.#place.depth === 0) throw new MalformedReply('not_json')
    this.#stringIsKey = this.#place.expectsKey
    this.#stringHasEscape = false
    this.#stringIsLeftOut = false
    this.#stringFrom = this.#skeleton.length
    this.#skeleton.appendByte(QUOTE)
    this.#state = 'string'
    return contentFrom
  }

  #inString(piece: Buffer, from: number, to: number): number {
    let at = from
    if (this.#state === 'escape') {
      at++
      this.#state = 'string'
    }
    while (at < to && piece[at] !== QUOTE && piece[at] !== BACKSLASH) at++
    const stop = at < to ? piece[at]! : null
    const next = stop === null ? at : at + 1
    this.#keepText(piece, from, next)
    if (this.#stringIsGuess) this.#calls!.feed(piece, from, next)
    if (stop === QUOTE) this.#endString(at)
    else if (stop === BACKSLASH) this.#beginEscape()
    return next
  }

  /** A long text for which there is no room is left out as if it were an image: nothing of it is needed to settle a call. */
  #keepText(piece: Buffer, from: number, to: number): void {
    if (this.#stringIsLeftOut) return
    const length = this.#skeleton.length + to - from
    if (this.#stringIsKey || length <= this.#textBytes || length - this.#stringFrom <= SHORT_TEXT) {
      return void this.#skeleton.append(piece, from, to)
    }
    this.#stringIsLeftOut = true
    this.#isAbridged = true
    this.#skeleton.replace(this.#stringFrom, this.#skeleton.length, NULL)
  }

  #beginEscape(): void {
    this.#stringHasEscape = true
    this.#state = 'escape'
  }

  #endString(closingQuote: number): void {
    this.#state = 'between'
    if (this.#stringIsKey) this.#endKey()
    else if (this.#stringIsGuess) this.#endGuess(closingQuote)
    else if (this.#key === TYPE_KEY) this.#endType()
  }

  #endKey(): void {
    const key = this.#stringText()
    this.#place.name(key)
    this.#key = this.#imageKeys.indexOf(key)
    if (key === 'type' && (this.#place.depth === 1 || this.#isOfItem())) this.#key = TYPE_KEY
    else if (key === 'result' && this.#isOfItem()) this.#key = RESULT_KEY
  }

  #endGuess(closingQuote: number): void {
    this.#stringIsGuess = false
    this.#guess = { from: this.#stringFrom, to: this.#skeleton.length }
    this.#calls!.resultEnds(closingQuote)
  }

  #endType(): void {
    const type = this.#stringIsLeftOut ? '' : this.#stringText()
    this.#key = NO_KEY
    if (this.#place.depth === 1) this.#type ??= type
    else if (this.#calls!.typeIs(type, this.#place.depth)) this.#skeleton.replace(this.#guess.from, this.#guess.to, NULL)
  }

  #isOfItem(): boolean {
    return this.#calls?.isMember(this.#place.path) ?? false
  }

  /** The string that just ended, without its quotes. */
  #stringText(): string {
    const quoted = this.#skeleton.text(this.#stringFrom)
    return this.#stringHasEscape ? String(parseJson(quoted)) : quoted.slice(1, -1)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new MalformedReply('not_json')
  }
}
