import { createHash } from 'node:crypto'
import { readFile, stat, writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compositeFit, maxCompositePixels, type StrictComposite, strictComposite } from './index.ts'
import { decode, encode, noisy, painted, pixelAt, RetouchBench, type Rgba } from './retouch-test-kit.ts'

let bench: RetouchBench
beforeAll(async () => {
  bench = await RetouchBench.open()
})
afterAll(() => bench[Symbol.asyncDispose]())

type Order = Partial<Omit<StrictComposite, 'outPath'>>

async function composite(source: Rgba, mask: Rgba, result: Rgba, order: Order = {}) {
  const [sourcePath, maskPath, resultPath] = await Promise.all([source, mask, result].map((picture) => bench.put(encode(picture).png())))
  return compositeFiles({ sourcePath: sourcePath!, maskPath: maskPath!, resultPath: resultPath!, ...order })
}

const compositeFiles = (order: Order & Pick<StrictComposite, 'sourcePath' | 'maskPath' | 'resultPath'>) =>
  strictComposite(bench.pool, { format: 'png', featherPx: 0, outPath: bench.newPath(), ...order })

/** A mask of some ellipses, hard or soft, over an opaque ground. */
function randomMask(width: number, height: number): Rgba {
  const blobs = Array.from({ length: 1 + Math.floor(Math.random() * 4) }, () => ({
    x: Math.random() * width,
    y: Math.random() * height,
    radius: 3 + Math.random() * 30,
    soft: Math.random() < 0.5 ? 0 : 8,
  }))
  return painted(width, height, (x, y) => {
    const alphas = blobs.map((blob) => {
      const outside = Math.hypot(x - blob.x, y - blob.y) - blob.radius
      return outside <= 0 ? 0 : outside < blob.soft ? Math.round((outside / blob.soft) * 255) : 255
    })
    return [7, 7, 7, Math.min(...alphas)]
  })
}

/** Counts pixels in which two pictures differ, among those whose mask alpha is as asked. */
function differing(a: Rgba, b: Rgba, mask: Rgba, alpha: number): number {
  let count = 0
  for (let at = 0; at < mask.data.length; at += 4)
    if (mask.data[at + 3] === alpha && a.data.readUInt32BE(at) !== b.data.readUInt32BE(at)) count++
  return count
}

