import type { JsonObject } from '../primitives/json.ts'
import { isJsonSpace, OPEN_BRACE } from './byte-codes.ts'
import { ImageString } from './image-string.ts'
import { JsonScanner, type ScanLimits, type ScanListener } from './json-scanner.ts'
import { MalformedReply } from './malformed-reply.ts'
import { type Findings, type FoundImage, holdsError, noFindings, type ReplyReader } from './reply-reader.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { Spool } from './spool.ts'
import type { SpoolFile } from './spool-file.ts'
import { type SplitListener, SseSplitter } from './sse-splitter.ts'

/** Ends the last frame of a stream wherever it stopped: within a line, behind one, or between the halves of CR LF. */
const BLANK_LINE = Buffer.from('\n\n')

/** What an event means to the relay: a preview, a final image, the end by an error, or nothing. */
export type EventMeaning = 'partial' | 'completed' | 'error' | 'other'

/** What the reading of a stream is given. */
export interface SseReplyOptions {
  imageKeys: readonly string[]
  /** Completed frames after which the reply's tail begins. */
  expectedFrames: number
  classifyEvent(type: string): EventMeaning
  keepPartials: boolean
  limits: ScanLimits
}

/** The frame being read. */
interface Frame {
  /** Decided once: by the `event` line or the document's `type`, whichever comes first. */
  meaning: EventMeaning | null
  body: 'none' | 'undecided' | 'json' | 'plain'
  scanner: JsonScanner
  images: FoundImage[]
}

/**
 * Reads an answer that is an event stream. A frame is kept until it is over or its image begins, so that an error frame is never passed on
 * (the gateway answers with its own) and comments of our own find a place between frames. After the last expected image
 * only the frames' bounds are read.
 */
export class SseReply implements ReplyReader, ScanListener, SplitListener {
  readonly findings: Findings = noFindings()
  readonly #options: SseReplyOptions
  readonly #writer: ReplyWriter<SpoolFile>
  readonly #spool: Spool
  readonly #splitter = new SseSplitter(this)
  readonly #imageString: ImageString
  #frame: Frame
  #open: SpoolFile | null = null
  #completedFrames = 0
  #state: 'reading' | 'complete' = 'reading'

  constructor(options: SseReplyOptions, writer: ReplyWriter<SpoolFile>, spool: Spool) {
    this.#options = options
    this.#writer = writer
    this.#spool = spool
    this.#imageString = new ImageString(writer)
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
    if (this.#frame.scanner.closed) return void this.#supplyFrameEnd()
    if (whole && this.#frame.body === 'json') throw new MalformedReply('document_not_closed')
    if (this.#frame.meaning === 'completed') this.findings.images.push(...this.#frame.images)
  }

  eventType(type: string): void {
    this.#frame.meaning ??= this.#options.classifyEvent(type)
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

  imageBegins(offset: number): SpoolFile | null {
    this.#writer.passTo(offset)
    const wanted = this.#wantsImage()
    this.#open = wanted ? this.#spool.open() : null
    if (this.#open) this.#writer.outline.imageBegins(this.#open)
    else this.#writer.outline.skipFrame()
    this.#writer.openFrame()
    return this.#open
  }

  imageEnds(offset: number): void {
    if (!this.#open) return
    this.#frame.images.push({ file: this.#open, canonical: this.#imageString.untouched })
    void this.#open.finish()
    this.#open = null
    this.#writer.passTo(offset)
    this.#writer.outline.imageEnds()
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
    const frame = this.#frame
    const document = frame.scanner.document()
    const meaning = this.#meaningAt(frame.scanner.type ?? '')
    if (meaning === 'error' || holdsError(document)) return void this.#endWithError(document)
    if (meaning === 'completed') return void this.#endCompleted(document, offset)
    if (meaning === 'partial') this.findings.previews.count++
    if (meaning === 'partial' && this.#options.keepPartials) this.findings.previews.images.push(...frame.images)
    else for (const image of frame.images) void image.file.discard()
    this.#endFrame(offset)
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
    this.findings.images.push(...this.#frame.images)
    this.findings.documents.push(document)
    this.#completedFrames++
    const last = this.#completedFrames === this.#options.expectedFrames
    if (last) this.#writer.shutTail()
    this.#writer.passTo(offset + 1)
    this.#writer.outline.keepFrame()
    this.#writer.endFrame()
    if (!last) return
    this.#writer.outline.skipFrame()
    this.#state = 'complete'
  }

  /** A frame that the outline does not need: a preview, an event of another kind, a comment, anything in the tail. */
  #endFrame(offset: number): void {
    this.#writer.passTo(offset + 1)
    if (this.#state === 'reading') this.#writer.outline.dropFrame()
    this.#writer.endFrame()
  }

  /** The document is whole, only the blank line behind it is missing: the picture was paid for and is delivered. */
  #supplyFrameEnd(): void {
    this.#writer.startPiece(BLANK_LINE)
    this.#splitter.feed(BLANK_LINE)
    this.#writer.endPiece()
  }

  #wantsImage(): boolean {
    const { type } = this.#frame.scanner
    const meaning = type === null ? this.#frame.meaning : this.#meaningAt(type)
    return meaning === null || meaning === 'completed' || (meaning === 'partial' && this.#options.keepPartials)
  }

  /** What the frame means, given the type that its document states; an earlier decision stands. */
  #meaningAt(type: string): EventMeaning {
    this.#frame.meaning ??= this.#options.classifyEvent(type)
    return this.#frame.meaning
  }

  #newFrame(): Frame {
    const scanner = new JsonScanner(this.#options.imageKeys, this, this.#imageString, this.#options.limits)
    return { meaning: null, body: 'none', scanner, images: [] }
  }
}

/** Data that begins with a brace is a document; everything else (`[DONE]`) means nothing here. */
function decideBody(frame: Frame, piece: Buffer, from: number, to: number): number {
  let at = from
  while (at < to && isJsonSpace(piece[at]!)) at++
  if (at < to) frame.body = piece[at] === OPEN_BRACE ? 'json' : 'plain'
  return at
}
