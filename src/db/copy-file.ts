import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** What a copied file turned out to be. */
export interface CopiedFile {
  sha256: string
  bytes: number
}

/** Copies a file into a new one (0600), flushed, and says what its bytes are. Folders on the way are made. */
export async function copyAndHash(from: string, to: string): Promise<CopiedFile> {
  const hash = createHash('sha256')
  let bytes = 0
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  await pipeline(
    createReadStream(from),
    async function* (pieces: AsyncIterable<Buffer>) {
      for await (const piece of pieces) {
        hash.update(piece)
        bytes += piece.length
        yield piece
      }
    },
    createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }),
  )
  return { sha256: hash.digest('hex'), bytes }
}

/** Gives a file that is never written again a second name, or a copy where the file system cannot. Returns its size. */
export async function linkOrCopy(from: string, to: string): Promise<number> {
  await mkdir(dirname(to), { recursive: true, mode: 0o700 })
  try {
    await link(from, to)
    return (await stat(to)).size
  } catch (error) {
    // Another file system, one without links, or as many links as it takes.
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return (await copyAndHash(from, to)).bytes
  }
}

/** SHA-256 and size of a file, read in pieces. */
export async function hashFile(path: string): Promise<CopiedFile> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of createReadStream(path)) {
    hash.update(piece as Buffer)
    bytes += (piece as Buffer).length
  }
  return { sha256: hash.digest('hex'), bytes }
}
