import { Readable } from 'node:stream'
import { Failure, failure } from '../contract/failure.ts'

/** A request as far as reading its body goes. */
export interface BodySource {
  /** Its Content-Type header. */
  contentType: string | undefined
  /** Its Content-Length; null where it announces none. */
  contentLength: number | null
  body: Readable | AsyncIterable<Uint8Array>
}

/**
 * A body on its way in, bounded and cancellable. Whoever stops reading leaves the connection as it is: the refusal is still to be written
 * to it.
 */
export class RequestBody implements AsyncIterable<Buffer> {
  readonly #pieces: AsyncIterator<Uint8Array>
  readonly #mostBytes: number
  readonly #signal: AbortSignal | undefined
  #received = 0
  /** Nothing more can or shall be read. */
  #ended = false

  /** @throws Failure `body_too_large` when it announces more, before any of it is read */
  constructor({ body, contentLength }: BodySource, mostBytes: number, signal?: AbortSignal) {
    if (contentLength !== null && contentLength > mostBytes) throw tooLarge(mostBytes)
    const pieces = body instanceof Readable ? body.iterator({ destroyOnReturn: false }) : body
    this.#pieces = pieces[Symbol.asyncIterator]()
    this.#mostBytes = mostBytes
    this.#signal = signal
  }

  /** The pieces as they come. A loop over them may be left and taken up again. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return { next: () => this.#next() }
  }

  /**
   * Reads what is left and throws it away: many clients read an answer only when they have written everything.
   * Stops early where the body breaks off or grows beyond its bound. Never rejects.
   */
  async drop(): Promise<void> {
    try {
      for await (const piece of this) void piece
    } catch {
      await this.close()
    }
  }

  /** Takes the hands off the source. */
  async close(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    // A source that is still waiting for its next piece would make this wait too.
    void this.#pieces.return?.().catch(() => undefined)
  }

  async #next(): Promise<IteratorResult<Buffer>> {
    if (this.#ended) return { done: true, value: undefined }
    const { done, value } = await this.#orAborted(() => this.#pieces.next())
    if (done) {
      this.#ended = true
      return { done: true, value: undefined }
    }
    this.#received += value.length
    if (this.#received > this.#mostBytes) throw await this.#stop(tooLarge(this.#mostBytes))
    return { done: false, value: asBuffer(value) }
  }

  async #orAborted<T>(work: () => Promise<T>): Promise<T> {
    const { promise: aborted, reject } = Promise.withResolvers<never>()
    const abort = () => reject(this.#signal?.reason)
    this.#signal?.addEventListener('abort', abort, { once: true })
    try {
      this.#signal?.throwIfAborted()
      return await Promise.race([work(), aborted])
    } catch (error) {
      throw await this.#stop(error instanceof Failure ? error : failure('request_aborted', { cause: error }))
    } finally {
      this.#signal?.removeEventListener('abort', abort)
    }
  }

  async #stop(why: Failure): Promise<Failure> {
    await this.close()
    return why
  }
}

function tooLarge(mostBytes: number): Failure {
  return failure('body_too_large', {
    message: `The body is larger than ${mostBytes} bytes. It was not read to its end and nothing was charged; send fewer or smaller images.`,
  })
}

function asBuffer(piece: Uint8Array): Buffer {
  return Buffer.isBuffer(piece) ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
}
