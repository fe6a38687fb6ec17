import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inspectImageFile } from '../../pixels/index.ts'
import type { SpooledImage } from '../../relay/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { sha256Of } from './spooled-images.ts'

/** Images are written in whole blocks and cut to their length last. */
const BLOCK_BYTES = 4096

/**
 * Pictures of an answer that stand whole in the spool although nothing tells of them: the process died between the two. Nobody knows the
 * hash they came with, so a file counts that has the beginning and the end its format prescribes.
 */
export async function unlistedImages(parts: GatewayParts, attemptId: string, listed: readonly SpooledImage[]): Promise<SpooledImage[]> {
  const known = new Set(listed.map(({ file }) => file))
  const names = (await readdir(parts.spoolFolder)).flatMap((file) => {
    const place = file.startsWith(`${attemptId}-`) ? /^-(\d+)\.part$/.exec(file.slice(attemptId.length))?.[1] : undefined
    return place === undefined || known.has(file) ? [] : [{ file, place: Number(place) }]
  })
  const found: SpooledImage[] = []
  for (const { file } of names.sort((one, other) => one.place - other.place)) {
    const path = join(parts.spoolFolder, file)
    const bytes = await wholeLength(path)
    if (bytes !== null) found.push({ file, bytes, sha256: (await sha256Of(path))!, canonical: false, origin: null })
  }
  return found
}

async function wholeLength(path: string): Promise<number | null> {
  if (!(await inspectImageFile(path))?.complete) return null
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
    return size % BLOCK_BYTES === 0 && buffer[0] === 0 ? null : size
  } finally {
    await file.close()
  }
}
