import { randomBytes } from 'node:crypto'
import { chmod, mkdir, open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** What `objects.store` says of bytes that are in the data folder's own `objects`. */
export const folderStoreName = 'folder'

/** Where things stand in a data folder. */
export interface DataFolderPaths {
  /** SQLite database, with its `-wal` and `-shm` beside it while it is open. */
  database: string
  /** Pictures by hash. */
  objects: string
  /** Pictures on their way to a bucket; see `OutboxStore`. */
  outbox: string
  /** Bytes on their way in; nothing in here outlives the call it belongs to, except after a crash. */
  spool: string
  /** Room that is given free when the disk is full; see `EmergencyReserve`. */
  reserve: string
  /** Answers that could not be used, encrypted, for a week; see `Quarantine`. */
  quarantine: string
  /** Secret that API keys are digested with; without it none of them is known any more. */
  pepper: string
  /** Key that what callers said is encrypted with, unless the environment gives one; without it none of that can be read any more. */
  masterKey: string
  /** The administrator's token, unless the environment gives one. */
  adminToken: string
  /** Plaintext of the key made at first start. */
  defaultKey: string
  /** Name of the folder among those of processes that share a database. */
  folderId: string
  /** There once the records were moved to a database elsewhere; see `MovedMarker`. */
  moved: string
  /** Locked by the process that owns the folder. */
  lock: string
  /** Who that is. */
  owner: string
}

/** The layout of a data folder, said in one place. */
export function dataFolderPaths(dataFolder: string): DataFolderPaths {
  return {
    database: join(dataFolder, 'darkroom.db'),
    objects: join(dataFolder, 'objects'),
    outbox: join(dataFolder, 'outbox'),
    spool: join(dataFolder, 'spool'),
    reserve: join(dataFolder, 'emergency-reserve'),
    quarantine: join(dataFolder, 'quarantine'),
    pepper: join(dataFolder, 'pepper'),
    masterKey: join(dataFolder, 'master-key'),
    adminToken: join(dataFolder, 'admin-token'),
    defaultKey: join(dataFolder, 'default-key'),
    folderId: join(dataFolder, 'folder-id'),
    moved: join(dataFolder, 'moved.json'),
    lock: join(dataFolder, 'owner.lock'),
    owner: join(dataFolder, 'owner.json'),
  }
}

/** A name for a data folder among those of processes that share a database. */
export const newFolderId = () => `folder_${randomBytes(16).toString('hex')}`

/** The file of an object in a data folder that is still on its way to a bucket. */
export function outboxFile({ outbox }: Pick<DataFolderPaths, 'outbox'>, objectPath: string): string {
  return join(outbox, 'objects', basename(objectPath))
}

/** Makes a folder that only its owner may enter; an existing one keeps its mode. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/**
 * Writes a small file that only its owner may read (0600). It appears whole or not at all, and is on disk when the promise resolves.
 * @throws the file system's error.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(unfinished, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await chmod(unfinished, 0o600)
  await rename(unfinished, path)
  await syncFolder(dirname(path))
}

/** Makes renames, links and removals in a folder durable. Windows cannot flush a folder and does not need to. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
