import { nameOrigins } from './found-images.ts'
import { ImageCalls } from './image-calls.ts'
import { ImageTaker, type ImageWishes } from './image-taker.ts'
import { JsonScanner, type ScanLimits } from './json-scanner.ts'
import { type Findings, type FoundImage, noFindings, type ReplyReader } from './reply-reader.ts'
import type { ReplyShape } from './reply-shape.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { Spool } from './spool.ts'
import type { SpoolFile } from './spool-file.ts'

/**
 * Reads an answer that is one JSON document. It is passed on from its first image on, so that an answer without any
 * (an error, a page of a proxy) has not begun and can still become another; the closing brace is held back.
 */
export class JsonReply implements ReplyReader, ImageWishes {
  readonly findings: Findings = noFindings()
  readonly #shape: ReplyShape
  readonly #writer: ReplyWriter<SpoolFile>
  readonly #spool: Spool
  readonly #scanner: JsonScanner
  #state: 'reading' | 'complete' = 'reading'

  constructor(shape: ReplyShape, writer: ReplyWriter<SpoolFile>, spool: Spool, limits: ScanLimits) {
    this.#shape = shape
    this.#writer = writer
    this.#spool = spool
    const taker = new ImageTaker(writer, spool, this)
    const calls = hasItems(shape) ? new ImageCalls(shape.itemPlaces.json, taker) : null
    this.#scanner = new JsonScanner(shape.imageKeys.json, taker, taker.imageString, limits, 'every_string', calls)
  }

  get state(): 'reading' | 'complete' {
    return this.#state
  }

  feed(piece: Buffer): void {
    if (this.#state === 'complete') return void this.#writer.drop(0, piece.length)
    const next = this.#scanner.feed(piece, 0, piece.length)
    if (this.#scanner.closed) this.#close(piece, next)
  }

  finish(whole: boolean): void {
    if (whole) this.#scanner.document()
  }

  wants(): boolean {
    return true
  }

  left(): void {}

  took(image: FoundImage): void {
    this.#spool.final(image)
    this.findings.images.push(image)
  }

  /** The reply ends with its closing brace: white space behind it, or whatever else, is not passed on. */
  #close(piece: Buffer, afterBrace: number): void {
    const document = this.#scanner.document()
    if (hasItems(this.#shape)) nameOrigins(this.findings.images, document)
    this.#writer.passTo(afterBrace - 1)
    this.#writer.shutTail()
    this.#writer.drop(afterBrace, piece.length)
    this.#writer.endFrame()
    this.#writer.outline.keepFrame()
    this.findings.documents.push(document)
    if (this.#shape.holdsError(document)) this.findings.errorFrame = document
    this.#state = 'complete'
  }
}

const hasItems = (shape: ReplyShape) => shape.itemPlaces.json.length > 0
