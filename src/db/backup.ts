import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { access, mkdir, open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { failure } from '../contract/failure.ts'
import { type Clock, isoTime } from '../primitives/clock.ts'
import {
  allObjects,
  type BackupManifest,
  type DatabaseSummary,
  damaged,
  type FileSummary,
  MANIFEST_FILE,
  summarise,
} from './backup-manifest.ts'
import { copyAndHash, hashFile, linkOrCopy } from './copy-file.ts'
import { dataFolderPaths, folderStoreName, outboxFile, syncFolder } from './data-folder.ts'
import { refuseMoved } from './move/moved-marker.ts'
import { SqliteThread } from './sqlite-thread.ts'
import { rawQuery } from './statement-builder.ts'
import { storageFailure } from './storage-failure.ts'

const BUSY_TIMEOUT_MS = 30_000

/**
 * Copies a data folder into a new one, also while a server works on it: the database as of one moment, the objects it names
 * (as further names of the same files where the file system allows), pepper, admin token and default key. The backup appears whole,
 * under its name, once everything in it is on disk; it opens the gateway's keys, so it must be kept like a secret.
 * @throws ConfigurationError when the records were moved to another database; Error when the target is not empty, an object is missing, or the copy fails its check; nothing is left behind then.
 */
export async function backup(dataFolder: string, target: string, clock: Clock): Promise<BackupManifest> {
  const paths = dataFolderPaths(dataFolder)
  await refuseMoved(dataFolder)
  await access(paths.database).catch(() => {
    throw failure('configuration_invalid', { message: `There is no database in ${dataFolder}, so there is nothing to back up.` })
  })
  return buildFolder(target, async (unfinished) => {
    const copy = dataFolderPaths(unfinished)
    const made_at = isoTime(clock.nowMs())
    const summary = await copyDatabase(paths.database, copy.database)
    const manifest: BackupManifest = {
      format: 1,
      made_at,
      ...summary,
      database: { path: basename(copy.database), ...(await hashFile(copy.database)) },
      objects: await copyObjects(dataFolder, unfinished),
      files: await copySecrets(dataFolder, unfinished),
    }
    await writeFile(join(unfinished, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true })
    return manifest
  })
}

async function copyDatabase(from: string, to: string): Promise<DatabaseSummary> {
  await withDatabase('copier', from, (live) => live.readAll([rawQuery('vacuum into ?', [to])]))
  const file = await open(to, 'r+')
  try {
    await file.chmod(0o600)
    await file.sync()
  } finally {
    await file.close()
  }
  return withDatabase('reader', to, summarise)
}

async function copyObjects(dataFolder: string, target: string): Promise<BackupManifest['objects']> {
  const [from, to] = [dataFolderPaths(dataFolder), dataFolderPaths(target)]
  const copied: BackupManifest['objects'] = { count: 0, bytes: 0, deleted_meanwhile: [], elsewhere: 0 }
  await withDatabase('reader', to.database, async (snapshot) => {
    for await (const object of allObjects(snapshot)) {
      if (object.store !== folderStoreName) {
        const file = outboxFile(from, object.path)
        const waited = existsSync(file) ? await copyPresent(file, outboxFile(to, object.path)) : undefined
        if (waited === undefined) copied.elsewhere += 1
        else copied.outbox = (copied.outbox ?? 0) + 1
        continue
      }
      const bytes = await copyPresent(join(from.objects, object.path), join(to.objects, object.path))
      if (bytes === object.bytes) {
        copied.count += 1
        copied.bytes += bytes
      } else if (bytes === undefined && !(await stillKnown(from.database, object.sha256))) copied.deleted_meanwhile.push(object.sha256)
      else throw damaged(`the object ${object.sha256} is ${bytes === undefined ? 'missing from' : 'not of its size in'} the data folder`)
    }
  })
  return copied
}

/** @returns the size, or undefined where there is no such file */
function copyPresent(from: string, to: string): Promise<number | undefined> {
  return linkOrCopy(from, to).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  })
}

async function stillKnown(database: string, sha256: string): Promise<boolean> {
  const [rows] = await withDatabase('reader', database, (live) =>
    live.readAll([rawQuery('select 1 from objects where sha256 = ? and removing_since_ms is null', [sha256])]),
  )
  return rows.length > 0
}

async function copySecrets(dataFolder: string, target: string): Promise<FileSummary[]> {
  const { pepper, masterKey, adminToken, defaultKey } = dataFolderPaths(dataFolder)
  const copied: FileSummary[] = []
  for (const path of [pepper, masterKey, adminToken, defaultKey].map((file) => basename(file))) {
    const file = await copyAndHash(join(dataFolder, path), join(target, path)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    })
    if (file) copied.push({ path, ...file })
  }
  return copied
}

/** Runs work on a database file from a thread of its own. */
export async function withDatabase<Result>(
  role: 'reader' | 'copier',
  path: string,
  work: (database: SqliteThread) => Promise<Result>,
): Promise<Result> {
  const thread = await SqliteThread.start({ role, path, busyTimeoutMs: BUSY_TIMEOUT_MS, migrationsFolder: '', nowMs: 0 })
  try {
    return await work(thread)
  } finally {
    await thread.close()
  }
}

/**
 * Builds a folder under another name and gives it its own when it is complete and on disk.
 * @throws Failure when there is already something under that name; the file system's trouble as a `Failure`.
 */
export async function buildFolder<Result>(target: string, build: (unfinished: string) => Promise<Result>): Promise<Result> {
  await refuseUnlessEmpty(target)
  const unfinished = `${target}.unfinished-${randomBytes(4).toString('hex')}`
  try {
    await mkdir(unfinished, { recursive: true, mode: 0o700 })
    const result = await build(unfinished)
    await syncTree(unfinished)
    await rmdir(target).catch(() => {})
    await rename(unfinished, target)
    await syncFolder(dirname(target))
    return result
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error instanceof Error && 'code' in error && 'errno' in error ? storageFailure(error) : error
  }
}

async function refuseUnlessEmpty(target: string): Promise<void> {
  const found = await readdir(target).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : [basename(target)]))
  if (found.length > 0)
    throw failure('configuration_invalid', {
      message: `${target} is not empty and is never overwritten. Nothing was changed; name a folder that does not exist yet.`,
    })
}

async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries) if (entry.isDirectory()) await syncTree(join(folder, entry.name))
  await syncFolder(folder)
}
