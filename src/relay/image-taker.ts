import type { GuessListener } from './image-calls.ts'
import { ImageString } from './image-string.ts'
import type { JsonStep } from './json-place.ts'
import type { ScanListener } from './json-scanner.ts'
import type { FoundImage } from './reply-reader.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { Spool } from './spool.ts'
import type { SpoolFile } from './spool-file.ts'

/** What a reader decides about the images of its answer. */
export interface ImageWishes {
  /** False: the string at this path is passed on unread. */
  wants(path: readonly JsonStep[]): boolean
  /** A string that surely is an image is passed on unread. */
  left(): void
  /** An image came in whole; `finish` or `discard` of its file is up to the reader. */
  took(image: FoundImage): void
}

/** Takes image strings into the spool while they are passed on, and marks their places in the outline. */
export class ImageTaker implements ScanListener, GuessListener {
  readonly imageString: ImageString
  readonly #writer: ReplyWriter<SpoolFile>
  readonly #spool: Spool
  readonly #wishes: ImageWishes
  #file: SpoolFile | null = null
  #guessed: SpoolFile | null = null
  #path: readonly JsonStep[] = []

  constructor(writer: ReplyWriter<SpoolFile>, spool: Spool, wishes: ImageWishes) {
    this.#writer = writer
    this.#spool = spool
    this.#wishes = wishes
    this.imageString = new ImageString(writer)
  }

  imageBegins(offset: number, path: readonly JsonStep[]): SpoolFile | null {
    this.#writer.passTo(offset)
    this.#file = this.#wishes.wants(path) ? this.#spool.open() : null
    this.#path = [...path]
    if (this.#file) this.#writer.outline.imageBegins(this.#file)
    else this.#wishes.left()
    this.#writer.openFrame()
    return this.#file
  }

  imageEnds(offset: number): void {
    const file = this.#file
    if (!file) return
    this.#file = null
    this.#wishes.took(found(file, this.imageString.untouched, this.#path))
    this.#writer.passTo(offset)
    this.#writer.outline.imageEnds()
  }

  guessBegins(offset: number, path: readonly JsonStep[]): SpoolFile | null {
    if (!this.#wishes.wants(path)) return null
    this.#writer.passTo(offset)
    this.#guessed = this.#spool.open()
    this.#path = [...path]
    this.#writer.outline.guessBegins()
    return this.#guessed
  }

  guessEnds(offset: number): void {
    this.#writer.passTo(offset)
    this.#writer.outline.guessEnds()
  }

  guessed(isImage: boolean, canonical: boolean): void {
    const file = this.#guessed!
    this.#guessed = null
    this.#writer.outline.guessed(isImage && canonical ? file : null)
    if (isImage) this.#wishes.took(found(file, canonical, this.#path))
    else void file.discard()
  }
}

function found(file: SpoolFile, canonical: boolean, path: readonly JsonStep[]): FoundImage {
  return { file, canonical, path, origin: null, copies: [] }
}
