import { ImageString } from './image-string.ts'
import { JsonScanner, type ScanLimits, type ScanListener } from './json-scanner.ts'
import { type Findings, type FoundImage, holdsError, noFindings, type ReplyReader } from './reply-reader.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { Spool } from './spool.ts'
import type { SpoolFile } from './spool-file.ts'

/**
 * Reads an answer that is one JSON document. It is passed on from its first image on, so that an answer without any
 * (an error, a page of a proxy) has not begun and can still become another; the closing brace is held back.
 */
export class JsonReply implements ReplyReader, ScanListener {
  readonly findings: Findings = noFindings()
  readonly #writer: ReplyWriter<SpoolFile>
  readonly #spool: Spool
  readonly #scanner: JsonScanner
  readonly #imageString: ImageString
  #open: SpoolFile | null = null
  #state: 'reading' | 'complete' = 'reading'

  constructor(imageKeys: readonly string[], writer: ReplyWriter<SpoolFile>, spool: Spool, limits: ScanLimits) {
    this.#writer = writer
    this.#spool = spool
    this.#imageString = new ImageString(writer)
    this.#scanner = new JsonScanner(imageKeys, this, this.#imageString, limits)
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

  imageBegins(offset: number): SpoolFile {
    const file = this.#spool.open()
    this.#open = file
    this.#writer.passTo(offset)
    this.#writer.outline.imageBegins(file)
    this.#writer.openFrame()
    return file
  }

  imageEnds(offset: number): void {
    const image: FoundImage = { file: this.#open!, canonical: this.#imageString.untouched }
    void image.file.finish()
    this.findings.images.push(image)
    this.#open = null
    this.#writer.passTo(offset)
    this.#writer.outline.imageEnds()
  }

  /** The reply ends with its closing brace: white space behind it, or whatever else, is not passed on. */
  #close(piece: Buffer, afterBrace: number): void {
    const document = this.#scanner.document()
    this.#writer.passTo(afterBrace - 1)
    this.#writer.shutTail()
    this.#writer.drop(afterBrace, piece.length)
    this.#writer.endFrame()
    this.#writer.outline.keepFrame()
    this.findings.documents.push(document)
    if (holdsError(document)) this.findings.errorFrame = document
    this.#state = 'complete'
  }
}
