import type { ByteSource } from './byte-source.ts'
import type { ImageFacts } from './image-facts.ts'

/** The eight bytes every PNG begins with. */
export const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex')

const FIRST_CHUNK = 8
const HEADER_END = 33
const MAX_EDGE = 0x7fffffff
const MAX_CHUNKS = 512
/**
 * Chunks of pixel data looked past; some encoders write thousands. What we look for stands before them: `tRNS` and the animation
 * control `acTL` must, and C2PA asks the same of `caBX`. Whether the file is complete is then told by its last bytes.
 */
const MAX_DATA_CHUNKS = 32
/** The last chunk: no data, type and checksum fixed. */
const endChunk = Buffer.from('0000000049454e44ae426082', 'hex')
const bitDepths: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] }

/** Reads a PNG's header and walks its chunks (W3C PNG, third edition, 5 and 11). Content credentials are the chunk `caBX` (C2PA 2.1, A.3.2). */
export async function readPngFacts(source: ByteSource): Promise<ImageFacts | null> {
  const head = await source.read(0, HEADER_END)
  if (head.length < HEADER_END || head.readUInt32BE(8) !== 13 || head.toString('latin1', 12, 16) !== 'IHDR') return null
  const [width, height] = [head.readUInt32BE(16), head.readUInt32BE(20)]
  const [bitDepth, colourType] = [head.readUInt8(24), head.readUInt8(25)]
  if (!isEdge(width) || !isEdge(height) || !bitDepths[colourType]?.includes(bitDepth)) return null
  const chunks = await walkChunks(source)
  return {
    format: 'png',
    width,
    height,
    complete: chunks.ended || (await endsWithEndChunk(source)),
    bitDepth,
    alpha: colourType >= 4 || chunks.seen.has('tRNS'),
    hasContentCredentials: chunks.seen.has('caBX'),
    ...(chunks.seen.has('acTL') && { severalFrames: true }),
  }
}

const isEdge = (pixels: number) => pixels >= 1 && pixels <= MAX_EDGE

async function walkChunks(source: ByteSource): Promise<{ seen: Set<string>; ended: boolean }> {
  const seen = new Set<string>()
  let offset = FIRST_CHUNK
  let dataChunks = 0
  for (let count = 0; count < MAX_CHUNKS && dataChunks <= MAX_DATA_CHUNKS; count++) {
    const head = await source.read(offset, 8)
    if (head.length < 8) break
    const next = offset + 12 + head.readUInt32BE(0)
    if (next > source.size) break
    const type = head.toString('latin1', 4, 8)
    if (type === 'IEND') return { seen, ended: true }
    if (type === 'IDAT') dataChunks++
    seen.add(type)
    offset = next
  }
  return { seen, ended: false }
}

async function endsWithEndChunk(source: ByteSource): Promise<boolean> {
  return endChunk.equals(await source.read(source.size - endChunk.length, endChunk.length))
}
