import { Dicer } from '@fastify/busboy'
import { Failure, failure } from '../contract/failure.ts'
import { malformed, type PartHead, type PartHeaders, readPartHead } from './part-head.ts'

/** RFC 2046, section 5.1.1. */
const LONGEST_BOUNDARY = 70
/** What readers count instead of what a part keeps unread: the pace is ours, see `FormReader.feed`. */
const NO_MARK = Number.MAX_SAFE_INTEGER

/** Bounds of the heads of a form's parts. */
export interface FormLimits {
  parts: number
  headerPairs: number
  headerBytes: number
}

/** Takes one part: its head and its content, which must be read to its end. The next part comes when the promise resolves. */
export type TakePart = (head: PartHead, content: AsyncIterable<Buffer>) => Promise<void>

/**
 * Reads a multipart form (RFC 7578) part by part, in their order. The body is read as fast as `takePart` takes what it holds.
 * Text before the first boundary and after the last is passed over. A body without any part but with its last boundary is an empty form.
 * @param boundary the parameter of the request's Content-Type
 * @throws Failure `invalid_multipart`, `invalid_encoding` or `too_many_parts`, or whatever the pieces or `takePart` throw
 */
export async function readForm(
  pieces: AsyncIterable<Buffer>,
  boundary: string | undefined,
  limits: FormLimits,
  takePart: TakePart,
): Promise<void> {
  if (!boundary) throw malformed('its Content-Type names no boundary; let the HTTP library write that header')
  if (boundary.length > LONGEST_BOUNDARY) throw malformed(`its boundary is longer than ${LONGEST_BOUNDARY} characters`)
  const reader = new FormReader(boundary, limits)
  const feeding = reader.feed(pieces).catch((error: unknown) => reader.fail(error))
  const taking = reader.take(takePart).catch((error: unknown) => reader.fail(error))
  await Promise.all([feeding, taking])
  if (reader.failure) throw reader.failure.error
}

interface OpenPart {
  head: PartHead
  stream: Dicer.PartStream
}

/**
 * Two loops over one parser: `feed` gives it the body, `take` takes parts out. A piece is fed when everything that the pieces before it
 * brought was taken, so no more than one piece waits in memory.
 */
class FormReader {
  failure: { error: unknown } | null = null
  readonly #parser: Dicer
  readonly #limits: FormLimits
  readonly #waiting: OpenPart[] = []
  #reading: Dicer.PartStream | null = null
  #parts = 0
  /** A part began and its head is not complete. */
  #headless = false
  #complete = false
  #change = Promise.withResolvers<void>()

  constructor(boundary: string, limits: FormLimits) {
    this.#limits = limits
    const config = { boundary, maxHeaderPairs: limits.headerPairs + 1, partHwm: NO_MARK }
    this.#parser = new Dicer(config)
    this.#parser.on('part', (part) => this.#begin(part))
    this.#parser.on('error', () => this.fail(malformed('it ends before its last boundary, or its boundary is another one')))
    this.#parser.on('finish', () => this.#finish())
  }

  /** The first failure counts; both loops end. */
  fail(error: unknown): void {
    this.failure ??= { error }
    this.#reading?.destroy()
    this.#changed()
  }

  async feed(pieces: AsyncIterable<Buffer>): Promise<void> {
    for await (const piece of pieces) {
      if (this.failure) return
      if (this.#complete) continue
      await this.#feedPiece(piece)
    }
    if (!this.#complete && !this.failure) this.#parser.end()
  }

  async take(takePart: TakePart): Promise<void> {
    for (;;) {
      while (this.#waiting.length === 0 && !this.#complete && !this.failure) await this.#change.promise
      const part = this.#waiting[0]
      if (!part || this.failure) return
      this.#reading = part.stream
      await takePart(part.head, this.#contentOf(part.stream))
      this.#waiting.shift()
      this.#changed()
    }
  }

  /** A parser whose part was given up keeps its piece for ever, so that is not all that is waited for. */
  async #feedPiece(piece: Buffer): Promise<void> {
    let isParsed = false
    this.#parser.write(piece, () => {
      isParsed = true
      this.#changed()
    })
    while ((!isParsed || this.#unread() > 0) && !this.failure) await this.#change.promise
  }

  async *#contentOf(stream: Dicer.PartStream): AsyncGenerator<Buffer> {
    for await (const piece of stream) {
      this.#changed()
      yield piece as Buffer
    }
  }

  #begin(part: Dicer.PartStream): void {
    // The parser tells of a body that is cut here as well, before anyone listens.
    part.on('error', () => undefined)
    if (this.#headless) this.fail(headless())
    this.#headless = true
    this.#parts++
    if (this.#parts > this.#limits.parts) this.fail(tooManyParts(this.#limits.parts))
    part.once('header', (headers) => this.#beginContent(part, headers as PartHeaders))
  }

  #beginContent(stream: Dicer.PartStream, headers: PartHeaders): void {
    this.#headless = false
    const head = exceeds(headers, this.#limits) ? malformed('the head of a part is too long') : readPartHead(headers)
    if (head instanceof Failure) return void this.fail(head)
    this.#waiting.push({ head, stream })
    this.#changed()
  }

  #finish(): void {
    if (this.#headless) this.fail(headless())
    this.#complete = true
    this.#changed()
  }

  #unread(): number {
    return this.#waiting.reduce((sum, { stream }) => sum + stream.readableLength, 0)
  }

  #changed(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers<void>()
  }
}

const headless = () => malformed('a part has no complete head')

function tooManyParts(most: number): Failure {
  return failure('too_many_parts', {
    message: `The form has more than ${most} parts. Nothing was sent or charged; send the fields the endpoint knows.`,
  })
}

function exceeds(headers: PartHeaders, limits: FormLimits): boolean {
  const lines = Object.entries(headers).flatMap(([name, values]) => values.map((value) => name.length + value.length))
  return lines.length > limits.headerPairs || lines.reduce((sum, length) => sum + length, 0) > limits.headerBytes
}