describe('a strict composite', () => {
  it('has 0 pixels outside the mask that differ from the source, over 50 random masks, feathers, sizes and both formats', async () => {
    const runs = Array.from({ length: 50 }, async (_, run) => {
      const [width, height] = [60 + run, 90 - run]
      const [source, mask, result] = [noisy(width, height), randomMask(width, height), noisy(width, height)]
      const featherPx = [0, 1, 5, 40][run % 4]!
      const made = await composite(source, mask, result, { featherPx, format: run % 2 ? 'webp' : 'png' })
      const out = await decode(made.path)
      expect([out.width, out.height]).toEqual([width, height])
      const replaced = featherPx === 0 ? differing(out, result, mask, 0) : 0
      return { outside: differing(out, source, mask, 255), replaced }
    })
    for (const { outside, replaced } of await Promise.all(runs)) expect({ outside, replaced }).toEqual({ outside: 0, replaced: 0 })
  })

  it('keeps what lies outside when the model answered in JPEG, in another size, or opaque for a source that is not', async () => {
    const [source, mask, result] = [noisy(80, 64), randomMask(80, 64), noisy(160, 128)]
    const [sourcePath, maskPath] = [await bench.put(encode(source).png()), await bench.put(encode(mask).webp({ lossless: true }))]
    for (const resultPath of [await bench.put(encode(result).jpeg()), await bench.put(encode(result).removeAlpha().png())]) {
      const made = await compositeFiles({ sourcePath, maskPath, resultPath, featherPx: 3 })
      expect(made).toMatchObject({ width: 80, height: 64, resampled: true })
      expect(differing(await decode(made.path), source, mask, 255)).toBe(0)
    }
  })

  it('keeps a grey, a palette and an sRGB-tagged source as stored', async () => {
    const picture = noisy(40, 40)
    const mask = painted(40, 40, (x) => [0, 0, 0, x < 20 ? 255 : 0])
    const [maskPath, resultPath] = [await bench.put(encode(mask).png()), await bench.put(encode(noisy(40, 40)).png())]
    const opaque = () => encode(picture).removeAlpha()
    for (const stored of [opaque().toColourspace('b-w').png(), opaque().png({ palette: true }), opaque().withIccProfile('srgb').png()]) {
      const sourcePath = await bench.put(stored)
      const made = await compositeFiles({ sourcePath, maskPath, resultPath })
      expect(differing(await decode(made.path), await decode(sourcePath), mask, 255)).toBe(0)
    }
  })

  it('fades in over the width of the feather, inside the edge only, and not at the border of the picture', async () => {
    const source = painted(24, 9, () => [0, 0, 0, 255])
    const result = painted(24, 9, () => [250, 250, 250, 255])
    const mask = painted(24, 9, (x) => [0, 0, 0, x < 10 ? 255 : 0])
    const made = await composite(source, mask, result, { featherPx: 4 })
    const out = await decode(made.path)
    const row = Array.from({ length: 24 }, (_, x) => pixelAt(out, x, 4)[0])
    expect(row).toEqual([...Array(10).fill(0), 50, 100, 150, 200, ...Array(10).fill(250)])
    expect(made.keptShare).toBeCloseTo(10 / 24)
  })

  it('blends soft masks, and lets no invisible colour tint what can be seen', async () => {
    const source = painted(4, 4, () => [200, 0, 0, 255])
    const half = painted(4, 4, () => [0, 0, 0, 128])
    const over = await composite(
      source,
      half,
      painted(4, 4, () => [0, 200, 0, 255]),
    )
    expect(pixelAt(await decode(over.path), 1, 1)).toEqual([100, 100, 0, 255])
    const invisible = await composite(
      source,
      half,
      painted(4, 4, () => [0, 200, 0, 0]),
    )
    expect(pixelAt(await decode(invisible.path), 1, 1)).toEqual([200, 0, 0, 128])
  })

  it('is a new, private file whose facts are right, and carries no metadata', async () => {
    const [source, mask] = [noisy(30, 20), randomMask(30, 20)]
    const resultPath = await bench.put(
      encode(noisy(30, 20))
        .withExif({ IFD0: { Copyright: 'model' } })
        .png(),
    )
    const [sourcePath, maskPath] = [await bench.put(encode(source).png()), await bench.put(encode(mask).png())]
    const made = await compositeFiles({ sourcePath, maskPath, resultPath })
    const bytes = await readFile(made.path)
    expect(made).toMatchObject({ width: 30, height: 20, format: 'png', bytes: bytes.length, resampled: false })
    expect(made.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect((await stat(made.path)).mode & 0o777).toBe(0o600)
    const { exif, icc } = await sharp(bytes).metadata()
    expect([exif, icc]).toEqual([undefined, undefined])
  })

  it('never writes over a file, and leaves none when it fails', async () => {
    const paths = { sourcePath: await bench.put(encode(noisy(8, 8)).png()), maskPath: await bench.put(encode(noisy(8, 9)).png()) }
    const taken = await bench.put(Buffer.from('mine'))
    await expect(
      strictComposite(bench.pool, { ...paths, resultPath: paths.sourcePath, outPath: taken, format: 'png', featherPx: 0 }),
    ).rejects.toMatchObject({
      code: 'EEXIST',
    })
    expect(await readFile(taken, 'utf8')).toBe('mine')
    const outPath = bench.newPath()
    const failing = strictComposite(bench.pool, { ...paths, resultPath: paths.sourcePath, outPath, format: 'png', featherPx: 0 })
    await expect(failing).rejects.toMatchObject({ kind: 'refused', code: 'mask_size', message: expect.stringContaining('8x9') })
    await writeFile(outPath, 'free again', { flag: 'wx' })
  })

  it.each<[string, () => Promise<Order>]>([
    ['aspect_differs', async () => ({ resultPath: await bench.put(encode(noisy(17, 16)).png()) })],
    ['mask_without_alpha', async () => ({ maskPath: await bench.put(encode(noisy(16, 16)).removeAlpha().png()) })],
    ['orientation', async () => ({ sourcePath: await bench.put(encode(noisy(16, 16)).withMetadata({ orientation: 6 }).png()) })],
    ['source_mode', async () => ({ sourcePath: await bench.put(encode(noisy(16, 16)).withIccProfile('p3').png()) })],
    ['feather', async () => ({ featherPx: 129 })],
    ['unreadable', async () => ({ resultPath: await bench.put((await encode(noisy(16, 16)).png().toBuffer()).subarray(0, 400)) })],
  ])('refuses what it cannot promise: %s', async (code, order) => {
    const path = await bench.put(encode(noisy(16, 16)).png())
    const refused = compositeFiles({ sourcePath: path, maskPath: path, resultPath: path, ...(await order()) })
    await expect(refused).rejects.toMatchObject({ kind: 'refused', code })
  })
})

describe('the question whether a result will fit', () => {
  it('is answered by exact aspects and by what memory allows', () => {
    const answer = (source: [number, number], result: [number, number], format: 'png' | 'webp' = 'png') =>
      compositeFit({ width: source[0], height: source[1] }, { width: result[0], height: result[1] }, format)
    expect(answer([1536, 1024], [1536, 1024])).toBe('same')
    expect(answer([3072, 2048], [1536, 1024])).toBe('resampled')
    expect(answer([1500, 1001], [1536, 1024])).toBe('aspect_differs')
    expect(answer([4032, 3024], [1024, 768])).toBe('resampled')
    expect(answer([4032, 3024], [1024, 768], 'webp')).toBe('source_too_large')
    expect(answer([3840, 2160], [3840, 2160], 'webp')).toBe('same')
    expect(maxCompositePixels.webp).toBe(3840 * 2160)
  })
})
