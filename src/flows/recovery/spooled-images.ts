import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { RelayImage, SpooledReply } from '../../relay/index.ts'
import { objectPath } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { localCopy } from '../local-copy.ts'

type NamedImage = SpooledReply['images'][number]

/** What the store may call an image: its format, or `bin` where nobody knows it. */
const endings = ['png', 'jpeg', 'webp', 'gif', 'svg', 'bin'] as const

/**
 * Images of a spooled answer as the relay gives them, each read again and compared with the hash it came with. One that is in the store
 * already, put there by a process that died before it could say so, is copied back from there. What cannot be had whole has no path.
 */
export async function verifiedImages(parts: GatewayParts, images: readonly NamedImage[]): Promise<RelayImage[]> {
  const verified: RelayImage[] = []
  for (const image of images) verified.push(await verifiedImage(parts, image))
  return verified
}

async function verifiedImage(parts: GatewayParts, { file, ...image }: NamedImage): Promise<RelayImage> {
  if (file === null) return { ...image, path: null }
  const path = join(parts.spoolFolder, file)
  const isHere = (await sha256Of(path)) === image.sha256 || (await isBroughtBack(parts, file, image.sha256))
  return isHere ? { ...image, path } : { ...image, path: null, error: 'ENOENT' }
}

async function isBroughtBack(parts: GatewayParts, file: string, sha256: string): Promise<boolean> {
  for (const ending of endings) {
    const stored = objectPath(sha256, ending)
    if ((await parts.store.stat(stored)) === null) continue
    await rm(join(parts.spoolFolder, file), { force: true })
    if ((await sha256Of(await localCopy(parts, stored, parts.spoolFolder, file))) === sha256) return true
  }
  return false
}

/** Hash of a file in hexadecimal; null for one that is not there. */
export async function sha256Of(path: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
