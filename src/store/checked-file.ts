import { createHash, type Hash } from 'node:crypto'
import { open } from 'node:fs/promises'

/** Read at once: under a millisecond of the event loop to hash. */
const PIECE_BYTES = 512 * 1024

/** A file that does not hold what it is said to hold. */
export class OtherBytesError extends Error {
  constructor() {
    super('a spooled file does not hold the bytes that its hash was taken of')
    this.name = 'OtherBytesError'
  }
}

/** A stretch of a file. */
export interface FileStretch {
  path: string
  start: number
  /** At least one where the file has any. */
  length: number
}

/**
 * Reads a stretch of a file and withholds its last piece until its hash is known to be the right one: whoever announces the length and sends
 * what comes can never have sent all of something else.
 * @throws OtherBytesError in place of the last piece
 */
export async function* checkedBytes({ path, start, length }: FileStretch, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let held: Buffer | null = null
  for await (const piece of piecesOf({ path, start, length }, hash)) {
    if (held !== null) yield held
    held = piece
  }
  if (hash.digest('hex') !== sha256) throw new OtherBytesError()
  if (held !== null) yield held
}

/** SHA-256 of a stretch in hexadecimal. @param whole also takes its bytes, for the hash of all stretches */
export async function hashStretch(stretch: FileStretch, whole: Hash): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of piecesOf(stretch, hash)) whole.update(piece)
  return hash.digest('hex')
}

async function* piecesOf({ path, start, length }: FileStretch, hash: Hash): AsyncGenerator<Buffer> {
  await using file = await open(path, 'r')
  for (let read = 0; read < length; ) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, length - read))
    const { bytesRead } = await file.read(piece, 0, piece.length, start + read)
    if (bytesRead === 0) throw new OtherBytesError()
    hash.update(piece.subarray(0, bytesRead))
    read += bytesRead
    yield piece.subarray(0, bytesRead)
  }
}
