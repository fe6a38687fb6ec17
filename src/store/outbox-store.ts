import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { Failure, failure } from '../contract/failure.ts'
import { firstThatHas } from './first-that-has.ts'
import { FolderStore } from './folder-store.ts'
import { objectsNamedIn } from './object-files.ts'
import { namedBy } from './object-path.ts'
import type { AddressedObject, ByteRange, ObjectStore, SpooledObject, StoredObject } from './object-store.ts'
import { RemovalNotes } from './removal-notes.ts'

/** How long a put waits for the bucket; an answer that is settled waits for the put. */
const PROMPTLY_MS = 4_000
/** After a failure nobody waits for the store for so long: rounds find out when it is back. */
const REST_MS = 5_000

/** A store elsewhere, with connections that can be closed. */
export interface DistantStore extends ObjectStore {
  /** As `put`, but the file stays where it is. */
  send(object: SpooledObject): Promise<StoredObject>
  close(): void
}

/**
 * Whether an object that waits is to be delivered now, and under which lock: runs `deliver` and says what that said, or does not, and says null.
 */
export type DeliveryGuard = (path: string, deliver: () => Promise<boolean>) => Promise<boolean | null>

/**
 * A store elsewhere with an outbox in front of it on this machine. Bytes are whole and flushed in the outbox before they are sent, and leave it when
 * the store is known to have them: while it cannot be reached, nothing that was paid for is lost. Until then they are read from the outbox.
 * Removals that could not be made are noted and made later. Whoever puts, removes and delivers holds the lock of the object; only a delivery that its
 * put did not wait for goes on without, and so leaves the bytes in the outbox for a round that holds it.
 */
export class OutboxStore implements ObjectStore {
  readonly #distant: DistantStore
  readonly #landed: FolderStore
  readonly #removals: RemovalNotes
  readonly #waiting: Set<string>
  readonly #deliveries = new Map<string, Promise<StoredObject | null>>()
  #restUntilMs = Number.NEGATIVE_INFINITY
  #closed = false

  private constructor(distant: DistantStore, landed: FolderStore, removals: RemovalNotes, waiting: Set<string>) {
    this.#distant = distant
    this.#landed = landed
    this.#removals = removals
    this.#waiting = waiting
  }

  /** Opens the outbox and counts what an earlier process left in it. @throws `Failure('storage_full' | 'storage_unavailable')` */
  static async open(folder: string, distant: DistantStore): Promise<OutboxStore> {
    const objects = join(folder, 'objects')
    const landed = await FolderStore.open(objects, { name: distant.name, flat: true })
    const removals = await RemovalNotes.open(join(folder, 'removals'))
    return new OutboxStore(distant, landed, removals, new Set(await objectsNamedIn(objects)))
  }

  get name(): string {
    return this.#distant.name
  }

  get names(): readonly string[] {
    return this.#distant.names
  }

  /** How many objects are still to be delivered. */
  get waiting(): number {
    return this.#waiting.size
  }

  async put(object: SpooledObject): Promise<StoredObject> {
    const landed = await this.#landed.put(object)
    await this.#removals.forget(landed.path)
    this.#waiting.add(landed.path)
    const there = performance.now() < this.#restUntilMs ? null : await this.#promptly(landed.path)
    // Where the disk does not let them go now, a round does.
    if (there) await this.#arrived(landed.path).catch(() => undefined)
    return { ...landed, existed: landed.existed || (there?.existed ?? true) }
  }

