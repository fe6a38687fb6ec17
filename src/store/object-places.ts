import { rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { failure } from '../contract/failure.ts'
import { firstThatHas } from './first-that-has.ts'
import { objectPath } from './object-path.ts'
import type { AddressedObject, ByteRange, ObjectStore, SpooledObject, StoredObject } from './object-store.ts'

/**
 * The objects of a gateway that has moved on to another store: what is new goes there, what was kept before stays where it is and can be read and
 * removed. Which of the two has an object is found by its name, which is its hash; `objects.store` says the same.
 */
export class ObjectPlaces implements ObjectStore {
  readonly #before: ObjectStore
  readonly #now: ObjectStore

  /** @param before a store that is quick to say what it lacks: it is asked first */
  constructor({ before, now }: { before: ObjectStore; now: ObjectStore }) {
    this.#before = before
    this.#now = now
  }

  get name(): string {
    return this.#now.name
  }

  get names(): readonly string[] {
    return [...this.#before.names, ...this.#now.names]
  }

  /** Bytes that were kept before stay there, sound as they are; damaged ones are replaced there too, where their row says they lie. */
  async put(object: SpooledObject): Promise<StoredObject> {
    const path = objectPath(object.sha256, object.extension)
    const found = await this.#before.stat(path)
    if (found === null) return this.#now.put(object)
    const isSound = (await this.#before.examine(path))?.sha256 === object.sha256
    if (!isSound) return { ...(await this.#before.put(object)), existed: true }
    await rm(object.spoolPath, { force: true })
    return { store: this.#before.name, path, bytes: found.bytes, existed: true }
  }

  async open(path: string, range?: ByteRange): Promise<Readable> {
    const found = await firstThatHas(this.#both, (store) => store.open(path, range))
    if (!found) throw failure('object_missing')
    return found
  }

  stat(path: string): Promise<{ bytes: number } | null> {
    return firstThatHas(this.#both, (store) => store.stat(path))
  }

  examine(path: string): Promise<{ sha256: string; bytes: number } | null> {
    return firstThatHas(this.#both, (store) => store.examine(path))
  }

  async address(object: AddressedObject): Promise<string | null> {
    if ((await this.#before.stat(object.path)) !== null) return null
    return (await this.#now.address?.(object)) ?? null
  }

  /** From both: an operator may have copied the older ones over. */
  async remove(path: string): Promise<void> {
    await this.#before.remove(path)
    await this.#now.remove(path)
  }

  checkWritable(): Promise<{ freeBytes: number }> {
    return this.#now.checkWritable()
  }

  get #both(): readonly ObjectStore[] {
    return [this.#before, this.#now]
  }
}
