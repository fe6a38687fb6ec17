import { Failure, failure } from '../contract/failure.ts'
import type { Clock } from '../primitives/clock.ts'
import type { EmergencyReserve, ObjectStore } from '../store/index.ts'
import type { Logger, Metrics } from '../telemetry/index.ts'

const MIB = 1024 * 1024
const MEASURED_FOR_MS = 2000

/**
 * Free space below which no new picture is bought: room for what is under way (16 pictures of the largest kind, spooled)
 * and for the database to record it.
 */
export const MINIMUM_FREE_BYTES = 512 * MIB

/** What the health of storage is known by. */
export interface StorageHealthOptions {
  store: ObjectStore
  reserve: EmergencyReserve
  clock: Clock
  logger: Logger
  metrics: Metrics
  minimumFreeBytes?: number | undefined
}

/** Knows whether a picture could be kept if it were bought now. Asked before every reservation, measured at most every two seconds. */
export class StorageHealth {
  readonly #store: ObjectStore
  readonly #reserve: EmergencyReserve
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #metrics: Metrics
  /** Free space below which no call is made. */
  readonly minimumFreeBytes: number
  #measured: { atMs: number; health: Promise<void> } | null = null
  #isReadOnly = false

  constructor({ store, reserve, clock, logger, metrics, minimumFreeBytes = MINIMUM_FREE_BYTES }: StorageHealthOptions) {
    this.#store = store
    this.#reserve = reserve
    this.#clock = clock
    this.#logger = logger
    this.#metrics = metrics
    this.minimumFreeBytes = minimumFreeBytes
  }

  /** @throws Failure `storage_full` or `storage_unavailable`: nothing may be sent upstream. */
  async assertWritable(): Promise<void> {
    if (this.#isReadOnly) throw failure('storage_unavailable', { message: readOnlyWords, nextAction: 'human', shouldRetry: false })
    const nowMs = this.#clock.monotonicMs()
    if (this.#measured === null || nowMs - this.#measured.atMs > MEASURED_FOR_MS) this.#measured = { atMs: nowMs, health: this.#measure() }
    await this.#measured.health
  }

  /**
   * The disk is full and something that was paid for is to be written: gives the emergency reserve free. No new picture is bought until
   * there is room for both. Never rejects.
   */
  async makeRoom(): Promise<void> {
    if (this.#reserve.isLaid) this.#logger.error({}, 'the disk is full: the emergency reserve is given free, and no new calls are taken')
    this.#measured = null
    await this.#reserve.free()
  }

  /**
   * Hears of everything that the disk refused. When it failed, as against being full, nothing more is bought until the process is started
   * again: a flush that failed once may report success the next time although the bytes are gone (https://lwn.net/Articles/752063/).
   */
  noteFault(code: string | null): void {
    if (code !== 'EIO' || this.#isReadOnly) return
    this.#isReadOnly = true
    this.#metrics.storageReadOnly()
    this.#logger.error({}, 'the disk failed while bytes were written: no new calls are taken until the next start')
  }

  async #measure(): Promise<void> {
    const { freeBytes } = await this.#store.checkWritable().catch((error: unknown) => {
      this.noteFault(faultCode(error))
      throw error
    })
    const missingBytes = this.#reserve.missingBytes
    const neededBytes = this.minimumFreeBytes + missingBytes
    if (freeBytes !== null && freeBytes < neededBytes) {
      const free = Math.floor(freeBytes / MIB)
      throw failure('storage_full', {
        message: `Only ${free} MiB are free where pictures are kept, ${Math.ceil(neededBytes / MIB)} MiB are needed. The call was not made and not charged; free space in the data folder.`,
      })
    }
    if (missingBytes > 0) void this.#reserve.lay()
  }
}

const readOnlyWords =
  'The disk failed while bytes were written, so nothing more is bought until this server is started again. The call was not made and not charged; examine the disk.'

/** The system's code behind a failure of the store; null when there is none. */
export function faultCode(error: unknown): string | null {
  const cause = error instanceof Failure ? error.cause : error
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? null
}
