import { basename } from 'node:path'
import { fp } from '../../primitives/fail-point.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { SealingKey } from '../../primitives/sealed-bytes.ts'
import {
  type AnsweredHead,
  type RelayImage,
  type RelayResult,
  SIDECAR_FORMAT,
  type SidecarEntry,
  SidecarFile,
  type SpooledImage,
} from '../../relay/index.ts'
import type { Logger } from '../../telemetry/index.ts'
import type { SidecarSubject } from './portable-run.ts'

/** Keeps the sidecars of the calls that this process makes, and knows which of them it is not done with. */
export class CallSidecars {
  readonly #folder: string
  readonly #key: SealingKey
  readonly #logger: Logger
  readonly #onFault: (error: unknown) => void
  readonly #open = new Set<string>()
  /** Calls that happened and could not be booked. */
  readonly #left = new Set<string>()

  /** @param options.onFault hears what the disk refused */
  constructor(options: { folder: string; key: SealingKey; logger: Logger; onFault?: (error: unknown) => void }) {
    this.#folder = options.folder
    this.#key = options.key
    this.#logger = options.logger
    this.#onFault = options.onFault ?? (() => undefined)
  }

  /** Where they are, and how they are opened. */
  get place(): { folder: string; key: SealingKey } {
    return { folder: this.#folder, key: this.#key }
  }

  /** How many calls of this process happened and wait to be booked. */
  get waiting(): number {
    return this.#left.size
  }

  /** True while this process has the call under way: nobody else settles it. */
  isOpen(attemptId: string): boolean {
    return this.#open.has(attemptId)
  }

  /** A call is about to be made. Nothing is written before upstream answers with success. */
  open(attemptId: string, subject: SidecarSubject): CallSidecar {
    this.#open.add(attemptId)
    const file = new SidecarFile({ folder: this.#folder, key: this.#key, attemptId })
    const failed = (error: unknown) => {
      this.#onFault(error)
      this.#logger.error({ attempt_id: attemptId, err: error }, 'what settles a call after a crash could not be written')
    }
    return new CallSidecar(file, subject, failed, (isBooked) => this.#ended(attemptId, isBooked))
  }

  /** Somebody came for a call that was left. */
  adopted(attemptId: string): void {
    this.#left.delete(attemptId)
  }

  #ended(attemptId: string, isBooked: boolean): void {
    this.#open.delete(attemptId)
    if (!isBooked) this.#left.add(attemptId)
  }
}

/**
 * Tells the disk what is needed to settle one call without this process. None of its methods rejects: where it cannot be written the call
 * goes on, and a crash leaves it as unknown as calls are without it.
 */
export class CallSidecar {
  readonly #file: SidecarFile
  readonly #subject: SidecarSubject
  readonly #failed: (error: unknown) => void
  readonly #onEnd: (isBooked: boolean) => void
  #isBegun = false
  #hasFailed = false

  constructor(file: SidecarFile, subject: SidecarSubject, failed: (error: unknown) => void, onEnd: (isBooked: boolean) => void) {
    this.#file = file
    this.#subject = subject
    this.#failed = failed
    this.#onEnd = onEnd
  }

  /** Upstream answered with success. Resolves when that is on disk. */
  begin(head: AnsweredHead): Promise<void> {
    this.#isBegun = true
    return this.#append({ kind: 'call', format: SIDECAR_FORMAT, subject: this.#subject, head })
  }

  /** A stream named its response. Resolves when that is on disk. */
  response(response: JsonObject): Promise<void> {
    return this.#append({ kind: 'response', response })
  }

  /** An image of the answer is flushed. */
  image(image: SpooledImage): void {
    void this.#append({ kind: 'image', image })
  }

  /** The answer is over. Resolves when another process could settle it as well as this one. */
  async complete(reply: RelayResult): Promise<void> {
    fp('sidecar_before_complete')
    const { images, partials, ...rest } = reply
    const named = { ...rest, images: images.map(withName), partials: { count: partials.count, images: partials.images.map(withName) } }
    await this.#append({ kind: 'end', reply: named })
    fp('sidecar_after_complete')
  }

  /** Nobody needs it any more, or the call could not be booked: then it stays for whoever tries next. */
  async end({ isBooked }: { isBooked: boolean }): Promise<void> {
    const stays = this.#isBegun && !isBooked && !this.#hasFailed
    if (stays) await this.#file.close()
    else if (this.#isBegun) await this.#file.remove()
    this.#onEnd(!stays)
  }

  async #append(entry: SidecarEntry): Promise<void> {
    if (this.#hasFailed) return
    try {
      await this.#file.append(entry)
    } catch (error) {
      if (!this.#hasFailed) this.#failed(error)
      this.#hasFailed = true
    }
  }
}

function withName({ path, ...image }: RelayImage) {
  return { ...image, file: path === null ? null : basename(path) }
}
