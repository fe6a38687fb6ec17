import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { convertToPng, maskFromLuminance } from './index.ts'
import { decode, encode, noisy, painted, pixelAt, RetouchBench, type Rgba } from './retouch-test-kit.ts'

let bench: RetouchBench
beforeAll(async () => {
  bench = await RetouchBench.open()
})
afterAll(() => bench[Symbol.asyncDispose]())

describe('a mask made from black and white', () => {
  const blackAndWhite = painted(40, 20, (x) => (x < 10 ? [255, 255, 255, 255] : x === 10 ? [128, 128, 128, 255] : [0, 0, 0, 255]))
  const make = async (picture: Rgba, invert?: boolean) =>
    maskFromLuminance(bench.pool, {
      maskPath: await bench.put(encode(picture).removeAlpha().png()),
      outPath: bench.newPath(),
      ...(invert && { invert }),
    })

  it('is transparent where it was white, opaque where it was black, and soft where it was grey', async () => {
    const mask = await make(blackAndWhite)
    expect(mask).toMatchObject({ format: 'png', width: 40, height: 20, transparentShare: 0.25, opaqueShare: 29 / 40 })
    const pixels = await decode(mask.path)
    expect([5, 10, 30].map((x) => pixelAt(pixels, x, 9)[3])).toEqual([0, 127, 255])
    expect((await sharp(mask.path).metadata()).hasAlpha).toBe(true)
  })

  it('is the other way round when asked to be', async () => {
    expect(await make(blackAndWhite, true)).toMatchObject({ transparentShare: 29 / 40, opaqueShare: 0.25 })
  })

  it('is not speckled by the noise of a lossy codec', async () => {
    const drawn = painted(64, 64, (x, y) => (Math.hypot(x - 32, y - 32) < 20 ? [255, 255, 255, 255] : [0, 0, 0, 255]))
    const maskPath = await bench.put(encode(drawn).jpeg({ quality: 90 }))
    const { transparentShare, opaqueShare } = await maskFromLuminance(bench.pool, { maskPath, outPath: bench.newPath() })
    expect(transparentShare).toBeGreaterThan(0.2)
    expect(opaqueShare).toBeGreaterThan(0.6)
  })

  it.each<[string, () => Rgba]>([
    ['mask_is_coloured', () => painted(20, 20, (x) => (x < 5 ? [255, 0, 0, 255] : [0, 0, 0, 255]))],
    ['mask_is_grey', () => painted(20, 20, (x, y) => Array.from({ length: 3 }, () => 40 + x * 5 + y).concat(255))],
  ])('is refused when the picture is no such mask: %s', async (code, picture) => {
    await expect(make(picture())).rejects.toMatchObject({ kind: 'refused', code })
  })

  it('is refused when it has transparent pixels, or lies on its side', async () => {
    const alpha = await bench.put(encode(painted(9, 9, (x) => [0, 0, 0, x < 4 ? 0 : 255])).png())
    await expect(maskFromLuminance(bench.pool, { maskPath: alpha, outPath: bench.newPath() })).rejects.toMatchObject({
      code: 'mask_has_alpha',
    })
    const turned = await bench.put(encode(blackAndWhite).withMetadata({ orientation: 8 }).jpeg())
    await expect(maskFromLuminance(bench.pool, { maskPath: turned, outPath: bench.newPath() })).rejects.toMatchObject({
      code: 'orientation',
    })
  })
})

describe('a source converted to PNG', () => {
  it('has the pixels of the source as they are seen, upright', async () => {
    const leftRed = painted(32, 16, (x) => (x < 16 ? [255, 0, 0, 255] : [0, 0, 255, 255]))
    const sourcePath = await bench.put(encode(leftRed).withMetadata({ orientation: 6 }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }))
    const made = await convertToPng(bench.pool, { sourcePath, outPath: bench.newPath() })
    expect(made).toMatchObject({ format: 'png', width: 16, height: 32 })
    const pixels = await decode(made.path)
    expect(pixelAt(pixels, 8, 4)[0]).toBeGreaterThan(240)
    expect(pixelAt(pixels, 8, 28)[2]).toBeGreaterThan(240)
    expect(await sharp(made.path).metadata()).toMatchObject({ format: 'png', depth: 'uchar', space: 'srgb', hasProfile: false })
    expect((await sharp(made.path).metadata()).orientation).toBeUndefined()
  })

  it('is exactly the source when that is a lossless WebP with alpha', async () => {
    const picture = noisy(33, 21)
    const sourcePath = await bench.put(encode(picture).webp({ lossless: true, exact: true }))
    const made = await convertToPng(bench.pool, { sourcePath, outPath: bench.newPath() })
    expect((await decode(made.path)).data.equals(picture.data)).toBe(true)
  })

  it('comes out in sRGB whatever profile it went in with, and grey becomes RGB', async () => {
    const red = painted(8, 8, () => [200, 60, 60, 255])
    const wide = await bench.put(encode(red).withIccProfile('p3').jpeg({ quality: 100 }))
    const made = await convertToPng(bench.pool, { sourcePath: wide, outPath: bench.newPath() })
    const [r, g] = pixelAt(await decode(made.path), 4, 4)
    expect([Math.abs(r! - 200) < 6, Math.abs(g! - 60) < 6]).toEqual([true, true])
    const grey = await bench.put(encode(red).removeAlpha().toColourspace('b-w').jpeg())
    const fromGrey = await convertToPng(bench.pool, { sourcePath: grey, outPath: bench.newPath() })
    expect(await sharp(fromGrey.path).metadata()).toMatchObject({ channels: 3 })
  })
})
