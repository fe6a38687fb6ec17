import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'

/** How the bytes of a body go out. */
export interface WireShape {
  /** Break off after this many body bytes; Infinity = never. */
  cutAtByte: number
  /** Break off after this many frames; Infinity = never. */
  cutAfterFrames: number
  /** End a cut with a TCP reset instead of an ordinary close. */
  cutByReset: boolean
  /** null = as fast as the reader takes it. */
  bytesPerSecond: number | null
  /** Short parts byte by byte, long ones in odd pieces, each flushed alone. */
  split: boolean
}

/** The call is over before its answer was written: a script cut it, the client left, or the sandbox closes. */
export class CallOver extends Error {
  override readonly name = 'CallOver'
}

/** Steps a second a trickle is written in, as long as there is a byte for each. */
const TRICKLE_STEPS_PER_SECOND = 20
/** Below this length a part is text between pictures, the place where a scanner's borders are. */
const BYTEWISE_BELOW = 1024
/** Odd lengths that fall on every phase of base64's four, UTF-8's and SSE's borders in turn. */
const ODD_LENGTHS = [1, 2, 3, 5, 7, 13, 1021, 8191, 65_521] as const

/** Writes the body of one answer with back-pressure, in the shape a script asks for. */
export class WireWriter {
  readonly #response: ServerResponse
  readonly #shape: WireShape
  readonly #gone: AbortSignal
  #bodyBytes = 0
  #frames = 0

  /** @param gone fires when the client left or the sandbox closes. */
  constructor(response: ServerResponse, shape: WireShape, gone: AbortSignal) {
    this.#response = response
    this.#shape = shape
    this.#gone = gone
  }

  /**
   * Writes one part of the body.
   * @throws CallOver when the body was cut here or nobody listens any more.
   */
  async write(part: Buffer): Promise<void> {
    const left = this.#shape.cutAtByte - this.#bodyBytes
    const sent = part.length < left ? part : part.subarray(0, left)
    this.#bodyBytes += sent.length
    for (const piece of this.#pieces(sent)) await this.#writePiece(piece)
    if (this.#bodyBytes >= this.#shape.cutAtByte) await this.#breakOff()
  }

  /**
   * Marks the border of a frame.
   * @throws CallOver when the body was cut here.
   */
  async endFrame(): Promise<void> {
    this.#frames += 1
    if (this.#frames >= this.#shape.cutAfterFrames) await this.#breakOff()
  }

  /**
   * Ends the body.
   * @param missing bytes were announced that do not come: the connection is closed, as it cannot carry another answer.
   */
  end(missing: boolean): void {
    const { socket } = this.#response
    this.#response.end()
    if (missing) socket?.end()
  }

  *#pieces(part: Buffer): Generator<Buffer> {
    const { bytesPerSecond, split } = this.#shape
    let start = 0
    for (let step = 0; start < part.length; step += 1) {
      const length = bytesPerSecond !== null ? trickleLength(bytesPerSecond) : split ? splitLength(part.length, step) : part.length
      yield part.subarray(start, start + length)
      start += length
    }
  }

  async #writePiece(piece: Buffer): Promise<void> {
    if (this.#gone.aborted) throw new CallOver()
    const { bytesPerSecond, split } = this.#shape
    try {
      if (!this.#response.write(piece)) await once(this.#response, 'drain', { signal: this.#gone })
      if (bytesPerSecond !== null) await pause((1000 * piece.length) / bytesPerSecond, undefined, { signal: this.#gone })
      else if (split) await nextTurn()
    } catch (error) {
      throw this.#gone.aborted ? new CallOver() : error
    }
  }

  /** Lets what was written reach the wire, then drops the connection without the end a whole body has. */
  async #breakOff(): Promise<never> {
    const { socket } = this.#response
    this.#response.flushHeaders()
    await new Promise<void>((resolve) => {
      if (this.#gone.aborted || !socket) return resolve()
      socket.once('close', () => resolve())
      socket.write('', () => resolve())
    })
    if (this.#shape.cutByReset) socket?.resetAndDestroy()
    else socket?.destroy()
    throw new CallOver()
  }
}

function trickleLength(bytesPerSecond: number): number {
  return Math.max(1, Math.floor(bytesPerSecond / TRICKLE_STEPS_PER_SECOND))
}

function splitLength(partLength: number, step: number): number {
  return partLength < BYTEWISE_BELOW ? 1 : ODD_LENGTHS[step % ODD_LENGTHS.length]!
}
