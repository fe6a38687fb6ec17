import { promisify } from 'node:util'
import { crc32, deflate } from 'node:zlib'
import { type Upload, writeInput } from '../../inputs/index.ts'

const packed = promisify(deflate)
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const GREY_WITH_ALPHA = 4
const KEPT = 0xff
/** The corner that is open: a sixteenth of the picture, where backgrounds are. */
const SHARE = 4

/** A mask that leaves the upper right corner open and keeps the rest: one place, away from the subject. @param folder of the request */
export async function placeMask(width: number, height: number, folder: string): Promise<Upload> {
  const written = await writeInput(one(await cornerPng(width, height)), { folder, name: 'mask', limitBytes: Number.MAX_SAFE_INTEGER })
  return { ...written, role: 'mask', param: 'mask', source: 'upload', fileName: 'mask.png' }
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** PNG of 8-bit grey with alpha (W3C PNG, section 11.2): rows of filter byte 0, then a pair of bytes a pixel. */
async function cornerPng(width: number, height: number): Promise<Buffer> {
  const rowBytes = 1 + 2 * width
  const rows = Buffer.alloc(rowBytes * height, KEPT)
  for (let y = 0; y < height; y++) {
    rows[y * rowBytes] = 0
    if (y < height / SHARE) rows.fill(0, y * rowBytes + 1 + 2 * Math.ceil(width - width / SHARE), (y + 1) * rowBytes)
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, GREY_WITH_ALPHA, 0, 0, 0], 8)
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('IDAT', await packed(rows)), chunk('IEND', Buffer.alloc(0))])
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}
