import { failure } from '../contract/failure.ts'
import type { Clock } from '../primitives/clock.ts'
import type { ObjectStore } from '../store/index.ts'

const MIB = 1024 * 1024
const MEASURED_FOR_MS = 2000

/**
 * Free space below which no new picture is bought: room for what is under way (16 pictures of the largest kind, spooled)
 * and for the database to record it.
 */
export const MINIMUM_FREE_BYTES = 512 * MIB

/** Knows whether a picture could be kept if it were bought now. Asked before every reservation, measured at most every two seconds. */
export class StorageHealth {
  readonly #store: ObjectStore
  readonly #clock: Clock
  readonly #minimumFreeBytes: number
  #measured: { atMs: number; health: Promise<void> } | null = null

  constructor(store: ObjectStore, clock: Clock, minimumFreeBytes = MINIMUM_FREE_BYTES) {
    this.#store = store
    this.#clock = clock
    this.#minimumFreeBytes = minimumFreeBytes
  }

  /** @throws Failure `storage_full` or `storage_unavailable`: nothing may be sent upstream. */
  assertWritable(): Promise<void> {
    const nowMs = this.#clock.monotonicMs()
    if (this.#measured === null || nowMs - this.#measured.atMs > MEASURED_FOR_MS) this.#measured = { atMs: nowMs, health: this.#measure() }
    return this.#measured.health
  }

  async #measure(): Promise<void> {
    const { freeBytes } = await this.#store.checkWritable()
    if (freeBytes !== null && freeBytes < this.#minimumFreeBytes) {
      const free = Math.floor(freeBytes / MIB)
      throw failure('storage_full', {
        message: `Only ${free} MiB are free where pictures are kept, ${this.#minimumFreeBytes / MIB} MiB are needed. The call was not made and not charged; free space in the data folder.`,
      })
    }
  }
}