  async open(path: string, range?: ByteRange): Promise<Readable> {
    const found = await firstThatHas(this.#places(path), (store) => store.open(path, range))
    if (!found) throw failure('object_missing')
    return found
  }

  stat(path: string): Promise<{ bytes: number } | null> {
    return firstThatHas(this.#places(path), (store) => store.stat(path))
  }

  examine(path: string): Promise<{ sha256: string; bytes: number } | null> {
    return firstThatHas(this.#places(path), (store) => store.examine(path))
  }

  async address(object: AddressedObject): Promise<string | null> {
    if (this.#waiting.has(object.path) || this.#removals.has(object.path)) return null
    return (await this.#distant.address?.(object)) ?? null
  }

  /** Resolves when the object is gone for every reader; where the store could not be told now, it is told later. */
  async remove(path: string): Promise<void> {
    await this.#landed.remove(path)
    this.#waiting.delete(path)
    // What is on its way would arrive behind a removal that is sent now.
    const isLater = this.#deliveries.has(path) || performance.now() < this.#restUntilMs
    if (isLater || !(await this.#isRemovedThere(path))) await this.#removals.add(path)
  }

  async checkWritable(): Promise<{ freeBytes: number }> {
    const here = await this.#landed.checkWritable()
    await this.#distant.checkWritable()
    return here
  }

  /**
   * One round: delivers what waits, and ends early where the store cannot be reached.
   * @returns false where something was to be delivered and could not be
   */
  async deliver(guard: DeliveryGuard = (_path, deliver) => deliver()): Promise<boolean> {
    let isDelivered = true
    for (const path of [...this.#waiting]) {
      if (this.#closed) return isDelivered
      const isThere = await guard(path, () => this.#deliverWaiting(path))
      if (isThere !== false) continue
      isDelivered = false
      if (!(await this.#isReachable())) break
    }
    return isDelivered
  }

  /** Paths of objects that are still to be delivered. */
  waitingPaths(): string[] {
    return [...this.#waiting]
  }

  /** Paths of objects that are still to be removed. */
  pendingRemovals(): string[] {
    return this.#removals.paths().filter((path) => !this.#deliveries.has(path))
  }

  /** Tries again to remove an object that nothing refers to. */
  async retryRemoval(path: string): Promise<void> {
    if (await this.#isRemovedThere(path)) await this.#removals.forget(path)
  }

  /** Somebody refers to the object again. */
  forgetRemoval(path: string): Promise<void> {
    return this.#removals.forget(path)
  }

  /** Breaks off what is under way; what waits is left to the next start. */
  close(): void {
    this.#closed = true
    this.#distant.close()
  }

  async #isRemovedThere(path: string): Promise<boolean> {
    try {
      await this.#distant.remove(path)
      return true
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      this.#restUntilMs = performance.now() + REST_MS
      return false
    }
  }

  #places(path: string): ObjectStore[] {
    return this.#removals.has(path) ? [this.#landed] : [this.#landed, this.#distant]
  }

  async #promptly(path: string): Promise<StoredObject | null> {
    const ending = new AbortController()
    const late = wait(PROMPTLY_MS, null, { signal: ending.signal, ref: false }).catch(() => null)
    const first = await Promise.race([this.#deliver(path), late])
    ending.abort()
    return first
  }

  /** @returns false where it still waits */
  async #deliverWaiting(path: string): Promise<boolean> {
    if (await this.#deliver(path)) await this.#arrived(path)
    return !this.#waiting.has(path)
  }

  /** The store is known to have it, and nobody can have removed it since. */
  async #arrived(path: string): Promise<void> {
    await this.#landed.remove(path)
    this.#waiting.delete(path)
  }

  /** One delivery of an object at a time. Never rejects; null when the store did not take it, or there is nothing to deliver any more. */
  #deliver(path: string): Promise<StoredObject | null> {
    const underWay = this.#deliveries.get(path)
    if (underWay) return underWay
    const delivery = this.#send(path).finally(() => this.#deliveries.delete(path))
    this.#deliveries.set(path, delivery)
    return delivery
  }

  async #send(path: string): Promise<StoredObject | null> {
    try {
      if ((await this.#landed.stat(path)) === null) {
        this.#waiting.delete(path)
        return null
      }
      const there = await this.#distant.send({ spoolPath: this.#landed.fileOf(path), ...namedBy(path) })
      this.#restUntilMs = Number.NEGATIVE_INFINITY
      return there
    } catch {
      // The failure is told by `checkWritable`, whose answer decides whether anything new is bought.
      this.#restUntilMs = performance.now() + REST_MS
      return null
    }
  }

  #isReachable(): Promise<boolean> {
    return this.#distant.checkWritable().then(
      () => true,
      () => false,
    )
  }
}
