import { CARRIAGE_RETURN, COLON, LINE_FEED, SPACE } from './byte-codes.ts'
import { ByteFinder } from './byte-finder.ts'

/** What a splitter finds in an event stream. Offsets mean the piece that is being fed. */
export interface SplitListener {
  /** The value of an `event` line. */
  eventType(type: string): void
  /** A `data` line begins. */
  dataLine(): void
  /** A stretch of a `data` line's value. */
  data(piece: Buffer, from: number, to: number): void
  /** A blank line ends the frame; its first byte stands at `offset`. */
  frameEnds(offset: number): void
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]
const LONGEST_FIELD_NAME = 'event'.length
const LONGEST_EVENT_TYPE = 256

/** `value` = right behind the colon, where one space does not count. */
type State = 'mark' | 'line' | 'field' | 'value' | 'event' | 'data' | 'ignored'

/**
 * Splits an event stream into frames and fields as the HTML standard (section 9.2, server-sent events) has it: lines end with CR, LF or both,
 * comments and unknown fields are skipped, a byte order mark may lead. Data is handed on as it comes, so a line may be of any length.
 */
export class SseSplitter {
  readonly #listener: SplitListener
  readonly #lineFeeds = new ByteFinder(LINE_FEED)
  readonly #carriageReturns = new ByteFinder(CARRIAGE_RETURN)
  #state: State = 'mark'
  #markLength = 0
  #afterCarriageReturn = false
  #field = ''
  #eventType = ''

  constructor(listener: SplitListener) {
    this.#listener = listener
  }

  feed(piece: Buffer): void {
    let at = 0
    while (at < piece.length) at = this.#step(piece, at)
  }

  #step(piece: Buffer, at: number): number {
    switch (this.#state) {
      case 'mark':
        return this.#skipMark(piece, at)
      case 'line':
        return this.#beginLine(piece, at)
      case 'field':
        return this.#inFieldName(piece, at)
      case 'value':
        return this.#beginValue(piece, at)
      default:
        return this.#inValue(piece, at)
    }
  }

  #skipMark(piece: Buffer, at: number): number {
    if (piece[at] === BYTE_ORDER_MARK[this.#markLength]) {
      this.#markLength++
      if (this.#markLength === BYTE_ORDER_MARK.length) this.#state = 'line'
      return at + 1
    }
    // Part of a mark is no mark: those bytes were the beginning of a field name that nobody knows.
    this.#state = this.#markLength === 0 ? 'line' : 'ignored'
    return at
  }

  #beginLine(piece: Buffer, at: number): number {
    const byte = piece[at]!
    const secondHalf = byte === LINE_FEED && this.#afterCarriageReturn
    this.#afterCarriageReturn = byte === CARRIAGE_RETURN
    if (secondHalf) return at + 1
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
      this.#listener.frameEnds(at)
      return at + 1
    }
    this.#field = ''
    this.#state = 'field'
    return at
  }

  #inFieldName(piece: Buffer, at: number): number {
    const byte = piece[at]!
    if (byte === COLON) {
      this.#state = 'value'
      return at + 1
    }
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
      this.#enterValue()
      return at
    }
    this.#field += String.fromCharCode(byte)
    if (this.#field.length > LONGEST_FIELD_NAME) this.#state = 'ignored'
    return at + 1
  }

  #beginValue(piece: Buffer, at: number): number {
    this.#enterValue()
    return piece[at] === SPACE ? at + 1 : at
  }

  #enterValue(): void {
    this.#state = this.#field === 'data' || this.#field === 'event' ? this.#field : 'ignored'
    if (this.#state === 'data') this.#listener.dataLine()
    this.#eventType = ''
  }

  #inValue(piece: Buffer, at: number): number {
    const end = Math.min(this.#lineFeeds.next(piece, at), this.#carriageReturns.next(piece, at))
    if (end > at) this.#takeValue(piece, at, end)
    if (end === piece.length) return end
    this.#endLine()
    this.#afterCarriageReturn = piece[end] === CARRIAGE_RETURN
    return end + 1
  }

  #takeValue(piece: Buffer, from: number, to: number): void {
    if (this.#state === 'data') this.#listener.data(piece, from, to)
    if (this.#state !== 'event') return
    const kept = Math.min(to, from + LONGEST_EVENT_TYPE - this.#eventType.length)
    this.#eventType += piece.toString('latin1', from, kept)
  }

  #endLine(): void {
    if (this.#state === 'event') this.#listener.eventType(this.#eventType)
    this.#state = 'line'
  }
}
