import { hash } from 'node:crypto'
import { type BatchLine, type BatchLineOptions, BatchLineReading } from './batch-line-reading.ts'
import { isJsonSpace, LINE_FEED } from './byte-codes.ts'
import { ByteFinder } from './byte-finder.ts'

export type { BatchLine } from './batch-line-reading.ts'

/** How the output or error file of a batch is to be read. */
export type BatchFileOptions = BatchLineOptions

/** Ids that are remembered to know a line that comes again. */
const MOST_REMEMBERED = 200_000
const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/**
 * Reads the output or error file of a batch as its bytes come: each line's pictures go decoded and hashed to files of the spool, so that a
 * line of any length is read in bounded memory. Whatever stands in the file, a line is given or left out by rule and the next one is read:
 * blank ones are left out; one that cannot be read, or breaks off, is given with what is known of it, pictures that came in whole included.
 * Lines follow one another as they are asked for, and the pictures of one that were not moved away are gone when the next one is.
 * @throws whatever the source of the pieces throws; no file is left behind then
 */
export async function* readBatchLines(
  pieces: AsyncIterable<Buffer>,
  options: BatchFileOptions,
): AsyncGenerator<BatchLine, void, undefined> {
  const file = new BatchFile(options)
  try {
    for await (const piece of pieces) yield* file.take(piece)
    yield* file.finish()
  } finally {
    await file.discard()
  }
}

class BatchFile {
  readonly #options: BatchFileOptions
  readonly #lineFeeds = new ByteFinder(LINE_FEED)
  readonly #seen = new Set<string>()
  #number = 1
  /** How much of a mark of byte order stood at the beginning; its length once that is over. */
  #markBytes = 0
  #reading: BatchLineReading | null = null
  /** The rest of this line is of no use. */
  #isSkipping = false

  constructor(options: BatchFileOptions) {
    this.#options = options
  }

  async *take(piece: Buffer): AsyncGenerator<BatchLine, void, undefined> {
    let at = this.#behindMark(piece)
    while (at < piece.length) {
      const end = this.#lineFeeds.next(piece, at)
      at = this.#takeWithin(piece, at, end)
      await this.#reading?.caughtUp()
      if (this.#reading?.isOver) yield* this.#give('line_end')
      if (at < end || end === piece.length) continue
      if (this.#reading) yield* this.#give('line_end')
      at = end + 1
      this.#number += 1
      this.#isSkipping = false
    }
    this.#lineFeeds.forget()
  }

  /** The file is over. Its last line may lack its end. */
  async *finish(): AsyncGenerator<BatchLine, void, undefined> {
    if (this.#reading) yield* this.#give('file_end')
  }

  async discard(): Promise<void> {
    await this.#reading?.discard()
  }

  /** Reads on in a line. @returns where it stopped: behind an object, or at `end` */
  #takeWithin(piece: Buffer, from: number, end: number): number {
    let at = from
    if (this.#reading === null) {
      while (at < end && (this.#isSkipping || isJsonSpace(piece[at]!))) at++
      if (at === end) return end
      this.#reading = new BatchLineReading(this.#number, this.#options)
    }
    return this.#reading.feed(piece, at, end)
  }

  async *#give(why: 'line_end' | 'file_end'): AsyncGenerator<BatchLine, void, undefined> {
    const reading = this.#reading!
    this.#isSkipping = !reading.isWhole
    const line = await reading.end(why)
    yield { ...line, isRepeated: this.#isRepeated(line.customId) }
    await reading.discard()
    this.#reading = null
  }

  #isRepeated(customId: string | null): boolean {
    if (customId === null) return false
    const name = hash('sha256', customId, 'base64')
    if (this.#seen.has(name)) return true
    if (this.#seen.size < MOST_REMEMBERED) this.#seen.add(name)
    return false
  }

  /** Some programs begin a text with a mark of its byte order. */
  #behindMark(piece: Buffer): number {
    let at = 0
    while (at < piece.length && piece[at] === BYTE_ORDER_MARK[this.#markBytes]) {
      this.#markBytes += 1
      at++
    }
    if (at < piece.length) this.#markBytes = BYTE_ORDER_MARK.length
    return at
  }
}
