import type { Database, ObjectRow } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { ObjectHold, ObjectLocks } from './object-locks.ts'
import { namedBy } from './object-path.ts'
import { findObject } from './object-statements.ts'
import type { OutboxStore } from './outbox-store.ts'

/** How long bytes wait for whoever put them to record them, if it is not known that they were recorded before. */
export const FORGOTTEN_AFTER_MS = 10 * 60 * 1000

/** What a round over an outbox needs. */
export interface OutboxParts {
  db: Database
  locks: ObjectLocks
  clock: Clock
  /** Names of what is on disk of calls that are still to be booked: their pictures may be needed although nothing on record refers to them yet. */
  unbooked: () => Promise<readonly string[]>
}

/**
 * Rounds over an outbox. Each object is judged by its row, under its lock: what lives is delivered; what is unused or on its way out waits for
 * whoever removes it; what was on record and is not any more was removed by another process, and goes from here too. So what was deleted is never
 * delivered afterwards. Bytes without a row that were never seen on record are not delivered either; they may still be recorded.
 */
export class OutboxRounds {
  readonly #outbox: OutboxStore
  /** Paths that a round has seen on record. */
  readonly #recorded = new Set<string>()
  /** Since when rounds see paths that are not on record, and what was to be booked then. */
  readonly #unrecorded = new Map<string, { sinceMs: number; unbooked: readonly string[] }>()

  constructor(outbox: OutboxStore) {
    this.#outbox = outbox
  }

  /**
   * One round: delivers what waits, then makes the removals that could not be made, but for objects that were put again since.
   * @returns false where something was to be delivered and could not be
   */
  async run(parts: OutboxParts): Promise<boolean> {
    const isDelivered = await this.#outbox.deliver((path, deliver) =>
      underLock(parts, path, async (hold, row) => {
        if (row !== null) return this.#isWanted(path, row) ? deliver() : null
        if (await this.#isForgotten(parts, path)) {
          hold.assertHeld()
          await this.#outbox.remove(path)
          this.#leave(path)
        }
        return null
      }),
    )
    const waiting = new Set(this.#outbox.waitingPaths())
    for (const path of [...this.#recorded, ...this.#unrecorded.keys()]) if (!waiting.has(path)) this.#leave(path)
    for (const path of this.#outbox.pendingRemovals()) {
      await underLock(parts, path, async (hold, row) => {
        // A row that says so is removed by whoever removes its row; of one that lives the bytes were put again.
        if (row !== null && row.removing_since_ms === null) return this.#outbox.forgetRemoval(path)
        hold.assertHeld()
        await this.#outbox.retryRemoval(path)
      })
    }
    return isDelivered
  }

  #isWanted(path: string, row: ObjectRow): boolean {
    this.#recorded.add(path)
    this.#unrecorded.delete(path)
    return row.unused_since_ms === null
  }

  async #isForgotten({ clock, unbooked }: OutboxParts, path: string): Promise<boolean> {
    if (this.#recorded.has(path)) return true
    const before = this.#unrecorded.get(path)
    if (before === undefined) this.#unrecorded.set(path, { sinceMs: clock.monotonicMs(), unbooked: await unbooked() })
    if (before === undefined || clock.monotonicMs() - before.sinceMs < FORGOTTEN_AFTER_MS) return false
    const still = new Set(await unbooked())
    return !before.unbooked.some((name) => still.has(name))
  }

  #leave(path: string): void {
    this.#recorded.delete(path)
    this.#unrecorded.delete(path)
  }
}

/** @param work gets the row that says that the bytes lie there; null where none does */
function underLock<Result>(
  { db, locks }: OutboxParts,
  path: string,
  work: (hold: ObjectHold, row: ObjectRow | null) => Promise<Result>,
): Promise<Result> {
  const { sha256 } = namedBy(path)
  return locks.hold([sha256], async (hold) => {
    const row = await findObject(db, sha256)
    return work(hold, row?.path === path ? row : null)
  })
}
