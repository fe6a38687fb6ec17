import type { ByteSource } from './byte-source.ts'
import type { ImageFacts } from './image-facts.ts'

const FIRST_CHUNK = 12
const MAX_CHUNKS = 512

/** True for a RIFF container of type WEBP. */
export function isWebp(head: Buffer): boolean {
  return head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP'
}

/** Reads a WebP's first chunk and walks the rest (RFC 9649, 2). Content credentials are the chunk `C2PA` (C2PA 2.1, A.3.6). */
export async function readWebpFacts(source: ByteSource): Promise<ImageFacts | null> {
  const head = await source.read(0, 30)
  if (head.length < 30) return null
  const picture = pictureOf(head.toString('latin1', 12, 16), head.subarray(20))
  if (!picture || picture.width === 0 || picture.height === 0) return null
  return {
    format: 'webp',
    ...picture,
    complete: source.size >= Math.max(8 + head.readUInt32LE(4), 20 + head.readUInt32LE(16)),
    bitDepth: 8,
    hasContentCredentials: await hasChunk(source, 'C2PA'),
    ...(isAnimated(head) && { severalFrames: true }),
  }
}

/** The animation flag of the extended header (RFC 9649, 2.7). */
function isAnimated(head: Buffer): boolean {
  return head.toString('latin1', 12, 16) === 'VP8X' && (head[20]! & 0x02) !== 0
}

/** The three ways a WebP says its size: lossy key frame (RFC 6386, 9.1), lossless header, extended header. */
function pictureOf(chunk: string, data: Buffer): Pick<ImageFacts, 'width' | 'height' | 'alpha'> | null {
  switch (chunk) {
    case 'VP8 ':
      if (data.readUIntBE(3, 3) !== 0x9d012a) return null
      return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff, alpha: false }
    case 'VP8L': {
      if (data[0] !== 0x2f) return null
      const bits = data.readUInt32LE(1)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, alpha: (bits & 0x10000000) !== 0 }
    }
    case 'VP8X':
      return { width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1, alpha: (data[0]! & 0x10) !== 0 }
    default:
      return null
  }
}

async function hasChunk(source: ByteSource, wanted: string): Promise<boolean> {
  let offset = FIRST_CHUNK
  for (let count = 0; count < MAX_CHUNKS; count++) {
    const head = await source.read(offset, 8)
    if (head.length < 8) return false
    if (head.toString('latin1', 0, 4) === wanted) return true
    const length = head.readUInt32LE(4)
    // Chunks are padded to an even length.
    offset += 8 + length + (length % 2)
  }
  return false
}
