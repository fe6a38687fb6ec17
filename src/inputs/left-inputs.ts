import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { storageFailure } from '../db/index.ts'
import { INPUT_PREFIX } from './input-file.ts'

/**
 * Removes the intake files that a process which died has left in the spool folder. Run at start, by the owner of the data folder,
 * before requests are taken.
 * @returns how many were removed
 * @throws Failure `storage_unavailable` when the folder cannot be read or changed
 */
export async function removeLeftInputs(folder: string): Promise<number> {
  try {
    const left = (await readdir(folder)).filter((name) => name.startsWith(INPUT_PREFIX))
    await Promise.all(left.map((name) => rm(join(folder, name), { force: true })))
    return left.length
  } catch (error) {
    throw storageFailure(error)
  }
}
