import type { JsonObject } from '../primitives/json.ts'
import { isJsonSpace, OPEN_BRACE } from './byte-codes.ts'
import { addImage, isKnown, nameOrigins } from './found-images.ts'
import { ImageCalls } from './image-calls.ts'
import { ImageTaker, type ImageWishes } from './image-taker.ts'
import type { JsonStep } from './json-place.ts'
import { JsonScanner, type ScanLimits } from './json-scanner.ts'
import { MalformedReply } from './malformed-reply.ts'
import { type Findings, type FoundImage, noFindings, type ReplyReader } from './reply-reader.ts'
import type { FrameMeaning, ReplyShape } from './reply-shape.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { Spool } from './spool.ts'
import type { SpoolFile } from './spool-file.ts'
import { type SplitListener, SseSplitter } from './sse-splitter.ts'

/** Ends the last frame of a stream wherever it stopped: within a line, behind one, or between the halves of CR LF. */
const BLANK_LINE = Buffer.from('\n\n')
/** Documents kept of one stream. An answer has an image call or two; nothing but malice has hundreds without a picture. */
const MOST_DOCUMENTS = 256

/** What the reading of a stream is given. */
export interface SseReplyOptions {
  shape: ReplyShape
  keepPartials: boolean
  /** A preview that is kept came in whole. */
  preview(image: FoundImage): void
  limits: ScanLimits
  /** A frame that tells about the reply came; it is not passed on yet. */
  began(document: JsonObject): void
}

/** The frame being read. */
interface Frame {
  /** Decided once: by the `event` line or the document's `type`, whichever comes first. */
  meaning: FrameMeaning | null
  body: 'none' | 'undecided' | 'json' | 'plain'
  scanner: JsonScanner
  images: FoundImage[]
}

/**
 * Reads an answer that is an event stream. A frame is kept until it is over or its image begins, so that an error frame is never passed on
 * (the gateway answers with its own) and comments of our own find a place between frames. After the last frame
 * that counts only the frames' bounds are read.
 */
export class SseReply implements ReplyReader, ImageWishes, SplitListener {
  readonly findings: Findings = noFindings()
  readonly #options: SseReplyOptions
  readonly #shape: ReplyShape
  readonly #writer: ReplyWriter<SpoolFile>
  readonly #spool: Spool
  readonly #splitter = new SseSplitter(this)
  readonly #taker: ImageTaker
  #frame: Frame
  #completedFrames = 0
  #state: 'reading' | 'complete' = 'reading'

  constructor(options: SseReplyOptions, writer: ReplyWriter<SpoolFile>, spool: Spool) {
    this.#options = options
    this.#shape = options.shape
    this.#writer = writer
    this.#spool = spool
    this.#taker = new ImageTaker(writer, spool, this)
    this.#frame = this.#newFrame()
  }

  get state(): 'reading' | 'complete' {
    return this.#state
  }

  feed(piece: Buffer): void {
    this.#splitter.feed(piece)
  }

