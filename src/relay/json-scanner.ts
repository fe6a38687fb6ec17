import { dataUrlPlaceholder } from '../contract/edit-inputs.ts'
import { isJsonObject, type JsonObject } from '../primitives/json.ts'
import type { ByteTarget } from './base64-decoder.ts'
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isJsonSpace,
  LINE_FEED,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './byte-codes.ts'
import { ByteCollector } from './byte-collector.ts'
import { DataUrlSniffer } from './data-url-sniffer.ts'
import type { ImageString } from './image-string.ts'
import { MalformedReply } from './malformed-reply.ts'

/** What a scanner tells while it reads. Offsets mean the piece that is being fed. */
export interface ScanListener {
  /** An image's string begins; `offset` is that of its first character. Returns where its bytes go; null leaves it unread. */
  imageBegins(offset: number): ByteTarget | null
  /** The string ended; `offset` is that of its closing quote. */
  imageEnds(offset: number): void
}

/** Bounds of what a scanner takes in. */
export interface ScanLimits {
  skeletonBytes: number
  depth: number
}

/** One step into a document: the name of a member or the index of an element. */
export type JsonStep = string | number

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
  readonly #skeleton: ByteCollector
  readonly #containers: Uint8Array
  /** Per level, one bit for each image member met there. */
  readonly #imagesSeen: Uint32Array
  /** Where the reading stands, one step a level. */
  readonly #path: JsonStep[] = []
  #depth = 0
  #state: State = 'between'
  #expectsKey = false
  #stringIsKey = false
  #stringHasEscape = false
  #stringFrom = 0
  #key = NO_KEY
  #type: string | null = null

  /** @param imageKeys at most 32 names of members whose string is an image */
  constructor(
    imageKeys: readonly string[],
    listener: ScanListener,
    imageString: ImageString,
    limits: ScanLimits,
    rule: ImageRule = 'every_string',
  ) {
    this.#imageKeys = imageKeys
    this.#listener = listener
    this.#imageString = imageString
    this.#sniffer = rule === 'data_urls' ? new DataUrlSniffer() : null
    this.#skeleton = new ByteCollector(limits.skeletonBytes)
    this.#containers = new Uint8Array(limits.depth)
    this.#imagesSeen = new Uint32Array(limits.depth)
  }

  /** True once the object's closing brace was read. */
  get closed(): boolean {
    return this.#state === 'closed'
  }

  /** Steps to the value that is being read. */
  get path(): readonly JsonStep[] {
    return this.#path
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

  /** The object, with null in place of every image. @throws MalformedReply `document_not_closed` or `not_json` */
  document(): JsonObject {
    if (this.#state !== 'closed') throw new MalformedReply('document_not_closed')
    const value = parseJson(this.#skeleton.text())
    if (!isJsonObject(value)) throw new MalformedReply('not_json')
    return value
  }

  #between(piece: Buffer, from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const byte = piece[at]!
      if (byte === QUOTE && this.#beginsImage()) {
        this.#skeleton.append(piece, from, at)
        return this.#sniffer ? this.#beginSniffing(this.#sniffer, at + 1) : this.#beginImage(at + 1, NULL)
      }
      if (byte === QUOTE) {
        this.#skeleton.append(piece, from, at + 1)
        return this.#beginString(at + 1)
      }
      this.#structure(byte)
      if (this.#state === 'closed') {
        this.#skeleton.append(piece, from, at + 1)
        return at + 1
      }
    }
    this.#skeleton.append(piece, from, to)
    return to
  }

  #structure(byte: number): void {
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#open(byte)
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.#close(byte)
    else if (byte === COMMA) this.#nextMember()
    else if (byte === COLON) this.#expectsKey = false
    else if (this.#depth === 0 && !isJsonSpace(byte)) throw new MalformedReply('not_json')
  }

  #open(byte: number): void {
    if (this.#depth === 0 && byte !== OPEN_BRACE) throw new MalformedReply('not_json')
    if (this.#depth === this.#containers.length) throw new MalformedReply('nested_too_deep')
    this.#containers[this.#depth] = byte
    this.#imagesSeen[this.#depth] = 0
    this.#depth++
    this.#path.push(byte === OPEN_BRACE ? '' : -1)
    this.#nextMember()
  }

  #close(byte: number): void {
    const opening = this.#depth === 0 ? 0 : this.#containers[this.#depth - 1]
    if (opening !== (byte === CLOSE_BRACE ? OPEN_BRACE : OPEN_BRACKET)) throw new MalformedReply('not_json')
    this.#depth--
    this.#path.pop()
    this.#key = NO_KEY
    this.#expectsKey = false
    if (this.#depth === 0) this.#state = 'closed'
  }

  #nextMember(): void {
    this.#key = NO_KEY
    this.#expectsKey = this.#depth > 0 && this.#containers[this.#depth - 1] === OPEN_BRACE
    const step = this.#path[this.#depth - 1]
    if (typeof step === 'number') this.#path[this.#depth - 1] = step + 1
  }

  #beginsImage(): boolean {
    return this.#key >= 0 && !this.#expectsKey
  }

  #beginImage(contentFrom: number, standIn: Buffer): number {
    const bit = 1 << this.#key
    const level = this.#depth - 1
    if (this.#imagesSeen[level]! & bit) throw new MalformedReply('duplicate_image')
    this.#imagesSeen[level]! |= bit
    this.#key = NO_KEY
    this.#skeleton.append(standIn)
    this.#state = 'image'
    this.#imageString.begin(this.#listener.imageBegins(contentFrom))
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
    this.#skeleton.appendByte(QUOTE)
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
    if (this.#depth === 0) throw new MalformedReply('not_json')
    this.#stringIsKey = this.#expectsKey
    this.#stringHasEscape = false
    this.#stringFrom = this.#skeleton.length
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
    this.#skeleton.append(piece, from, at)
    if (at === to) return at
    if (piece[at] === QUOTE) this.#endString()
    else this.#beginEscape()
    this.#skeleton.appendByte(piece[at]!)
    return at + 1
  }

  #beginEscape(): void {
    this.#stringHasEscape = true
    this.#state = 'escape'
  }

  #endString(): void {
    this.#state = 'between'
    if (this.#stringIsKey) {
      const key = this.#stringText()
      this.#path[this.#depth - 1] = key
      this.#key = key === 'type' && this.#depth === 1 ? TYPE_KEY : this.#imageKeys.indexOf(key)
    } else if (this.#key === TYPE_KEY) {
      this.#type ??= this.#stringText()
      this.#key = NO_KEY
    }
  }

  #stringText(): string {
    const raw = this.#skeleton.text(this.#stringFrom)
    if (!this.#stringHasEscape) return raw
    return String(parseJson(`"${raw}"`))
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new MalformedReply('not_json')
  }
}
