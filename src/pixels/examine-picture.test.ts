import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { examinePicture, openPixelPool, type PictureExamination, type PixelPool, PixelTaskError } from './index.ts'

let folder: string
let pool: PixelPool
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-pixels-'))
  pool = openPixelPool()
})
afterAll(async () => {
  await pool[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** A pool that has no process to give: whoever asks it for one fails. */
const noPool: PixelPool = {
  run: () => Promise.reject(new PixelTaskError('failed', 'pool_closed', 'a process was asked for')),
  [Symbol.asyncDispose]: async () => undefined,
}

let files = 0
async function examine(bytes: Uint8Array, by: PixelPool = pool): Promise<PictureExamination> {
  const path = join(folder, `${files++}.png`)
  await writeFile(path, bytes)
  return examinePicture(by, path)
}

const blank = (width: number, height: number, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background: { r: 200, g: 40, b: 90, alpha: 1 } } })
const noise = (width: number, height: number) => sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } })

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(data.length, 0)
  chunk.set(body, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}

/** A valid PNG of one colour, whatever its size: some hundred kilobytes for hundreds of megapixels. */
function flatPng(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const rows = deflateSync(Buffer.alloc((width + 1) * height))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', rows),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

const insert = (into: Buffer, at: number, part: Buffer) => Buffer.concat([into.subarray(0, at), part, into.subarray(at)])

describe('a picture that models can be given', () => {
  it('is measured as it is stored: format, size, orientation, channels, colours', async () => {
    const jpeg = await noise(120, 80).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await examine(jpeg)).toEqual({
      ok: true,
      picture: {
        format: 'jpeg',
        bytes: jpeg.length,
        width: 120,
        height: 80,
        orientation: 6,
        bitDepth: 8,
        channels: 3,
        colourSpace: 'srgb',
        profile: expect.stringMatching(/none|srgb/),
        alpha: false,
        transparentShare: 0,
        opaqueShare: 1,
        hasContentCredentials: false,
      },
    })
    expect(await examine(await noise(40, 30).webp({ lossless: true }).toBuffer())).toMatchObject({ ok: true, picture: { format: 'webp' } })
    expect(await examine(await noise(40, 30).toColourspace('b-w').png().toBuffer())).toMatchObject({
      ok: true,
      picture: { format: 'png', colourSpace: 'grey', channels: 1, orientation: 1 },
    })
  })

  it('has its transparent and its opaque pixels counted', async () => {
    const alpha = Buffer.alloc(10 * 10 * 4, 255)
    for (let pixel = 0; pixel < 25; pixel++) alpha[pixel * 4 + 3] = 0
    for (let pixel = 25; pixel < 35; pixel++) alpha[pixel * 4 + 3] = 128
    const png = await sharp(alpha, { raw: { width: 10, height: 10, channels: 4 } })
      .png()
      .toBuffer()
    expect(await examine(png)).toMatchObject({ ok: true, picture: { alpha: true, transparentShare: 0.25, opaqueShare: 0.65 } })
    expect(await examine(await blank(8, 8, 4).png({ palette: true }).toBuffer())).toMatchObject({ ok: true })
  })

  it('shows whose colours it has', async () => {
    const profileOf = async (name: string) => examine(await noise(8, 8).withIccProfile(name).png().toBuffer())
    expect(await profileOf('srgb')).toMatchObject({ ok: true, picture: { profile: 'srgb' } })
    expect(await profileOf('p3')).toMatchObject({ ok: true, picture: { profile: 'other' } })
    expect(await examine(await noise(8, 8).png().toBuffer())).toMatchObject({ ok: true, picture: { profile: 'none' } })
  })
})

