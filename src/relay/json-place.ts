import { CLOSE_BRACE, COLON, COMMA, isJsonSpace, OPEN_BRACE, OPEN_BRACKET } from './byte-codes.ts'
import { MalformedReply } from './malformed-reply.ts'

/** One step into a document: the name of a member or the index of an element. */
export type JsonStep = string | number

/** Where a reading stands in one JSON object: which brackets are open and which member of each is being read. */
export class JsonPlace {
  /** Steps to the value that is being read, one a level. */
  readonly path: JsonStep[] = []
  readonly #containers: Uint8Array
  /** Per level, one bit for each marked member met there. */
  readonly #marks: Uint32Array
  #depth = 0
  #expectsKey = false

  /** @param mostDepth brackets inside brackets */
  constructor(mostDepth: number) {
    this.#containers = new Uint8Array(mostDepth)
    this.#marks = new Uint32Array(mostDepth)
  }

  /** Brackets that are open. */
  get depth(): number {
    return this.#depth
  }

  /** True when the next string is the name of a member. */
  get expectsKey(): boolean {
    return this.#expectsKey
  }

  /** A bracket opens. @throws MalformedReply `not_json` or `nested_too_deep` */
  open(byte: number): void {
    if (this.#depth === 0 && byte !== OPEN_BRACE) throw new MalformedReply('not_json')
    if (this.#depth === this.#containers.length) throw new MalformedReply('nested_too_deep')
    this.#containers[this.#depth] = byte
    this.#marks[this.#depth] = 0
    this.#depth++
    this.path.push(byte === OPEN_BRACE ? '' : -1)
    this.#nextMember()
  }

  /** A bracket closes. @throws MalformedReply `not_json` when it is not the one that is open */
  close(byte: number): void {
    const opening = this.#depth === 0 ? 0 : this.#containers[this.#depth - 1]
    if (opening !== (byte === CLOSE_BRACE ? OPEN_BRACE : OPEN_BRACKET)) throw new MalformedReply('not_json')
    this.#depth--
    this.path.pop()
    this.#expectsKey = false
  }

  /** Any byte between two strings that is no bracket. @throws MalformedReply `not_json` for one before the object */
  separator(byte: number): void {
    if (byte === COMMA) this.#nextMember()
    else if (byte === COLON) this.#expectsKey = false
    else if (this.#depth === 0 && !isJsonSpace(byte)) throw new MalformedReply('not_json')
  }

  /** The member that is being read has this name. */
  name(key: string): void {
    this.path[this.#depth - 1] = key
  }

  /** Marks a member of the innermost object. @returns false when it was marked before */
  mark(member: number): boolean {
    const bit = 1 << member
    const level = this.#depth - 1
    if (this.#marks[level]! & bit) return false
    this.#marks[level]! |= bit
    return true
  }

  #nextMember(): void {
    this.#expectsKey = this.#depth > 0 && this.#containers[this.#depth - 1] === OPEN_BRACE
    const step = this.path[this.#depth - 1]
    if (typeof step === 'number') this.path[this.#depth - 1] = step + 1
  }
}
