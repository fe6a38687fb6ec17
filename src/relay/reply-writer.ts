import { Gate } from './gate.ts'
import type { OutlineRecorder } from './reply-outline.ts'

const NOTHING = Buffer.alloc(0)

/** Where the writer hands bytes on: `boundary` is true when a reader who has all of them stands between two frames. */
export type PutBytes = (bytes: Buffer, boundary: boolean) => void

/**
 * Turns upstream's pieces into the canonical reply. Bytes pass untouched and uncopied unless a reader drops or inserts some.
 * They go through two gates: `frame` keeps the beginning of a frame until it is known to be passed on,
 * `tail` keeps the end of the reply until the images are on record.
 */
export class ReplyWriter<Image> {
  readonly outline: OutlineRecorder<Image>
  readonly #put: PutBytes
  readonly #frameHoldBytes: number
  readonly #tail = new Gate((bytes) => this.#batch.push(bytes))
  readonly #frame = new Gate((bytes) => this.#tail.pass(bytes))
  #batch: Buffer[] = []
  #piece: Buffer = NOTHING
  #cursor = 0
  #boundary = true

  /** @param frameHoldBytes a frame that is longer than this without an image flows before its end is known */
  constructor(put: PutBytes, outline: OutlineRecorder<Image>, frameHoldBytes: number) {
    this.#put = put
    this.outline = outline
    this.#frameHoldBytes = frameHoldBytes
    this.#frame.shut()
  }

  /** True when everything that got through the frame gate ends between two frames. */
  get atBoundary(): boolean {
    return this.#boundary
  }

  /** Bytes behind the tail gate. */
  get tailBytes(): number {
    return this.#tail.heldBytes
  }

  /** Starts on a piece; offsets below mean this piece. */
  startPiece(piece: Buffer): void {
    this.#piece = piece
    this.#cursor = 0
  }

  /** Everything before `offset` that was not dropped belongs to the reply. */
  passTo(offset: number): void {
    if (offset <= this.#cursor) return
    this.#emit(this.#piece.subarray(this.#cursor, offset))
    this.#cursor = offset
  }

  /** Passes what stands before `from` and leaves out `[from, to)`. */
  drop(from: number, to: number): void {
    this.passTo(from)
    this.#cursor = to
  }

  /** Adds bytes that upstream spelled otherwise. */
  insert(bytes: Buffer): void {
    this.#emit(bytes)
  }

  /** Passes the rest of the piece and hands everything on that no gate keeps. */
  endPiece(): void {
    this.passTo(this.#piece.length)
    this.#piece = NOTHING
    this.#cursor = 0
    this.flush()
  }

  /** Leaves the rest of the piece and an unfinished frame's beginning out; what was passed before still goes. */
  abandonPiece(): void {
    this.#piece = NOTHING
    this.#cursor = 0
    this.#frame.clear()
    this.flush()
  }

  /** The frame is certain to be passed on although its end has not come: it flows from here. */
  openFrame(): void {
    this.#boundary = false
    this.#frame.open()
  }

  /** The frame is over and is passed on; the next one is kept again. */
  endFrame(): void {
    this.#frame.open()
    this.#frame.shut()
    this.#boundary = true
  }

  /** The frame is over and is not passed on, as far as it did not flow before its end. */
  dropFrame(): void {
    this.#frame.clear()
    this.endFrame()
  }

  /** The reply's tail begins: hands on what stands before it and keeps the rest. */
  shutTail(): void {
    this.flush()
    this.#tail.shut()
  }

  /** Lets the tail go. */
  openTail(): void {
    this.#tail.open()
    this.flush()
  }

  /** Forgets everything that a gate keeps. */
  clear(): void {
    this.#frame.clear()
    this.#tail.clear()
  }

  /** Hands on what is ready as one buffer; copies only when the reply differs from the piece or a gate was opened. */
  flush(): void {
    const batch = this.#batch
    if (batch.length === 0) return
    this.#batch = []
    this.#put(batch.length === 1 ? batch[0]! : Buffer.concat(batch), this.#boundary)
  }

  #emit(bytes: Buffer): void {
    this.outline.bytes(bytes)
    this.#frame.pass(bytes)
    if (this.#frame.heldBytes > this.#frameHoldBytes) this.openFrame()
  }
}
