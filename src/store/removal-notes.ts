import { mkdir, open, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { storageFailure, syncFolder } from '../db/index.ts'
import { objectsNamedIn } from './object-files.ts'

/** Remembers which objects are still to be removed from a place that could not be reached: an empty file for each, named like the object. */
export class RemovalNotes {
  readonly #folder: string
  readonly #paths: Set<string>

  private constructor(folder: string, paths: Set<string>) {
    this.#folder = folder
    this.#paths = paths
  }

  /** @throws `Failure('storage_full' | 'storage_unavailable')`, as all of it does */
  static async open(folder: string): Promise<RemovalNotes> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      return new RemovalNotes(folder, new Set(await objectsNamedIn(folder)))
    } catch (error) {
      throw storageFailure(error)
    }
  }

  paths(): string[] {
    return [...this.#paths]
  }

  has(path: string): boolean {
    return this.#paths.has(path)
  }

  /** Resolves when the note is on disk. */
  async add(path: string): Promise<void> {
    if (this.#paths.has(path)) return
    try {
      await (await open(this.#fileOf(path), 'w', 0o600)).close()
      await syncFolder(this.#folder)
      this.#paths.add(path)
    } catch (error) {
      throw storageFailure(error)
    }
  }

  /** Resolves when no start will find the note any more. */
  async forget(path: string): Promise<void> {
    if (!this.#paths.has(path)) return
    try {
      await rm(this.#fileOf(path), { force: true })
      await syncFolder(this.#folder)
      this.#paths.delete(path)
    } catch (error) {
      throw storageFailure(error)
    }
  }

  #fileOf(path: string): string {
    return join(this.#folder, basename(path))
  }
}
