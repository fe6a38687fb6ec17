import { statfs } from 'node:fs/promises'

/** Bytes that are left for this user on the disk of a folder; null when the system does not say. */
export async function spoolRoom(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
