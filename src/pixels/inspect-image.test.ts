import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { createCanvas } from '@napi-rs/canvas'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageFacts } from './image-facts.ts'
import { inspectImage, inspectImageFile } from './inspect-image.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-images-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function inspect(bytes: Uint8Array): Promise<ImageFacts | null> {
  const path = join(folder, 'picture.txt')
  await writeFile(path, bytes)
  return inspectImageFile(path)
}

/** A picture with enough detail that its file is longer than one read. */
function drawn(width: number, height: number) {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  for (let x = 0; x < width; x += 3) {
    context.fillStyle = `rgb(${(x * 7) % 256}, ${(x * 13) % 256}, ${(x * 29) % 256})`
    context.fillRect(x, 0, 2, height - (x % 50))
  }
  return canvas
}

const picture = drawn(848, 1_056)
const png = picture.toBuffer('image/png')
const jpeg = picture.toBuffer('image/jpeg')
const webp = picture.toBuffer('image/webp')
const gif = Buffer.from('47494638396105000400800100ffffff00000021f90401000001002c00000000050004000002060c8ea9cb5d003b', 'hex')

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(data.length, 0)
  chunk.set(body, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}

const insert = (into: Buffer, at: number, part: Buffer) => Buffer.concat([into.subarray(0, at), part, into.subarray(at)])

describe('a picture as an encoder made it', () => {
  it.each<[string, Buffer, object]>([
    ['png', png, { bitDepth: 8, alpha: true }],
    ['jpeg', jpeg, { bitDepth: 8, alpha: false }],
    ['webp', webp, { bitDepth: 8 }],
  ])('is measured by its bytes whatever its name: %s', async (format, bytes, more) => {
    expect(await inspect(bytes)).toMatchObject({ format, width: 848, height: 1_056, complete: true, hasContentCredentials: false, ...more })
  })

  it('is measured when it is a GIF', async () => {
    expect(await inspect(gif)).toMatchObject({ format: 'gif', width: 5, height: 4, complete: true, alpha: null })
  })

  it('is measured when it is a lossless or an extended WebP', async () => {
    const lossless = Buffer.alloc(64)
    lossless.write('RIFF')
    lossless.writeUInt32LE(56, 4)
    lossless.write('WEBPVP8L', 8)
    lossless.writeUInt32LE(44, 16)
    lossless[20] = 0x2f
    lossless.writeUInt32LE((1_599 | (899 << 14) | 0x10000000) >>> 0, 21)
    expect(await inspect(lossless)).toMatchObject({ format: 'webp', width: 1_600, height: 900, alpha: true, complete: true })

    const extended = Buffer.alloc(64)
    extended.write('RIFF')
    extended.writeUInt32LE(56, 4)
    extended.write('WEBPVP8X', 8)
    extended.writeUInt32LE(10, 16)
    extended.writeUIntLE(3_839, 24, 3)
    extended.writeUIntLE(2_159, 27, 3)
    expect(await inspect(extended)).toMatchObject({ format: 'webp', width: 3_840, height: 2_160, alpha: false })
  })

  it('shows a palette’s transparency and a depth of 16 bits', async () => {
    const header = (bitDepth: number, colourType: number) =>
      pngChunk('IHDR', Buffer.from([0, 0, 0, 16, 0, 0, 0, 32, bitDepth, colourType, 0, 0, 0]))
    const file = (...chunks: Buffer[]) => Buffer.concat([png.subarray(0, 8), ...chunks, pngChunk('IEND', Buffer.alloc(0))])
    expect(await inspect(file(header(8, 3), pngChunk('tRNS', Buffer.alloc(4))))).toMatchObject({ alpha: true })
    expect(await inspect(file(header(8, 3)))).toMatchObject({ width: 16, height: 32, alpha: false })
    expect(await inspect(file(header(16, 6)))).toMatchObject({ bitDepth: 16, alpha: true })
  })
})

describe('a file that was cut off', () => {
  it.each([
    ['png', png],
    ['jpeg', jpeg],
    ['webp', webp],
    ['gif', gif],
  ])('is noticed without decoding: %s', async (_format, bytes) => {
    for (const kept of [0.99, 0.6, 0.2]) {
      const facts = await inspect(bytes.subarray(0, Math.floor(bytes.length * kept)))
      expect(facts?.complete ?? false).toBe(false)
    }
    expect((await inspect(bytes.subarray(0, bytes.length - 1)))?.complete).toBe(false)
  })

  it('is not confused with one that has padding after its end', async () => {
    for (const bytes of [png, jpeg, webp]) expect((await inspect(Buffer.concat([bytes, Buffer.alloc(40)])))?.complete).toBe(true)
  })

  it('is told from a long PNG of thousands of pixel data chunks', async () => {
    const data = Array.from({ length: 3_000 }, () => pngChunk('IDAT', Buffer.alloc(100)))
    const long = Buffer.concat([png.subarray(0, 33), ...data, pngChunk('IEND', Buffer.alloc(0))])
    expect((await inspect(long))?.complete).toBe(true)
    expect((await inspect(long.subarray(0, -20)))?.complete).toBe(false)
  })
})

