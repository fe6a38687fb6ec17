import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { bodyPath, haveTheirPlaces, isWithin, outlineOf, type PlacedImage } from './batch-line-outline.ts'
import { ImageString } from './image-string.ts'
import type { JsonStep } from './json-place.ts'
import { JsonScanner, type ScanListener } from './json-scanner.ts'
import { findSpans, placeName, type Span } from './json-spans.ts'
import { type MalformedCause, MalformedReply } from './malformed-reply.ts'
import { defaultRelayLimits, type RelayLimits } from './relay-options.ts'
import type { RelayImage, RelayResult } from './relay-result.ts'
import { Spool } from './spool.ts'
import type { SpoolFile } from './spool-file.ts'

/** How a line is to be read. */
export interface BatchLineOptions {
  /** JSON members whose string value is an image in base64, e.g. `['b64_json']`. At most 32. */
  imageKeys: readonly string[]
  spoolFolder: string
  /** Beginning of the spool's file names; unique in the folder. */
  spoolName: string
  limits?: Partial<Pick<RelayLimits, 'skeletonBytes' | 'depth' | 'imageBytes' | 'images' | 'spoolLagBytes'>>
  /** The disk is full: resolves when as much room was made as can be. What was to be written is then tried once more. */
  makeRoom?(): Promise<void>
}

/** A line of a batch's output or error file. */
export interface BatchLine {
  /** Of the line in the file, from 1, blank ones counted. */
  number: number
  /** Null when it could not be read, or is no text. */
  customId: string | null
  /** A line with this id stood before it in the file. */
  isRepeated: boolean
  /** Of the response; null when there is none, or it could not be read. */
  statusCode: number | null
  requestId: string | null
  /** What upstream says in place of a response. */
  error: { code: string | null; message: string | null } | null
  /**
   * The body of the response as settling needs it, its pictures in the spool until the next line is asked for: as if it had come as the JSON
   * answer of one call. Null for a line that says it has no response. Of a line that broke, what came of it.
   */
  reply: RelayResult | null
}

const nobodysBytes = { drop() {}, insert() {} }
/** Values that say whose line it is and what became of it, whatever else of the line can be read. */
const scalarPlaces = {
  customId: placeName(['custom_id']),
  statusCode: placeName(['response', 'status_code']),
  requestId: placeName(['response', 'request_id']),
}
const MAX_MESSAGE_LENGTH = 2_000

interface LineImage extends PlacedImage {
  file: SpoolFile
  canonical: boolean
}

/** Reads one line. What is no image where one is expected spoils the answer, but not the rest of the line. */
export class BatchLineReading implements ScanListener {
  readonly #number: number
  readonly #depth: number
  readonly #spool: Spool
  readonly #imageString = new ImageString(nobodysBytes, undefined, 'skip')
  readonly #scanner: JsonScanner
  /** Those that came in whole. */
  readonly #images: LineImage[] = []
  readonly #mostImages: number
  #begun = 0
  /** Null while no image is read, or one that nobody wants. */
  #current: LineImage | null = null
  #bytes = 0
  #failure: MalformedCause | null = null
  #isStuck = false
  #progressMade: PromiseWithResolvers<void> | null = null

  constructor(number: number, options: BatchLineOptions) {
    const { skeletonBytes, depth, imageBytes, images, spoolLagBytes } = { ...defaultRelayLimits, ...options.limits }
    this.#number = number
    this.#depth = depth
    this.#mostImages = images
    this.#spool = new Spool(
      options.spoolFolder,
      `${options.spoolName}-${number}`,
      { imageBytes, images, lagBytes: spoolLagBytes },
      { onProgress: () => this.#progress(), ...(options.makeRoom && { makeRoom: options.makeRoom }) },
    )
    // Half of the room is for texts: a long one is left out, and the line can still say whose it is.
    const limits = { skeletonBytes, depth, textBytes: Math.floor(skeletonBytes / 2) }
    this.#scanner = new JsonScanner(options.imageKeys, this, this.#imageString, limits)
  }

  /** True when nothing more of the line is needed: its object is closed, or it cannot be read on. */
  get isOver(): boolean {
    return this.#scanner.closed || this.#isStuck
  }

  /** True when its object was closed. */
  get isWhole(): boolean {
    return this.#scanner.closed
  }

  /** Reads `[from, to)` of a piece. @returns the offset behind the object once it is closed, else `to` */
  feed(piece: Buffer, from: number, to: number): number {
    let at = to
    try {
      at = this.#scanner.feed(piece, from, to)
    } catch (error) {
      if (!(error instanceof MalformedReply)) throw error
      this.#failure ??= error.reason
      this.#isStuck = true
    }
    this.#bytes += at - from
    return at
  }

  /** Resolves when the disk is not behind. */
  async caughtUp(): Promise<void> {
    while (this.#spool.lagging) {
      this.#progressMade ??= Promise.withResolvers<void>()
      await this.#progressMade.promise
    }
  }

