import { chmod, readFile } from 'node:fs/promises'
import { writePrivateFile } from '../db/index.ts'

/** A value that is kept, and whether it was made just now. */
export interface KeptValue {
  value: string
  made: boolean
}

/** Reads a small private file, or null when it is not there or empty. @throws the file system's error */
export async function readPrivateFile(path: string): Promise<string | null> {
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (kept.trim() === '') return null
  // A copy made by hand may have lost the mode.
  await chmod(path, 0o600)
  return kept.trim()
}

/** Reads a small private file, making it when it is not there. @throws the file system's error */
export async function readOrMake(path: string, make: () => string): Promise<KeptValue> {
  const kept = await readPrivateFile(path)
  if (kept !== null) return { value: kept, made: false }
  const value = make()
  await writePrivateFile(path, `${value}\n`)
  return { value, made: true }
}