describe('content credentials', () => {
  it('are found in a PNG', async () => {
    expect(await inspect(insert(png, 33, pngChunk('caBX', Buffer.alloc(9_000))))).toMatchObject({
      hasContentCredentials: true,
      width: 848,
      complete: true,
    })
  })

  it('are found in a JPEG', async () => {
    const box = Buffer.concat([
      Buffer.from('JP\0\x01\0\0\0\x01', 'latin1'),
      Buffer.from([0, 0, 0x40, 0]),
      Buffer.from('jumb\0\0\0\x1ejumdc2pa', 'latin1'),
      Buffer.alloc(5_000),
    ])
    const segment = Buffer.concat([Buffer.from([0xff, 0xeb, (box.length + 2) >> 8, (box.length + 2) & 255]), box])
    expect(await inspect(insert(jpeg, 2, segment))).toMatchObject({ hasContentCredentials: true, width: 848, complete: true })
  })

  it('are found in a WebP', async () => {
    const chunk = Buffer.concat([Buffer.from('C2PA\x05\0\0\0', 'latin1'), Buffer.alloc(6)])
    const file = Buffer.concat([webp, chunk])
    file.writeUInt32LE(file.length - 8, 4)
    expect(await inspect(file)).toMatchObject({ hasContentCredentials: true, width: 848, complete: true })
  })

  it('are not seen in other metadata', async () => {
    const segment = Buffer.concat([Buffer.from([0xff, 0xeb, 0, 34]), Buffer.from('JP c2pa but no box of that kind.', 'latin1')])
    expect(await inspect(insert(jpeg, 2, segment))).toMatchObject({ hasContentCredentials: false, width: 848 })
    expect(await inspect(insert(png, 33, pngChunk('tEXt', Buffer.from('caBX'))))).toMatchObject({ hasContentCredentials: false })
  })
})

describe('a hostile header', () => {
  it.each<[string, Buffer]>([
    ['nothing at all', Buffer.alloc(0)],
    ['text', Buffer.from('<html>not a picture</html>')],
    ['a PNG signature alone', png.subarray(0, 8)],
    ['a PNG without pixels', Buffer.concat([png.subarray(0, 8), pngChunk('IHDR', Buffer.from([0, 0, 0, 0, 0, 0, 0, 9, 8, 6, 0, 0, 0]))])],
    [
      'a PNG wider than the format allows',
      Buffer.concat([png.subarray(0, 8), pngChunk('IHDR', Buffer.from([255, 255, 255, 255, 0, 0, 0, 9, 8, 6, 0, 0, 0]))]),
    ],
    [
      'a PNG of a colour type that does not exist',
      Buffer.concat([png.subarray(0, 8), pngChunk('IHDR', Buffer.from([0, 0, 0, 9, 0, 0, 0, 9, 8, 5, 0, 0, 0]))]),
    ],
    ['a JPEG of fill bytes', Buffer.alloc(100_000, 0xff).fill(0xd8, 1, 2)],
    ['a JPEG segment of length 0', Buffer.from('ffd8ffe00000ffc0', 'hex')],
    ['a JPEG that ends before its frame', jpeg.subarray(0, 12)],
    ['a WebP of an unknown kind', Buffer.from('RIFF\x40\0\0\0WEBPVP9 \x40\0\0\0'.padEnd(64, '\0'), 'latin1')],
    ['a lossy WebP without its start code', Buffer.from('RIFF\x40\0\0\0WEBPVP8 \x40\0\0\0'.padEnd(64, '\0'), 'latin1')],
    ['a GIF without pixels', Buffer.from('47494638396100000000800100', 'hex')],
  ])('is no picture: %s', async (_case, bytes) => {
    expect(await inspect(bytes)).toBeNull()
  })

  it('announces a chunk of 4 GB and gets no more than its bytes read', async () => {
    const lying = Buffer.from(png)
    lying.writeUInt32BE(0xffffffff, 33)
    expect(await inspect(lying)).toMatchObject({ width: 848, complete: true, hasContentCredentials: false })
  })

  it('is read in a bounded number of steps', async () => {
    const chunks = Array.from({ length: 100_000 }, () => pngChunk('tEXt', Buffer.alloc(0)))
    let reads = 0
    const bytes = Buffer.concat([png.subarray(0, 33), ...chunks])
    const facts = await inspectImage({
      size: bytes.length,
      async read(offset, length) {
        reads++
        return bytes.subarray(offset, offset + length)
      },
    })
    expect(facts?.complete).toBe(false)
    expect(reads).toBeLessThan(600)
  })

  it('never makes the reader throw: any bytes, and any damage to a real picture', async () => {
    const source = (bytes: Uint8Array) => ({
      size: bytes.length,
      read: async (offset: number, length: number) => Buffer.from(bytes.subarray(offset, offset + length)),
    })
    const heads = fc.constantFrom(...[png, jpeg, webp, gif].map((bytes) => bytes.subarray(0, 400)))
    const damage = fc.array(fc.tuple(fc.nat(399), fc.nat(255)), { maxLength: 12 })
    const damaged = fc.tuple(heads, damage, fc.nat(400)).map(([head, hits, length]) => {
      const bytes = Buffer.from(head)
      for (const [at, value] of hits) if (at < bytes.length) bytes[at] = value
      return bytes.subarray(0, length)
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), async (bytes) => {
        const facts = await inspectImage(source(bytes))
        expect(facts === null || (facts.width >= 1 && facts.height >= 1)).toBe(true)
      }),
      { numRuns: 3_000 },
    )
  })
})

it('says so when there is no file', async () => {
  await expect(inspectImageFile(join(folder, 'nothing.png'))).rejects.toMatchObject({ code: 'ENOENT' })
})
