import { open } from 'node:fs/promises'
import { type ByteSource, FileBytes } from './byte-source.ts'
import { isGif, readGifFacts } from './gif-facts.ts'
import type { ImageFacts } from './image-facts.ts'
import { jpegSignature, readJpegFacts } from './jpeg-facts.ts'
import { pngSignature, readPngFacts } from './png-facts.ts'
import { isWebp, readWebpFacts } from './webp-facts.ts'

/**
 * Tells what an image file really is by its bytes; its name is never looked at. Reads a few kilobytes whatever the
 * file's size, decodes nothing and trusts no length it finds.
 * @returns null when the bytes are no PNG, JPEG, WebP or GIF, or their header makes no sense.
 * @throws what the file system says when the file cannot be read.
 */
export async function inspectImageFile(path: string): Promise<ImageFacts | null> {
  const file = await open(path, 'r')
  try {
    return await inspectImage(new FileBytes(file, (await file.stat()).size))
  } finally {
    await file.close()
  }
}

/** The same for bytes from anywhere. */
export async function inspectImage(source: ByteSource): Promise<ImageFacts | null> {
  const head = await source.read(0, 16)
  if (head.subarray(0, pngSignature.length).equals(pngSignature)) return readPngFacts(source)
  if (head.subarray(0, jpegSignature.length).equals(jpegSignature)) return readJpegFacts(source)
  if (isWebp(head)) return readWebpFacts(source)
  if (isGif(head)) return readGifFacts(source)
  return null
}
