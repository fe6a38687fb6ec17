import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { failure } from '../../contract/failure.ts'
import { dataFolderPaths, folderStoreName, hashFile } from '../../db/index.ts'
import type { RecordsMove } from '../../db/move/index.ts'

/** Pictures that were held against their names. */
export interface VerifiedPictures {
  /** Read whole. */
  verified: number
  bytes: number
  /** In a bucket, or on their way there: not of this folder. */
  elsewhere: number
}

/**
 * Reads every picture of the data folder that the records name and holds it against its hash, those left out that were verified before.
 * @throws Failure `integrity_error` naming the first that is missing or damaged
 */
export async function verifyMovedObjects(records: RecordsMove, dataFolder: string, known: Set<string>): Promise<VerifiedPictures> {
  const { objects } = dataFolderPaths(dataFolder)
  const found: VerifiedPictures = { verified: 0, bytes: 0, elsewhere: 0 }
  for await (const { sha256, store, path } of records.objects()) {
    if (store !== folderStoreName) found.elsewhere += 1
    if (store !== folderStoreName || known.has(sha256)) continue
    const file = join(objects, path)
    const { size } = await stat(file).catch(() => ({ size: null }))
    if (size === null) {
      // Deleted while the gateway serves: its row went with it.
      if (await records.knowsObject(sha256)) throw damaged(sha256, 'is missing')
      continue
    }
    if ((await hashFile(file)).sha256 !== sha256) throw damaged(sha256, 'has other bytes than its name says')
    known.add(sha256)
    found.verified += 1
    found.bytes += size
  }
  return found
}

function damaged(sha256: string, what: string): Error {
  return failure('integrity_error', {
    message:
      `The picture ${sha256} ${what} in the data folder. The move stopped; the data folder is as it was. ` +
      'Put the file back from a backup, or move without --verify-objects: the damage is then as it is now.',
  })
}
