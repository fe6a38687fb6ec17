import { BACKSLASH, CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, isJsonSpace, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './byte-codes.ts'
import { JsonPlace, type JsonStep } from './json-place.ts'
import { MalformedReply } from './malformed-reply.ts'

/** Where a value stands in a text: from its first byte to behind its last. */
export interface Span {
  from: number
  to: number
}

/** The name of a place in a document, to look a span up by. */
export function placeName(path: readonly JsonStep[]): string {
  return JSON.stringify(path)
}

/**
 * Where values stand in the text of one JSON object, by their places. Of a place that is named twice the later counts, as it does for
 * `JSON.parse`. A text that breaks off, or breaks, gives what was whole before.
 * @param wants true for places that are looked for
 */
export function findSpans(text: Buffer, depth: number, wants: (path: readonly JsonStep[]) => boolean): Map<string, Span> {
  const walk = new SpanWalk(text, depth, wants)
  try {
    walk.run()
  } catch (error) {
    if (!(error instanceof MalformedReply)) throw error
  }
  return walk.found
}

class SpanWalk {
  readonly found = new Map<string, Span>()
  readonly #text: Buffer
  readonly #wants: (path: readonly JsonStep[]) => boolean
  readonly #place: JsonPlace
  /** For each bracket that is open, the name of its value if it is looked for, and where it stands. */
  readonly #open: { name: string | null; from: number }[] = []

  constructor(text: Buffer, depth: number, wants: (path: readonly JsonStep[]) => boolean) {
    this.#text = text
    this.#wants = wants
    this.#place = new JsonPlace(depth)
  }

  run(): void {
    for (let at = 0; at < this.#text.length; ) at = this.#step(at)
  }

  #step(at: number): number {
    switch (this.#text[at]!) {
      case QUOTE:
        return this.#string(at)
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.#open.push({ name: this.#wantedName(), from: at })
        this.#place.open(this.#text[at]!)
        return at + 1
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        this.#close(at)
        return at + 1
      default:
        return this.#isSeparator(at) ? at + 1 : this.#word(at)
    }
  }

  #string(from: number): number {
    const to = this.#stringEnd(from)
    if (to === null) return this.#text.length
    if (this.#place.expectsKey) this.#place.name(textOf(this.#text.subarray(from, to)))
    else this.#note(this.#wantedName(), from, to)
    return to
  }

  #stringEnd(from: number): number | null {
    for (let at = from + 1; at < this.#text.length; at++) {
      if (this.#text[at] === BACKSLASH) at++
      else if (this.#text[at] === QUOTE) return at + 1
    }
    return null
  }

  #close(at: number): void {
    this.#place.close(this.#text[at]!)
    const opened = this.#open.pop()!
    this.#note(opened.name, opened.from, at + 1)
  }

  #isSeparator(at: number): boolean {
    const byte = this.#text[at]!
    if (byte === COMMA || byte === COLON) this.#place.separator(byte)
    return byte === COMMA || byte === COLON || isJsonSpace(byte)
  }

  /** A number, `true`, `false` or `null`; one that the text ends with may go on behind it. */
  #word(from: number): number {
    let to = from
    while (to < this.#text.length && !endsWord(this.#text[to]!)) to++
    if (to < this.#text.length) this.#note(this.#wantedName(), from, to)
    return to
  }

  #wantedName(): string | null {
    return this.#wants(this.#place.path) ? placeName(this.#place.path) : null
  }

  #note(name: string | null, from: number, to: number): void {
    if (name !== null) this.found.set(name, { from, to })
  }
}

function endsWord(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isJsonSpace(byte)
}

/** The name of a member. @throws MalformedReply `not_json` */
function textOf(quoted: Buffer): string {
  try {
    return String(JSON.parse(quoted.toString()))
  } catch {
    throw new MalformedReply('not_json')
  }
}
