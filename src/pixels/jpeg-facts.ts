import type { ByteSource } from './byte-source.ts'
import type { ImageFacts } from './image-facts.ts'

/** Start of image and the first byte of the marker that must follow. */
export const jpegSignature = Buffer.from('ffd8ff', 'hex')

const MAX_SEGMENTS = 512
/** The end marker is looked for this far from the end: some writers pad. In picture data its two bytes cannot stand, a 0xff there is followed by 0. */
const TAIL_BYTES = 64 * 1024
const endOfImage = Buffer.from('ffd9', 'hex')

const marker = { startOfScan: 0xda, endOfImage: 0xd9, app2: 0xe2, app11: 0xeb } as const
/** The frame headers; 0xc4, 0xc8 and 0xcc lie between them and are something else (ITU-T T.81, table B.1). */
const isFrameHeader = (code: number) => code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc

interface Walk {
  frame: { bitDepth: number; height: number; width: number } | null
  hasContentCredentials: boolean
  severalFrames: boolean
  /** Where picture data begins; the end of the file when it never does. */
  dataStart: number
}

/** Walks a JPEG's segments up to its picture data (ITU-T T.81, B.1). Content credentials are JUMBF boxes in APP11 (C2PA 2.1, A.3.1). */
export async function readJpegFacts(source: ByteSource): Promise<ImageFacts | null> {
  const walk = await walkSegments(source)
  if (!walk.frame || walk.frame.width === 0 || walk.frame.height === 0) return null
  return {
    format: 'jpeg',
    ...walk.frame,
    complete: await hasEnd(source, walk.dataStart),
    alpha: false,
    hasContentCredentials: walk.hasContentCredentials,
    ...(walk.severalFrames && { severalFrames: true }),
  }
}

async function walkSegments(source: ByteSource): Promise<Walk> {
  const walk: Walk = { frame: null, hasContentCredentials: false, severalFrames: false, dataStart: source.size }
  let offset = 2
  for (let count = 0; count < MAX_SEGMENTS; count++) {
    const head = await source.read(offset, 64)
    if (head.length < 4 || head[0] !== 0xff) break
    const code = head[1]!
    if (code === 0xff) {
      // A marker may be preceded by any number of fill bytes.
      offset++
      continue
    }
    if (code === marker.startOfScan) return { ...walk, dataStart: offset }
    const length = head.readUInt16BE(2)
    if (length < 2 || code === marker.endOfImage) break
    if (isFrameHeader(code) && head.length >= 9) walk.frame ??= frameOf(head)
    if (code === marker.app11 && isManifest(head.subarray(4))) walk.hasContentCredentials = true
    // The index of a multi-picture file (CIPA DC-007, 5): cameras' MPO files, and photos that carry a gain map.
    if (code === marker.app2 && head.toString('latin1', 4, 8) === 'MPF\0') walk.severalFrames = true
    offset += 2 + length
  }
  return walk
}

function frameOf(head: Buffer): Walk['frame'] {
  return { bitDepth: head.readUInt8(4), height: head.readUInt16BE(5), width: head.readUInt16BE(7) }
}

/** `JP`, a box instance and packet number (8 bytes), a JUMBF superbox whose description carries the C2PA type. */
function isManifest(payload: Buffer): boolean {
  return payload.toString('latin1', 0, 2) === 'JP' && payload.toString('latin1', 12, 16) === 'jumb' && payload.includes('c2pa')
}

async function hasEnd(source: ByteSource, dataStart: number): Promise<boolean> {
  const tailStart = Math.max(dataStart, source.size - TAIL_BYTES)
  return (await source.read(tailStart, source.size - tailStart)).includes(endOfImage)
}
