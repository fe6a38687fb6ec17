import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { buildFolder, withDatabase } from './backup.ts'
import { allObjects, type BackupManifest, damaged, type FileSummary, type ObjectFile, readManifest, summarise } from './backup-manifest.ts'
import { copyAndHash } from './copy-file.ts'
import { dataFolderPaths, folderStoreName, outboxFile } from './data-folder.ts'

/**
 * Makes a data folder out of a backup. Every file is copied and its hash compared, the database is checked, its counts and ledger
 * sums compared with the manifest; the folder appears only when all of it is right and on disk.
 * @throws Failure when the folder is not empty or the backup is not what its manifest says; nothing is left behind then.
 */
export async function restore(source: string, dataFolder: string): Promise<BackupManifest> {
  const manifest = await readManifest(source)
  return buildFolder(dataFolder, async (unfinished) => {
    for (const file of [manifest.database, ...manifest.files]) await copyListed(source, unfinished, file)
    await withDatabase('reader', dataFolderPaths(unfinished).database, async (database) => {
      const { schema, rows, ledger } = manifest
      const found = await summarise(database)
      if (!isDeepStrictEqual(found, { schema, rows, ledger })) throw damaged('its database does not hold what its manifest says')
      await restoreObjects(source, unfinished, manifest, allObjects(database))
    })
    return manifest
  })
}

async function copyListed(source: string, target: string, file: FileSummary): Promise<void> {
  if (!/^\w[\w.-]*$/.test(file.path)) throw damaged(`its manifest names the path ${JSON.stringify(file.path)}`)
  const { sha256, bytes } = await copyPresent(join(source, file.path), join(target, file.path))
  if (sha256 !== file.sha256 || bytes !== file.bytes) throw damaged(`${file.path} has changed since the backup was made`)
}

async function restoreObjects(
  source: string,
  target: string,
  manifest: BackupManifest,
  objects: ReturnType<typeof allObjects>,
): Promise<void> {
  const [from, to] = [dataFolderPaths(source), dataFolderPaths(target)]
  const { deleted_meanwhile: deleted, count, outbox = 0 } = manifest.objects
  const found = { count: 0, outbox: 0 }
  for await (const object of objects) {
    if (object.store !== folderStoreName) {
      if (await restoreObject(object, outboxFile(from, object.path), outboxFile(to, object.path), copyIfPresent)) found.outbox += 1
    } else if (!deleted.includes(object.sha256)) {
      await restoreObject(object, join(from.objects, object.path), join(to.objects, object.path), copyPresent)
      found.count += 1
    }
  }
  if (found.count !== count) throw damaged(`it holds ${found.count} objects, its manifest says ${count}`)
  if (found.outbox !== outbox) throw damaged(`it holds ${found.outbox} objects that waited for a bucket, its manifest says ${outbox}`)
}

type Copy = (from: string, to: string) => Promise<{ sha256: string } | null>

/** @returns false where the copy found nothing */
async function restoreObject({ sha256 }: ObjectFile, from: string, to: string, copy: Copy): Promise<boolean> {
  const copied = await copy(from, to)
  if (copied && copied.sha256 !== sha256) throw damaged(`the object ${sha256} has other bytes than its name says`)
  return copied !== null
}

async function copyIfPresent(from: string, to: string): ReturnType<Copy> {
  return existsSync(from) ? copyAndHash(from, to) : null
}

async function copyPresent(from: string, to: string): ReturnType<typeof copyAndHash> {
  try {
    return await copyAndHash(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(`${from} is missing`)
    throw error
  }
}
