import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeThumbnail, type PixelPool, PixelTaskError } from '../pixels/index.ts'
import type { HeldPicture } from './picture-desk.ts'

/** A picture small enough to be read by a model. */
export interface Preview {
  base64: string
  mediaType: string
}

/** Most bytes of a preview: what a model reads of a picture does not need more, and what it costs to read grows with them. */
export const PREVIEW_BYTES = 192 * 1024
/** Longer edges to try, in pixels, until one fits. */
const edges = [768, 512, 256]
const readable: ReadonlySet<string | null> = new Set(['image/png', 'image/jpeg', 'image/webp'])

/** The picture itself where it is small, else a smaller one of it; null for a file that is none of the known kinds. */
export async function previewOf(pool: PixelPool, picture: HeldPicture): Promise<Preview | null> {
  if (!readable.has(picture.mediaType)) return null
  if (picture.bytes <= PREVIEW_BYTES) return { base64: await readFile(picture.path, 'base64'), mediaType: picture.mediaType! }
  for (const edge of edges) {
    const outPath = join(picture.folder, `preview-${edge}.webp`)
    const { bytes } = await makeThumbnail(pool, { path: picture.path, outPath, width: edge, height: edge })
    if (bytes <= PREVIEW_BYTES) return { base64: await readFile(outPath, 'base64'), mediaType: 'image/webp' }
  }
  return null
}

/** The same; a picture that cannot be made smaller is shown by its address alone. */
export async function previewOrNothing(pool: PixelPool, picture: HeldPicture): Promise<Preview | null> {
  return previewOf(pool, picture).catch((error) => {
    if (error instanceof PixelTaskError) return null
    throw error
  })
}