  finish(whole: boolean): void {
    if (this.#state === 'complete') return
    if (this.#frame.scanner.closed) this.#supplyFrameEnd()
    else this.#abandonFrame(whole)
    if (whole && this.#shape.needsLast && this.#isReading()) throw new MalformedReply('document_not_closed')
  }

  eventType(type: string): void {
    this.#frame.meaning ??= this.#shape.classifyEvent(type)
  }

  dataLine(): void {
    if (this.#frame.body === 'none') this.#frame.body = 'undecided'
    else if (this.#frame.body === 'json') this.#frame.scanner.joinLines()
  }

  data(piece: Buffer, from: number, to: number): void {
    if (this.#state === 'complete') return
    const frame = this.#frame
    let at = from
    if (frame.body === 'undecided') at = decideBody(frame, piece, from, to)
    if (frame.body !== 'json') return
    at = frame.scanner.feed(piece, at, to)
    while (at < to && isJsonSpace(piece[at]!)) at++
    if (at < to) throw new MalformedReply('not_json')
  }

  wants(path: readonly JsonStep[]): boolean {
    const meaning = this.#meaningSoFar()
    if (bringsImages(meaning)) return this.#shape.isFinal(path)
    return meaning === null || (meaning === 'partial' && this.#options.keepPartials)
  }

  /** Without its picture a preview, or an event that nobody knows, is of no use to an outline. */
  left(): void {
    if (!bringsImages(this.#meaningSoFar())) this.#writer.outline.skipFrame()
  }

  /** One that is known already is not flushed: the frame's end will tell whether it is wanted again. */
  took(image: FoundImage): void {
    this.#frame.images.push(image)
    if (this.#hasItems() && isKnown(this.findings.images, image)) return
    if (bringsImages(this.#meaningSoFar()) && this.#shape.isFinal(image.path)) this.#spool.final(image)
    else void image.file.finish()
  }

  frameEnds(offset: number): void {
    this.#writer.passTo(offset)
    if (this.#state === 'reading' && this.#frame.body === 'json') this.#endDocument(offset)
    else if (this.#frame.meaning !== 'error') this.#endFrame(offset)
    else if (this.#state === 'reading') this.#endWithError({})
    else this.#dropErrorBehindTheEnd(offset)
    this.#frame = this.#newFrame()
  }

  #endDocument(offset: number): void {
    const document = this.#frame.scanner.document()
    const meaning = this.#meaningAt(this.#frame.scanner.type ?? '')
    if (meaning === 'error' || this.#shape.holdsError(document)) return void this.#endWithError(document)
    if (bringsImages(meaning)) return void this.#endCompleted(document, offset)
    if (meaning === 'partial') this.#takePreviews(document)
    else for (const image of this.#frame.images) void image.file.discard()
    if (meaning === 'began') this.#options.began(document)
    this.#endFrame(offset)
  }

  #takePreviews(document: JsonObject): void {
    const { previews } = this.findings
    previews.count++
    if (this.#options.keepPartials) this.#keepPreviews(this.#named(this.#frame.images, document))
    else for (const image of this.#frame.images) void image.file.discard()
  }

  #keepPreviews(images: readonly FoundImage[]): void {
    for (const image of images) {
      this.findings.previews.images.push(image)
      this.#options.preview(image)
    }
  }

  /** The error frame stays behind the gate: the caller gets the gateway's own, with what it cost. */
  #endWithError(document: JsonObject): void {
    this.findings.errorFrame = document
    this.#writer.outline.skipFrame()
    this.#writer.shutTail()
    this.#state = 'complete'
  }

  /** An error behind the last picture takes nothing back, and read by the caller it would pass for a call that failed. */
  #dropErrorBehindTheEnd(offset: number): void {
    this.#writer.passTo(offset + 1)
    this.#writer.dropFrame()
  }

  #endCompleted(document: JsonObject, offset: number): void {
    this.#takeFinals(document)
    this.#completedFrames++
    const last = this.#shape.isLast(this.#frame.meaning!, this.#completedFrames)
    this.#keepDocument(document, last)
    if (last) this.#writer.shutTail()
    this.#writer.passTo(offset + 1)
    this.#writer.outline.keepFrame()
    this.#writer.endFrame()
    if (!last) return
    this.#writer.outline.skipFrame()
    this.#state = 'complete'
  }

  #takeFinals(document: JsonObject): void {
    const finals = this.#frame.images.filter((image) => this.#shape.isFinal(image.path))
    for (const image of this.#named(finals, document)) this.#addFinal(image)
    if (finals.length === this.#frame.images.length) return
    // An event that named its type late brought a preview where none belongs.
    for (const image of this.#frame.images) if (!finals.includes(image)) void image.file.discard()
    this.#writer.outline.leaveGap()
  }

  #addFinal(image: FoundImage): void {
    const { images } = this.findings
    if (this.#hasItems()) addImage(images, image)
    else images.push(image)
    if (images.at(-1) === image) this.#spool.final(image)
  }

  #keepDocument(document: JsonObject, last: boolean): void {
    const { documents } = this.findings
    const isTelling = this.#frame.images.length > 0 || this.#shape.isTelling(document)
    if (last || (isTelling && documents.length < MOST_DOCUMENTS)) documents.push(document)
  }

  #named(images: FoundImage[], document: JsonObject): FoundImage[] {
    if (this.#hasItems()) nameOrigins(images, document)
    return images
  }

  /** A frame that brings no final image: a preview, an event of another kind, a comment, anything in the tail. */
  #endFrame(offset: number): void {
    this.#writer.passTo(offset + 1)
    if (this.#state === 'reading') this.#endInOutline()
    this.#writer.endFrame()
  }

  #endInOutline(): void {
    const { meaning, body, images } = this.#frame
    const tells = meaning === 'began' || meaning === 'context' || meaning === 'increment'
    if (tells && body === 'json' && images.length === 0) this.#writer.outline.keepFrame(meaning === 'increment')
    else this.#writer.outline.dropFrame()
  }

  /** The stream stopped within a frame. The images that it brought in whole were paid for. */
  #abandonFrame(whole: boolean): void {
    if (whole && this.#frame.body === 'json') throw new MalformedReply('document_not_closed')
    if (!bringsImages(this.#frame.meaning)) return
    for (const image of this.#frame.images) if (this.#shape.isFinal(image.path)) this.#addFinal(image)
  }

  /** The document is whole, only the blank line behind it is missing: the picture was paid for and is delivered. */
  #supplyFrameEnd(): void {
    this.#writer.startPiece(BLANK_LINE)
    this.#splitter.feed(BLANK_LINE)
    this.#writer.endPiece()
  }

  #hasItems(): boolean {
    return this.#shape.itemPlaces.sse.length > 0
  }

  #isReading(): boolean {
    return this.#state === 'reading'
  }

  /** What the frame means as far as it was read; null while nothing named its type. */
  #meaningSoFar(): FrameMeaning | null {
    const { scanner, meaning } = this.#frame
    return scanner.type === null ? meaning : this.#meaningAt(scanner.type)
  }

  /** What the frame means, given the type that its document states; an earlier decision stands. */
  #meaningAt(type: string): FrameMeaning {
    this.#frame.meaning ??= this.#shape.classifyEvent(type)
    return this.#frame.meaning
  }

  #newFrame(): Frame {
    const { imageKeys, itemPlaces } = this.#shape
    const calls = this.#hasItems() ? new ImageCalls(itemPlaces.sse, this.#taker) : null
    const scanner = new JsonScanner(imageKeys.sse, this.#taker, this.#taker.imageString, this.#options.limits, 'every_string', calls)
    return { meaning: null, body: 'none', scanner, images: [] }
  }
}

function bringsImages(meaning: FrameMeaning | null): boolean {
  return meaning === 'completed' || meaning === 'last'
}

/** Data that begins with a brace is a document; everything else (`[DONE]`) means nothing here. */
function decideBody(frame: Frame, piece: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && isJsonSpace(piece[at]!)) at++
  if (at < to) frame.body = piece[at] === OPEN_BRACE ? 'json' : 'plain'
  return at
}
