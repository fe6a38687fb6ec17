import { randomBytes } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'

/** Pixels that do not compress. */
const noise = (width: number, height: number) => sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })

const still = () => noise(64, 40)

/** Two frames in one file. */
export async function animation(format: 'webp' | 'gif'): Promise<Buffer> {
  const frames = await Promise.all([still().png().toBuffer(), still().png().toBuffer()])
  return sharp(frames, { join: { animated: true } })
    .toFormat(format)
    .toBuffer()
}

/** A PNG that announces a second frame right behind its header. */
export async function animatedPng(): Promise<Buffer> {
  return insert(await still().png().toBuffer(), 33, pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])))
}

/** A JPEG in the colours of print. */
export function printedJpeg(): Promise<Buffer> {
  return still().toColourspace('cmyk').jpeg().toBuffer()
}

/** A PNG of 16 bits a channel. */
export function deepPng(): Promise<Buffer> {
  return still().toColourspace('rgb16').png().toBuffer()
}

/** What two-lens cameras write: a JPEG with an index of the pictures behind it. */
export async function multiPictureJpeg(): Promise<Buffer> {
  const index = Buffer.concat([Buffer.from([0xff, 0xe2, 0, 12]), Buffer.from('MPF\0MM\0*\0\0', 'latin1')])
  return insert(await still().jpeg().toBuffer(), 2, index)
}

/** An ordinary picture in another format. */
export function jpegOf(width: number, height: number): Promise<Buffer> {
  return noise(width, height).jpeg().toBuffer()
}

/** A PNG whose alpha is the same everywhere: 255 opaque, 0 a hole. */
export function evenAlpha(width: number, height: number, alpha: 0 | 255): Promise<Buffer> {
  return noise(width, height)
    .ensureAlpha(alpha / 255)
    .png()
    .toBuffer()
}

/** An ordinary PNG, which has no alpha channel. */
export function pngWithoutAlpha(width: number, height: number): Promise<Buffer> {
  return noise(width, height).png().toBuffer()
}

/** A valid PNG of a quarter of a megabyte that decodes to 260 million pixels. */
export function pixelBomb(): Buffer {
  const edge = 16_125
  const header = Buffer.alloc(13)
  header.writeUInt32BE(edge, 0)
  header.writeUInt32BE(edge, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const rows = deflateSync(Buffer.alloc((edge + 1) * edge))
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, pngChunk('IHDR', header), pngChunk('IDAT', rows), pngChunk('IEND', Buffer.alloc(0))])
}

/** One chunk of a PNG with its checksum. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(data.length, 0)
  chunk.set(body, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}

/** A PNG with one more chunk right behind its header. */
export function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  return insert(png, 33, pngChunk(type, data))
}

function insert(into: Buffer, at: number, part: Buffer): Buffer {
  return Buffer.concat([into.subarray(0, at), part, into.subarray(at)])
}