  /** The line is over, or the file is. Resolves when its pictures are flushed. */
  async end(why: 'line_end' | 'file_end'): Promise<Omit<BatchLine, 'isRepeated'>> {
    this.#spool.discardIncomplete()
    const isWhole = this.#scanner.closed
    if (!isWhole && why === 'line_end') this.#failure ??= 'document_not_closed'
    if (this.#scanner.isAbridged) this.#failure ??= 'skeleton_too_large'
    const line = isWhole ? this.#parsed() : null
    const skeleton = this.#scanner.skeletonSoFar()
    const spans = findSpans(skeleton, this.#depth, (path) => this.#isLookedFor(path))
    const scalar = (place: string) => valueAt(skeleton, spans.get(place))
    const customId = scalar(scalarPlaces.customId)
    const statusCode = scalar(scalarPlaces.statusCode)
    const requestId = scalar(scalarPlaces.requestId)
    return {
      number: this.#number,
      customId: typeof customId === 'string' ? customId : null,
      statusCode: Number.isSafeInteger(statusCode) ? (statusCode as number) : null,
      requestId: typeof requestId === 'string' ? requestId : null,
      error: line && errorOf(line),
      reply: line !== null && line['response'] == null ? null : await this.#reply(line, skeleton, spans),
    }
  }

  /** Removes every file that still stands at its path. Never rejects. */
  discard(): Promise<void> {
    return this.#spool.discard()
  }

  imageBegins(_offset: number, path: readonly JsonStep[]): SpoolFile | null {
    if (!isWithin(path, bodyPath)) return null
    if (this.#begun === this.#mostImages) {
      this.#failure ??= 'too_many_images'
      return null
    }
    this.#begun += 1
    this.#current = { file: this.#spool.open(), path: [...path], canonical: false }
    return this.#current.file
  }

  imageEnds(): void {
    const image = this.#current
    this.#current = null
    if (!image) return
    const { broken, untouched } = this.#imageString
    if (broken) {
      this.#failure ??= broken.reason
      void image.file.discard()
    } else {
      this.#images.push({ ...image, canonical: untouched })
      void image.file.finish()
    }
  }

  /** @returns null for what is no JSON after all */
  #parsed(): JsonObject | null {
    try {
      return this.#scanner.document()
    } catch (error) {
      if (!(error instanceof MalformedReply)) throw error
      this.#failure ??= error.reason
      return null
    }
  }

  async #reply(line: JsonObject | null, skeleton: Buffer, spans: ReadonlyMap<string, Span>): Promise<RelayResult> {
    const body = line && bodyOf(line)
    const outline = line && this.#failure === null && haveTheirPlaces(line, this.#images) ? outlineOf(skeleton, spans, this.#images) : null
    if (line && this.#failure === null && outline === null) this.#failure = 'duplicate_image'
    const images = await Promise.all(this.#images.map(relayImage))
    const documents = body && this.#failure === null ? [body] : []
    return {
      ...this.#ending(line),
      images,
      partials: { count: 0, images: [] },
      documents,
      errorFrame: documents.find((document) => document['error'] != null) ?? null,
      bytesReceived: this.#bytes,
      outline: this.#failure === null ? (outline ?? []) : [],
      response: null,
    }
  }

  #ending(line: JsonObject | null): Pick<RelayResult, 'ended' | 'cause'> {
    if (this.#failure !== null) return { ended: 'malformed', cause: this.#failure }
    return line ? { ended: 'whole', cause: null } : { ended: 'cut', cause: 'connection_cut' }
  }

  #isLookedFor(path: readonly JsonStep[]): boolean {
    if (path.length <= 2) return path[0] === 'custom_id' || path[0] === 'response'
    return this.#images.some((image) => image.path.length === path.length && isWithin(path, image.path))
  }

  #progress(): void {
    this.#progressMade?.resolve()
    this.#progressMade = null
  }
}

async function relayImage({ file, canonical }: LineImage, index: number): Promise<RelayImage> {
  return { index, ...(await file.finish()), canonical, origin: null }
}

function bodyOf({ response }: JsonObject): JsonObject | null {
  const body = isJsonObject(response) ? (response['body'] ?? null) : null
  return isJsonObject(body) ? body : null
}

function errorOf({ error }: JsonObject): BatchLine['error'] {
  if (!isJsonObject(error)) return null
  const { code, message } = error
  return {
    code: typeof code === 'string' ? code.slice(0, MAX_MESSAGE_LENGTH) : null,
    message: typeof message === 'string' ? message.slice(0, MAX_MESSAGE_LENGTH) : null,
  }
}

function valueAt(text: Buffer, span: Span | undefined): JsonValue | undefined {
  try {
    return span && (JSON.parse(text.toString('utf8', span.from, span.to)) as JsonValue)
  } catch {
    return undefined
  }
}
