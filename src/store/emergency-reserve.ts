import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const MIB = 1024 * 1024
const MOST_BYTES = 1024 * MIB
/** Of the room that is free, where nobody said how large: a small disk does not give all it has to a file of nothing. */
const SHARE = 1 / 50
const PIECE_BYTES = 4 * MIB
/** Between two pieces: whoever needs the disk comes first. */
const PAUSE_MS = 10

/**
 * A file of no use but the room it takes. When the disk is full it is removed, so that pictures that were paid for and are on their way
 * can still be kept. It is laid again once there is room.
 */
export class EmergencyReserve {
  readonly #path: string
  #wantedBytes: number | null
  #laidBytes = 0
  #laying: Promise<void> | null = null
  #freeing: Promise<void> | null = null
  #closed = false

  /** @param wantedBytes null for 1 GiB, at most a fiftieth of what is free; 0 for none */
  constructor(path: string, wantedBytes: number | null) {
    this.#path = path
    this.#wantedBytes = wantedBytes
  }

  /** Bytes that it lacks to be whole. Nothing before it was laid for the first time. */
  get missingBytes(): number {
    return Math.max(0, (this.#wantedBytes ?? 0) - this.#laidBytes)
  }

  /** True as long as there is something to give. */
  get isLaid(): boolean {
    return this.#laidBytes > 0
  }

  /** Writes what is missing, in pieces. Never rejects: without a reserve the gateway works as well, until the disk is full. */
  lay(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#laying ??= this.#lay().finally(() => {
      this.#laying = null
    })
    return this.#laying
  }

  /** Gives its room free. Resolves when that is done, also for those who come while it is or after it was. Never rejects. */
  free(): Promise<void> {
    this.#freeing ??= this.#free().finally(() => {
      this.#freeing = null
    })
    return this.#freeing
  }

  /** Leaves the file for the next start. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#laying
  }

  async #free(): Promise<void> {
    await this.#stopLaying()
    await rm(this.#path, { force: true }).catch(() => undefined)
    this.#laidBytes = 0
  }

  async #stopLaying(): Promise<void> {
    if (!this.#laying) return
    const wasClosed = this.#closed
    this.#closed = true
    await this.#laying
    this.#closed = wasClosed
  }

  async #lay(): Promise<void> {
    try {
      this.#laidBytes = await sizeOf(this.#path)
      this.#wantedBytes ??= await this.#share()
      if (this.#wantedBytes === 0) return await rm(this.#path, { force: true })
      if (this.missingBytes > 0) await this.#write(this.#wantedBytes)
    } catch {
      // What could be laid is there. A full disk is told by whoever needs room.
    }
  }

  async #share(): Promise<number> {
    const { bavail, bsize } = await statfs(dirname(this.#path))
    return Math.floor(Math.min(MOST_BYTES, (bavail * bsize + this.#laidBytes) * SHARE))
  }

  async #write(wantedBytes: number): Promise<void> {
    // Chance, because a file system may keep a run of zeroes in no room at all.
    const piece = randomBytes(Math.min(PIECE_BYTES, wantedBytes))
    const file: FileHandle = await open(this.#path, 'a', 0o600)
    try {
      while (!this.#closed && this.#laidBytes < wantedBytes) {
        const { bytesWritten } = await file.write(piece, 0, Math.min(piece.length, wantedBytes - this.#laidBytes))
        this.#laidBytes += bytesWritten
        await wait(PAUSE_MS)
      }
      await file.datasync()
    } finally {
      await file.close()
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => null)
  return found?.size ?? 0
}
