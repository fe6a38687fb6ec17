import { basename } from 'node:path'
import { fp } from '../primitives/fail-point.ts'
import type { JsonObject } from '../primitives/json.ts'
import { JsonReply } from './json-reply.ts'
import { MalformedReply } from './malformed-reply.ts'
import { type RawBody, RawCapture } from './raw-capture.ts'
import { type AnswerHead, defaultRelayLimits, type RelayLimits, type RelayOptions } from './relay-options.ts'
import type { RelayImage, RelayResult } from './relay-result.ts'
import { type ClientHead, type ErrorReply, streamHead } from './reply-client.ts'
import { OutlineRecorder } from './reply-outline.ts'
import { type FoundImage, noFindings, type ReplyReader } from './reply-reader.ts'
import { imagesShape, type ReplyShape, responsesShape } from './reply-shape.ts'
import { ReplyWriter } from './reply-writer.ts'
import { Spool } from './spool.ts'
import type { SpoolFile } from './spool-file.ts'
import { SseReply } from './sse-reply.ts'
import { WaitingReplyClient } from './waiting-reply-client.ts'

/**
 * One answer on its way from upstream to the client. The first four methods are the provider's sink; the rest is for who settles the call.
 * Whatever happens, `settleable` resolves; call `discard` when everything worth keeping was moved out of the spool.
 */
export interface Relay {
  sent(): void
  begin(head: AnswerHead): void
  /** @returns false when nothing more should be read until `resume` is called: the disk is behind, or the held tail is long */
  data(piece: Buffer, resume: () => void): boolean
  end(whole: boolean): void
  /** The answer is complete, or will never be, and each of its images is flushed to the disk or marked as refused by it. Never rejects. */
  readonly settleable: Promise<RelayResult>
  /** The images are on record, or will not be: lets the tail go and ends the reply. An answer that is not whole is cut instead. */
  release(): void
  /** Instead of the tail the client learns what went wrong; nothing more is passed on. Settles as `aborted` what is not settled. */
  abort(error: ErrorReply): void
  /** Beginning and end of the body as upstream sent it, up to where it was read. */
  rawBody(): RawBody
  /**
   * Removes the spool files that still stand at their paths. A reply that was begun and neither released nor aborted is cut;
   * what is not settled settles as `aborted`. Never rejects.
   */
  discard(): Promise<void>
  /** The same, but files of images that came in whole stay where they are: somebody else will come for them. */
  leave(): Promise<void>
}

/** Opens a relay for one upstream call. */
export function openRelay(options: RelayOptions): Relay {
  return new ReplyRelay(options)
}

const heads: Record<AnswerHead['kind'], ClientHead> = {
  json: { contentType: 'application/json', headers: {} },
  sse: streamHead,
}

class ReplyRelay implements Relay {
  readonly settleable: Promise<RelayResult>
  readonly #options: RelayOptions
  readonly #shape: ReplyShape
  readonly #limits: RelayLimits
  readonly #client: WaitingReplyClient
  readonly #spool: Spool
  readonly #writer: ReplyWriter<SpoolFile>
  readonly #resolve: (result: Promise<RelayResult>) => void
  #head: ClientHead = heads.json
  #begun: Promise<void> = Promise.resolve()
  #reader: ReplyReader | null = null
  readonly #raw = new RawCapture()
  #bytesReceived = 0
  /** How the answer ended, once that is known; images may still be on their way to the disk. */
  #ending: Pick<RelayResult, 'ended' | 'cause'> | null = null
  #isNoted = false
  #upstreamEnded = false
  #released = false
  /** Nothing more goes to the client. */
  #closed = false
  #resume: (() => void) | null = null

