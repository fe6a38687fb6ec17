import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { failure } from '../contract/failure.ts'
import { folderStoreName, makePrivateFolder, storageFailure, syncFolder } from '../db/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { checkedObjectPath, objectPath } from './object-path.ts'
import type { ByteRange, ObjectStore, SpooledObject, StoredObject } from './object-store.ts'

/** Folder inside the store for what is not whole yet; its name can be no object's path. */
const INCOMING = 'incoming'
const PROBE_BYTES = 4_096
/** Hashed at once: under a millisecond of the event loop. */
const PIECE_BYTES = 512 * 1024

/** How a folder of objects is laid out. */
export interface FolderLayout {
  /** What `objects.store` says of bytes in it. */
  name: string
  /** All files in one folder: for few objects, which come and go. */
  flat: boolean
}

/** Objects in a local folder: `ab/cd/<sha256>.<extension>`. */
export class FolderStore implements ObjectStore {
  readonly name: string
  readonly names: readonly string[]
  readonly #root: string
  readonly #flat: boolean

  private constructor(root: string, { name, flat }: FolderLayout) {
    this.#root = root
    this.name = name
    this.names = [name]
    this.#flat = flat
  }

  /**
   * Opens the folder, making it when it is not there, and clears what a crash left half done.
   * Only the owner of the data folder may: another process's incoming files would be cleared too.
   * @throws `Failure('storage_full' | 'storage_unavailable')`
   */
  static async open(root: string, layout: FolderLayout = { name: folderStoreName, flat: false }): Promise<FolderStore> {
    try {
      await makePrivateFolder(join(root, INCOMING))
      for (const name of await readdir(join(root, INCOMING))) await rm(join(root, INCOMING, name), { force: true })
      return new FolderStore(root, layout)
    } catch (error) {
      throw storageFailure(error)
    }
  }

  /** The file that an object is kept in. */
  fileOf(path: string): string {
    const inside = checkedObjectPath(path)
    return join(this.#root, this.#flat ? basename(inside) : inside)
  }

  async put({ spoolPath, sha256, extension }: SpooledObject): Promise<StoredObject> {
    const path = objectPath(sha256, extension)
    const file = this.fileOf(path)
    try {
      const { size: bytes } = await stat(spoolPath)
      // Bytes that were damaged on the disk since are replaced by the sound ones that just came.
      const existed = (await sizeOf(file)) === bytes && (await this.examine(path))?.sha256 === sha256
      if (!existed) {
        await this.#makeFolders(dirname(file))
        fp('put_before_rename')
        await this.#moveIn(spoolPath, file)
        fp('put_after_rename')
      }
      await syncFolder(dirname(file))
      fp('put_after_flush')
      await rm(spoolPath, { force: true })
      return { store: this.name, path, bytes, existed }
    } catch (error) {
      throw storageFailure(error)
    }
  }

  async open(path: string, range?: ByteRange): Promise<Readable> {
    try {
      const file = await open(this.fileOf(path), constants.O_RDONLY)
      return file.createReadStream(range)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw failure('object_missing', { cause: error })
      throw error instanceof RangeError ? error : storageFailure(error)
    }
  }

  async stat(path: string): Promise<{ bytes: number } | null> {
    const bytes = await sizeOf(this.fileOf(path)).catch((error: unknown) => {
      throw storageFailure(error)
    })
    return bytes === null ? null : { bytes }
  }

  async examine(path: string): Promise<{ sha256: string; bytes: number } | null> {
    const hash = createHash('sha256')
    let bytes = 0
    try {
      await using file = await open(this.fileOf(path), constants.O_RDONLY)
      const piece = Buffer.allocUnsafe(PIECE_BYTES)
      for (;;) {
        const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, bytes)
        if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes }
        hash.update(piece.subarray(0, bytesRead))
        bytes += bytesRead
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error instanceof RangeError ? error : storageFailure(error)
    }
  }

  async remove(path: string): Promise<void> {
    const file = this.fileOf(path)
    try {
      if ((await sizeOf(file)) === null) return
      await rm(file, { force: true })
      await syncFolder(dirname(file))
    } catch (error) {
      throw storageFailure(error)
    }
  }

  async checkWritable(): Promise<{ freeBytes: number }> {
    const probe = this.#incoming()
    try {
      const file = await open(probe, 'wx', 0o600)
      try {
        await file.write(Buffer.alloc(PROBE_BYTES))
        await file.sync()
      } finally {
        await file.close()
        await rm(probe, { force: true })
      }
      const { bavail, bsize } = await statfs(this.#root)
      return { freeBytes: bavail * bsize }
    } catch (error) {
      throw storageFailure(error)
    }
  }

  #incoming(): string {
    return join(this.#root, INCOMING, randomBytes(12).toString('hex'))
  }

  /** Makes both levels of folders; a new folder is durable once the folder that holds it is flushed. */
  async #makeFolders(second: string): Promise<void> {
    const made = await mkdir(second, { recursive: true, mode: 0o700 })
    if (made === undefined) return
    await syncFolder(dirname(second))
    await syncFolder(this.#root)
  }

  /** Renames the flushed file to its final name: under that name there is never a part of it. */
  async #moveIn(spoolPath: string, file: string): Promise<void> {
    try {
      await rename(spoolPath, file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
      await this.#copyIn(spoolPath, file)
    }
  }

  /** The spool is on another file system: the bytes become whole and flushed on ours before they get their name. */
  async #copyIn(spoolPath: string, file: string): Promise<void> {
    const incoming = this.#incoming()
    try {
      await copyFile(spoolPath, incoming, constants.COPYFILE_EXCL)
      const copy = await open(incoming, 'r+')
      try {
        await copy.sync()
      } finally {
        await copy.close()
      }
      await rename(incoming, file)
    } finally {
      await rm(incoming, { force: true })
    }
  }
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