describe('a file that is refused by its first bytes', () => {
  it.each<[string, string, string | Buffer, RegExp]>([
    ['nothing', 'empty', '', /empty/],
    ['an SVG', 'unsupported_format', '<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>', /SVG/],
    ['an SVG in UTF-16', 'unsupported_format', Buffer.from('\ufeff<svg width="9"/>', 'utf16le'), /SVG/],
    ['an HTML page', 'not_an_image', '<!DOCTYPE html><html><svg ></svg></html>', /HTML/],
    ['a GIF', 'unsupported_format', 'GIF89a\x05\0\x04\0\0\0\0;', /GIF/],
    ['a HEIC', 'unsupported_format', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', /HEIC/],
    ['an AVIF', 'unsupported_format', '\0\0\0\x18ftypavif\0\0\0\0mif1avif', /AVIF/],
    ['a TIFF', 'unsupported_format', 'II*\0\x08\0\0\0', /TIFF/],
    ['a BMP', 'unsupported_format', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0', /BMP/],
    ['a PDF', 'not_an_image', '%PDF-1.7\n', /PDF/],
    ['a text', 'not_an_image', 'hello', /text/],
    ['random bytes', 'not_an_image', Buffer.from('0102030405060708', 'hex'), /unknown/],
    ['a PNG signature alone', 'unreadable', Buffer.from('89504e470d0a1a0a', 'hex'), /PNG.*header/],
  ])('without a process: %s', async (_name, problem, bytes, found) => {
    const file = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes, 'latin1')
    expect(await examine(file, noPool)).toEqual({ ok: false, problem, found: expect.stringMatching(found) })
  })

  it('because its header announces too many pixels: a PNG of 260 megapixels in 250 KB', async () => {
    const bomb = flatPng(16_125, 16_125)
    expect(bomb.length).toBeLessThan(300_000)
    expect(await examine(bomb, noPool)).toMatchObject({
      ok: false,
      problem: 'too_many_pixels',
      found: expect.stringContaining('16125x16125'),
    })
  })

  it('because it holds several pictures', async () => {
    const frames = await Promise.all([noise(9, 9).png().toBuffer(), noise(9, 9).png().toBuffer()])
    const animatedWebp = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer()
    expect(await examine(animatedWebp, noPool)).toMatchObject({ ok: false, problem: 'animated' })
    const animatedPng = insert(flatPng(9, 9), 33, pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])))
    expect(await examine(animatedPng, noPool)).toMatchObject({ ok: false, problem: 'animated' })
    const index = Buffer.concat([Buffer.from([0xff, 0xe2, 0, 12]), Buffer.from('MPF\0MM\0*\0\0', 'latin1')])
    const mpo = insert(await blank(9, 9).jpeg().toBuffer(), 2, index)
    expect(await examine(mpo, noPool)).toMatchObject({ ok: false, problem: 'multi_frame_jpeg' })
  })

  it('because it has 16 bits a channel, or is cut off', async () => {
    const deep = await blank(9, 9).toColourspace('rgb16').png().toBuffer()
    expect(await examine(deep, noPool)).toMatchObject({ ok: false, problem: 'sixteen_bit', found: expect.stringContaining('16 bits') })
    for (const whole of [
      await noise(99, 99).png().toBuffer(),
      await noise(99, 99).jpeg().toBuffer(),
      await noise(99, 99).webp().toBuffer(),
    ])
      expect(await examine(whole.subarray(0, whole.length / 2), noPool)).toMatchObject({ ok: false, problem: 'truncated' })
  })
})

describe('a file that only a decoder can refuse', () => {
  it('is in CMYK', async () => {
    expect(await examine(await blank(9, 9).toColourspace('cmyk').jpeg().toBuffer())).toMatchObject({ ok: false, problem: 'cmyk' })
  })

  it('has an end but not all of its pixels', async () => {
    const png = await noise(99, 99).png().toBuffer()
    const holed = Buffer.concat([png.subarray(0, 9_000), png.subarray(-12)])
    const jpeg = await noise(99, 99).jpeg().toBuffer()
    const shortened = Buffer.concat([jpeg.subarray(0, 1_500), Buffer.from('ffd9', 'hex')])
    for (const file of [holed, shortened]) expect(await examine(file)).toMatchObject({ ok: false, problem: 'unreadable' })
  })

  it('announces other pixels than it has', async () => {
    const webp = await noise(64, 64)
      .webp()
      .withExif({ IFD0: { Copyright: 'x' } })
      .toBuffer()
    expect(webp.toString('latin1', 12, 16)).toBe('VP8X')
    webp.writeUIntLE(7, 24, 3)
    expect(await examine(webp)).toMatchObject({ ok: false, problem: 'unreadable' })
  })
})

describe('hostile files', () => {
  it('always get a verdict: 300 pictures with bytes changed, moved and cut', async () => {
    const picture = noise(48, 40)
    const originals = await Promise.all([
      picture.clone().png().toBuffer(),
      picture.clone().png({ progressive: true, palette: true }).toBuffer(),
      picture.clone().jpeg().toBuffer(),
      picture
        .clone()
        .jpeg({ progressive: true })
        .withExif({ IFD0: { Copyright: 'x' } })
        .toBuffer(),
      picture.clone().webp().withIccProfile('p3').toBuffer(),
      picture.clone().webp({ lossless: true }).toBuffer(),
    ])
    const mutation = fc.record({
      original: fc.constantFrom(...originals),
      changes: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), { minLength: 1, maxLength: 12 }),
      keep: fc.constantFrom(1, 1, 1, 0.7),
      nearHeader: fc.boolean(),
    })
    const mutants = fc.sample(mutation, { numRuns: 300, seed: 20_261_121 })
    const verdicts = await Promise.all(
      mutants.map(({ original, changes, keep, nearHeader }) => {
        const bytes = Buffer.from(original.subarray(0, Math.ceil(original.length * keep)))
        for (const [place, value] of changes) bytes[Math.floor(place * (nearHeader ? 120 : bytes.length))] = value
        return examine(bytes)
      }),
    )
    expect(verdicts.filter(({ ok }) => !ok).length).toBeGreaterThan(100)
    for (const verdict of verdicts) expect(verdict.ok ? verdict.picture.width : verdict.found).toBeTruthy()
  })

  it('cost one refusal each, however much they ask of the decoder', async () => {
    const within = flatPng(5_792, 5_792)
    expect(await examine(within)).toMatchObject({ ok: true, picture: { width: 5_792, height: 5_792 } })
    await using starved = openPixelPool({ children: 1, maxRssBytes: 30_000_000 })
    expect(await examine(within, starved)).toMatchObject({ ok: false, problem: 'unreadable', found: expect.stringContaining('memory') })
  })
})
