import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { failure } from '../contract/failure.ts'
import { isoTime } from '../primitives/clock.ts'
import { isJsonObject } from '../primitives/json.ts'
import { dataFolderPaths, makePrivateFolder, writePrivateFile } from './data-folder.ts'
import { storageFailure } from './storage-failure.ts'

/** The process that owns a data folder, as others find it in `owner.json`. */
export interface DataFolderOwner {
  pid: number
  /** Where its HTTP server answers. */
  url: string
  bootId: string
  /** ISO 8601 UTC. */
  startedAt: string
}

/** A data folder that is ours until `release`, or until the process dies. */
export interface DataFolderLock {
  /** Tells other processes where the server answers; call it once the server listens. */
  announce(owner: { url: string; bootId: string; startedAtMs: number }): Promise<void>
  /** Gives the folder up. */
  release(): Promise<void>
}

/** A command that only asks who owns the folder holds the file for microseconds; a start that meets it tries again. */
const TRIES = 10
const PAUSE_MS = 30

/**
 * Becomes the only owner of a data folder, which is made when it is not there.
 *
 * The lock is one of the operating system (SQLite's exclusive lock on an empty file), so it ends with the process however that ends,
 * and no stale lock file is ever in the way. Other processes must be on the same machine: network file systems lock unreliably.
 * Nothing else in this process may open `owner.lock`: closing it again would drop the lock (POSIX record locks).
 * @throws `Failure('data_folder_locked')` naming the owner; `Failure('storage_unavailable' | 'storage_full')` when it cannot be written.
 */
export async function lockDataFolder(dataFolder: string): Promise<DataFolderLock> {
  const paths = dataFolderPaths(dataFolder)
  await makePrivateFolder(dataFolder).catch((error: unknown) => {
    throw storageFailure(error)
  })
  for (let tries = 1; ; tries += 1) {
    const lock = tryLock(paths.lock)
    if (lock) {
      // Left by an owner that was killed; until `announce` nobody can be reached here.
      await rm(paths.owner, { force: true })
      return heldLock(lock, paths.owner)
    }
    if (tries === TRIES) throw lockedFailure(dataFolder, await readOwnerFile(paths.owner))
    await sleep(PAUSE_MS)
  }
}

/**
 * Who owns the folder now: null when nobody does (whatever `owner.json` of a killed process says), and `'unannounced'`
 * when somebody does who cannot be reached, because it is still starting or is a command without a server.
 */
export async function findDataFolderOwner(dataFolder: string): Promise<DataFolderOwner | 'unannounced' | null> {
  const paths = dataFolderPaths(dataFolder)
  if (!existsSync(paths.lock)) return null
  const probe = tryLock(paths.lock)
  probe?.close()
  return probe ? null : ((await readOwnerFile(paths.owner)) ?? 'unannounced')
}

function heldLock(lock: DatabaseSync, ownerFile: string): DataFolderLock {
  return {
    announce: ({ url, bootId, startedAtMs }) => {
      const owner = { pid: process.pid, url, boot_id: bootId, started_at: isoTime(startedAtMs) }
      return writePrivateFile(ownerFile, `${JSON.stringify(owner)}\n`)
    },
    release: async () => {
      if (!lock.isOpen) return
      await rm(ownerFile, { force: true })
      lock.close()
    },
  }
}

const SQLITE_BUSY = 5

/** The open file when the lock is ours, null when another process has it. */
function tryLock(path: string): DatabaseSync | null {
  let file: DatabaseSync | undefined
  try {
    file = new DatabaseSync(path, { timeout: 0 })
    // A journal in memory: the file is never written, so a killed owner leaves nothing beside it either.
    file.exec('pragma journal_mode = memory; begin exclusive')
    return file
  } catch (error) {
    file?.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return null
    throw failure('storage_unavailable', { cause: error })
  }
}

async function readOwnerFile(path: string): Promise<DataFolderOwner | null> {
  try {
    const found: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (!isJsonObject(found)) return null
    const { pid, url, boot_id: bootId, started_at: startedAt } = found
    if (typeof pid !== 'number' || typeof url !== 'string' || typeof bootId !== 'string' || typeof startedAt !== 'string') return null
    return { pid, url, bootId, startedAt }
  } catch {
    return null
  }
}

function lockedFailure(dataFolder: string, owner: DataFolderOwner | null): Error {
  const who = owner ? `process ${owner.pid} at ${owner.url} (since ${owner.startedAt})` : 'another Darkroom process'
  return failure('data_folder_locked', {
    message: `The data folder ${dataFolder} is owned by ${who}. Nothing was changed or charged; stop it, or choose another DARKROOM_DATA.`,
  })
}
