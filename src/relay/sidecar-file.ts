import { type FileHandle, open, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { serialize } from 'node:v8'
import { syncFolder } from '../db/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { type SealingKey, seal } from '../primitives/sealed-bytes.ts'
import { SIDECAR_ENDING, type SidecarEntry } from './sidecar-entry.ts'

/** Whose file it is, and what it is sealed with. */
export interface SidecarPlace {
  folder: string
  attemptId: string
  key: SealingKey
}

/** Path of an attempt's sidecar. */
export function sidecarPath({ folder, attemptId }: Pick<SidecarPlace, 'folder' | 'attemptId'>): string {
  return join(folder, attemptId + SIDECAR_ENDING)
}

/** What a line is sealed for: no line opens at another place of the file, or in the file of another attempt. */
export function linePlace(attemptId: string, line: number): string {
  return `darkroom sidecar ${attemptId} ${line}`
}

/**
 * Written beside the spooled images of one call: what another process needs to settle the call, one sealed line for each step. Appended and
 * flushed only, so that a crash leaves whole lines and at most one torn one, which does not open.
 */
export class SidecarFile {
  readonly #place: SidecarPlace
  readonly #path: string
  #lines = 0
  #waiting: string[] = []
  #flushing: Promise<void> | null = null
  #handle: FileHandle | null = null

  constructor(place: SidecarPlace) {
    this.#place = place
    this.#path = sidecarPath(place)
  }

  /**
   * Adds an entry. Resolves when it and all before it are on disk, the names of the images' files too.
   * @throws the file system's error; what follows is not written then
   */
  append(entry: SidecarEntry): Promise<void> {
    const { key, attemptId } = this.#place
    this.#waiting.push(seal(key, linePlace(attemptId, this.#lines), serialize(entry)))
    this.#lines += 1
    // Entries that come while one is being flushed, or in the same turn of the loop, share the next flush. The first is flushed alone: no
    // image counts as flushed before it.
    this.#flushing = (this.#flushing ?? Promise.resolve()).then(() => nextTurn()).then(() => this.#flush())
    return this.#flushing
  }

  /** The call is on record: nobody needs the file any more. Never rejects. */
  async remove(): Promise<void> {
    await this.close()
    fp('sidecar_before_remove')
    await unlink(this.#path).catch(() => undefined)
    fp('sidecar_after_remove')
  }

  /** Lets go of the file and leaves it where it is. Never rejects. */
  async close(): Promise<void> {
    await this.#flushing?.catch(() => undefined)
    const handle = this.#handle
    this.#handle = null
    await handle?.close().catch(() => undefined)
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    const text = this.#waiting.map((line) => `${line}\n`).join('')
    this.#waiting = []
    const isNew = this.#handle === null
    fp('sidecar_before_create')
    this.#handle ??= await open(this.#path, 'wx', 0o600)
    // The names of images are on disk before any word of them, and the name of this file behind its first word.
    if (!isNew) await syncFolder(dirname(this.#path))
    fp('sidecar_before_write')
    await this.#handle.writeFile(text)
    fp('sidecar_before_flush')
    await this.#handle.datasync()
    if (isNew) await syncFolder(dirname(this.#path))
    fp('sidecar_after_flush')
  }
}
