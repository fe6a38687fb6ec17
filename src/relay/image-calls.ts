import { imageCallType } from '../contract/stream-events.ts'
import type { ByteTarget } from './base64-decoder.ts'
import { ImageString } from './image-string.ts'
import type { JsonStep } from './json-place.ts'
import { MalformedReply } from './malformed-reply.ts'

/** Where items stand in a document: the steps to one, `*` for any element of an array. */
export type ItemPlace = readonly string[]

/** Who is told of strings that may turn out to be images. Offsets mean the piece that is being fed. */
export interface GuessListener {
  /** Such a string begins; `offset` is that of its first character. Null: nobody wants it, whatever it is. */
  guessBegins(offset: number, path: readonly JsonStep[]): ByteTarget | null
  /** The string ended; `offset` is that of its closing quote. */
  guessEnds(offset: number): void
  /** What it was. An image is `canonical` when it came as plain base64. */
  guessed(isImage: boolean, canonical: boolean): void
}

/** How a member `result` is to be read: `guess` = as text, and as an image beside it, until the item's type is known. */
export type ResultReading = 'image' | 'text' | 'guess'

/** Bytes of a guess pass as they came: they may be another tool's text. */
const untouchedBytes = { drop() {}, insert() {} }
const NO_ITEM = -1

/**
 * Tells which members named `result` are images: those of items whose `type` says that they are calls of the image tool
 * (OpenAI Responses API; other tools keep text there). The type may stand behind the result; until it comes, or the item closes,
 * the string is decoded on trial and what fails is remembered rather than thrown.
 */
export class ImageCalls {
  readonly #places: readonly ItemPlace[]
  readonly #listener: GuessListener
  readonly #trial = new ImageString(untouchedBytes)
  #depth = NO_ITEM
  #type: string | null = null
  #results = 0
  #isGuessing = false
  #failed: MalformedReply | null = null

  constructor(places: readonly ItemPlace[], listener: GuessListener) {
    this.#places = places
    this.#listener = listener
  }

  /** Brackets around the members of the item that is being read; -1 outside one. */
  get depth(): number {
    return this.#depth
  }

  /** True for the path of a member of an item. */
  isMember(path: readonly JsonStep[]): boolean {
    return this.#places.some((place) => isWithin(place, path))
  }

  /**
   * The item states its type.
   * @returns true when the string that was guessed at is an image after all
   * @throws MalformedReply `duplicate_image` when it states two and one makes its result an image; `bad_base64` and what else failed
   */
  typeIs(type: string, depth: number): boolean {
    this.#depth = depth
    const changes = this.#type !== null && this.#type !== type && (type === imageCallType || this.#type === imageCallType)
    if (this.#results > 0 && (changes || (type === imageCallType && this.#results > 1))) throw new MalformedReply('duplicate_image')
    this.#type = type
    return this.#decide(type === imageCallType)
  }

  /** A string `result` of the item begins at `offset`. @throws MalformedReply `duplicate_image` */
  resultBegins(offset: number, path: readonly JsonStep[]): ResultReading {
    this.#depth = path.length
    this.#results++
    this.#decide(false)
    if (this.#type === imageCallType && this.#results > 1) throw new MalformedReply('duplicate_image')
    if (this.#type !== null) return this.#type === imageCallType ? 'image' : 'text'
    return this.#beginGuess(offset, path) ? 'guess' : 'text'
  }

  /** Bytes of the string that is guessed at, its closing quote included. */
  feed(piece: Buffer, from: number, to: number): void {
    this.#try(() => this.#trial.feed(piece, from, to))
  }

  /** The string that is guessed at is over. */
  resultEnds(offset: number): void {
    if (!this.#trial.ended) this.#failed ??= new MalformedReply('bad_base64')
    this.#listener.guessEnds(offset)
  }

  /** The item is over: a result of no stated type is text. */
  itemEnds(): void {
    this.#decide(false)
    this.#depth = NO_ITEM
    this.#type = null
    this.#results = 0
  }

  #beginGuess(offset: number, path: readonly JsonStep[]): boolean {
    this.#failed = null
    this.#try(() => {
      const target = this.#listener.guessBegins(offset, path)
      this.#isGuessing = target !== null
      if (target) this.#trial.begin(target)
    })
    return this.#isGuessing
  }

  #decide(isImage: boolean): boolean {
    if (!this.#isGuessing) return false
    this.#isGuessing = false
    if (isImage && this.#failed) throw this.#failed
    this.#listener.guessed(isImage, this.#trial.untouched)
    return isImage
  }

  #try(step: () => void): void {
    if (this.#failed) return
    try {
      step()
    } catch (error) {
      if (!(error instanceof MalformedReply)) throw error
      this.#failed = error
    }
  }
}

function isWithin(place: ItemPlace, path: readonly JsonStep[]): boolean {
  if (path.length !== place.length + 1) return false
  return place.every((step, level) => (step === '*' ? typeof path[level] === 'number' : path[level] === step))
}