  constructor(options: RelayOptions) {
    this.#options = options
    this.#shape = options.shape === 'responses' ? responsesShape : imagesShape(options)
    this.#limits = { ...defaultRelayLimits, ...this.#shape.limits, ...options.limits }
    this.#client = new WaitingReplyClient(options.client)
    this.#spool = new Spool(
      options.spoolFolder,
      options.spoolName,
      { imageBytes: this.#limits.imageBytes, images: this.#limits.images, lagBytes: this.#limits.spoolLagBytes },
      {
        onProgress: () => this.#resumeWhenReady(),
        onFinal: (image) => void this.#tellImage(image),
        mayFlush: () => this.#begun,
        ...(options.makeRoom && { makeRoom: options.makeRoom }),
      },
    )
    const { skeletonBytes, textBytes } = this.#limits
    const outline = new OutlineRecorder<SpoolFile>(Math.min(skeletonBytes, textBytes), this.#shape.outlineOverflow)
    this.#writer = new ReplyWriter((bytes, boundary) => this.#send(bytes, boundary), outline, this.#limits.frameHoldBytes)
    const { promise, resolve } = Promise.withResolvers<RelayResult>()
    this.settleable = promise
    this.#resolve = resolve
  }

  sent(): void {
    this.#options.onSent?.()
  }

  begin(head: AnswerHead): void {
    this.#head = heads[head.kind]
    this.#reader = this.#makeReader(head.kind)
    this.#begun = this.#options.onBegin?.(head) ?? this.#begun
    if (head.kind === 'sse' && !this.#closed) this.#client.commit(this.#head)
  }

  data(piece: Buffer, resume: () => void): boolean {
    if (this.#ending === null) {
      this.#bytesReceived += piece.length
      this.#raw.take(piece)
    }
    fp('body_piece')
    if (!this.#isDeaf()) this.#read(piece)
    if (!this.#mustPause()) return true
    this.#resume = resume
    this.#resumeWhenReady()
    return false
  }

  end(whole: boolean): void {
    fp('body_end')
    this.#upstreamEnded = true
    if (this.#ending === null) this.#finish(whole)
    else this.#endTail(whole)
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    if (this.#ending !== null) this.#letGo()
  }

  abort(error: ErrorReply): void {
    if (!this.#closed) this.#client.fail(error)
    this.#close()
  }

  rawBody(): RawBody {
    return this.#raw.body()
  }

  async discard(): Promise<void> {
    if (!this.#released && !this.#closed) this.#leave()
    await this.#spool.discard()
  }

  async leave(): Promise<void> {
    if (!this.#released && !this.#closed) this.#leave()
    this.#spool.discardIncomplete()
    await this.settleable
  }

  #makeReader(kind: AnswerHead['kind']): ReplyReader {
    const { skeletonBytes, depth, textBytes } = this.#limits
    const limits = { skeletonBytes, depth, textBytes }
    if (kind === 'json') return new JsonReply(this.#shape, this.#writer, this.#spool, limits)
    const began = (document: JsonObject) => this.#noteResponse(document)
    const { keepPartials } = this.#options
    const preview = (image: FoundImage) => void this.#tellPreview(image)
    return new SseReply({ shape: this.#shape, keepPartials, limits, began, preview }, this.#writer, this.#spool)
  }

  /** The id of a response is on record before the client learns it. */
  #noteResponse(document: JsonObject): void {
    const response = this.#shape.responseIn(document)
    if (this.#isNoted || response === null || this.#options.shape !== 'responses') return
    this.#isNoted = true
    const noted = this.#options.onResponse?.(response)
    if (noted) this.#client.waitFor(noted)
  }

  /** True when what still comes is of no use: the answer broke, ended in an error, or nobody is left to have it. */
  #isDeaf(): boolean {
    return this.#reader === null || (this.#ending !== null && (this.#closed || !this.#isGood()))
  }

  #read(piece: Buffer): void {
    this.#guard(() => {
      this.#writer.startPiece(piece)
      this.#reader!.feed(piece)
      this.#writer.endPiece()
    })
    if (this.#ending === null && this.#reader!.state === 'complete') this.#settle('whole', null)
  }

  /** The body ended before the answer was complete: what lacks only its end mark counts, the rest of a cut frame is left out. */
  #finish(whole: boolean): void {
    this.#guard(() => this.#reader?.finish(whole))
    if (this.#ending !== null) return
    if (whole || this.#reader?.state === 'complete') {
      this.#writer.shutTail()
      this.#writer.endFrame()
      this.#settle('whole', null)
    } else {
      this.#writer.abandonPiece()
      this.#settle('cut', 'connection_cut')
    }
  }

  #endTail(whole: boolean): void {
    if (whole) this.#writer.endFrame()
    else this.#writer.abandonPiece()
    if (this.#released) this.#letGo()
  }

  #guard(step: () => void): void {
    try {
      step()
    } catch (error) {
      if (!(error instanceof MalformedReply)) throw error
      this.#writer.abandonPiece()
      this.#settle('malformed', error.reason)
    }
  }

  #settle(ended: RelayResult['ended'], cause: RelayResult['cause']): void {
    this.#ending = { ended, cause }
    this.#spool.discardIncomplete()
    this.#resolve(this.#result({ ended, cause }))
    if (this.#released) this.#letGo()
  }

  async #result(ending: Pick<RelayResult, 'ended' | 'cause'>): Promise<RelayResult> {
    const { images, previews, documents, errorFrame } = this.#reader?.findings ?? noFindings()
    const outline = this.#writer.outline.build((file) => images.findIndex((image) => image.file === file || image.copies.includes(file)))
    const bytesReceived = this.#bytesReceived
    const response = this.#shape.responseIn(documents.at(-1) ?? {})
    const [finals, kept] = await Promise.all([Promise.all(images.map(relayImage)), Promise.all(previews.images.map(relayImage))])
    const partials = { count: previews.count, images: kept }
    return { ...ending, images: finals, partials, documents, errorFrame, bytesReceived, outline, response }
  }

  async #tellImage({ file, canonical, origin }: FoundImage): Promise<void> {
    const { sha256, bytes, path } = await file.finish()
    if (path !== null) this.#options.onImage?.({ file: basename(path), sha256, bytes, canonical, origin })
  }

  async #tellPreview({ file }: FoundImage): Promise<void> {
    if (!this.#options.onPreview) return
    const { path, sha256, bytes } = await file.finish()
    if (path !== null) this.#options.onPreview({ path, sha256, bytes })
  }

  /** An answer that may end as a whole one. */
  #isGood(): boolean {
    return this.#ending?.ended === 'whole' && this.#reader?.findings.errorFrame === null
  }

  #letGo(): void {
    if (this.#closed) return
    if (!this.#isGood()) return void this.#cut()
    this.#writer.openTail()
    if (this.#upstreamEnded || this.#head === heads.json) this.#endReply()
    else this.#resumeWhenReady()
  }

  #endReply(): void {
    // After the last image the tail of a stream may be cut too: harmless between two frames, within one it must show.
    if (!this.#writer.atBoundary) return void this.#cut()
    this.#closed = true
    this.#client.end()
  }

  #cut(): void {
    this.#client.cut()
    this.#close()
  }

  /** Before its answer began, the relay leaves no trace on the client: another attempt may serve it. */
  #leave(): void {
    if (this.#reader === null) this.#close()
    else this.#cut()
  }

  #close(): void {
    this.#closed = true
    this.#writer.clear()
    if (this.#ending === null) this.#settle('cut', 'aborted')
    this.#resumeWhenReady()
  }

  #send(bytes: Buffer, boundary: boolean): void {
    if (this.#closed) return
    this.#client.commit(this.#head)
    this.#client.write(bytes, boundary)
  }

  #mustPause(): boolean {
    if (this.#spool.lagging) return true
    return !this.#closed && (this.#writer.tailBytes > this.#limits.tailHoldBytes || this.#client.backlog() !== null)
  }

  #resumeWhenReady(): void {
    if (this.#resume === null) return
    const backlog = this.#closed ? null : this.#client.backlog()
    if (backlog) return void backlog.then(() => this.#resumeWhenReady())
    if (this.#mustPause()) return
    const resume = this.#resume
    this.#resume = null
    resume()
  }
}

async function relayImage({ file, canonical, origin }: FoundImage, index: number): Promise<RelayImage> {
  return { index, ...(await file.finish()), canonical, origin }
}
