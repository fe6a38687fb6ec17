import type { ByteSource } from './byte-source.ts'
import type { ImageFacts } from './image-facts.ts'

const trailer = 0x3b

/** True for both versions of GIF. */
export function isGif(head: Buffer): boolean {
  return /^GIF8[79]a$/.test(head.toString('latin1', 0, 6))
}

/** Reads a GIF's logical screen (GIF89a, 18) and its last byte. */
export async function readGifFacts(source: ByteSource): Promise<ImageFacts | null> {
  const head = await source.read(0, 10)
  if (head.length < 10) return null
  const [width, height] = [head.readUInt16LE(6), head.readUInt16LE(8)]
  if (width === 0 || height === 0) return null
  const last = await source.read(source.size - 1, 1)
  return { format: 'gif', width, height, complete: last[0] === trailer, bitDepth: 8, alpha: null, hasContentCredentials: false }
}
