import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPixelPool, type PixelPool } from '../pixels/index.ts'
import { type Sharp, sharp } from '../pixels/sharp.ts'
import { type Drift, type DriftInput, type DriftMeasurement, measureDrift } from './index.ts'
import {
  gradient,
  graphics,
  jittered,
  maskOpening,
  moved,
  photograph,
  picture,
  pixelOf,
  plain,
  repaint,
  type TestPicture,
  text,
  toSharp,
  withAlpha,
} from './test-pictures.ts'

const SIDE = 512
/** What encoding again may look like. */
const JITTER = 0.002

let folder: string
let pool: PixelPool
let files = 0
let pictures: Record<string, TestPicture>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-drift-'))
  pool = openPixelPool()
  pictures = {
    'a photograph': await photograph(SIDE, SIDE),
    'a grainy photograph': await photograph(SIDE, SIDE, { seed: 2, grain: 30 }),
    graphics: graphics(SIDE, SIDE),
    text: text(SIDE, SIDE),
    'a gradient': gradient(SIDE, SIDE),
  }
})
afterAll(async () => {
  await pool[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const kinds = ['a photograph', 'a grainy photograph', 'graphics', 'text', 'a gradient'] as const
/** Kinds on which a motion can be seen. */
const textured = ['a photograph', 'a grainy photograph', 'graphics', 'text'] as const

/** Writes a picture, PNG where nothing else was chosen. @returns its path */
async function write(content: Sharp | TestPicture | Buffer): Promise<string> {
  const path = join(folder, String(files++))
  if (Buffer.isBuffer(content)) await writeFile(path, content)
  else await writeFile(path, await ('rgb' in content ? toSharp(content).png() : content).toBuffer())
  return path
}

async function measure(
  source: Sharp | TestPicture,
  result: Sharp | TestPicture,
  { mask = null, ...rest }: Partial<Omit<DriftInput, 'maskPath'>> & { mask?: Sharp | null } = {},
): Promise<DriftMeasurement> {
  const [sourcePath, resultPath] = [await write(source), await write(result)]
  const maskPath = mask && (await write(mask.png()))
  return measureDrift(pool, { sourcePath, resultPath, maskPath, boxes: [], heatMapPath: null, ...rest })
}

async function compared(...given: Parameters<typeof measure>): Promise<Drift> {
  const measurement = await measure(...given)
  if (!measurement.comparable) throw new Error(measurement.reason)
  return measurement
}

describe.concurrent('what is only encoded again', () => {
  const encodings: Record<string, (before: TestPicture) => Sharp> = {
    'JPEG at quality 80': (before) => toSharp(before).jpeg({ quality: 80 }),
    'JPEG at quality 60': (before) => toSharp(before).jpeg({ quality: 60 }),
    'JPEG at quality 80 with all its colour': (before) => toSharp(before).jpeg({ quality: 80, chromaSubsampling: '4:4:4' }),
    'WebP at quality 80': (before) => toSharp(before).webp({ quality: 80 }),
    'WebP at quality 60': (before) => toSharp(before).webp({ quality: 60 }),
    'noise of one level': (before) => toSharp(jittered(before)).png(),
    'a PNG of 1.5 times the size': (before) =>
      toSharp(before)
        .resize(1.5 * SIDE, 1.5 * SIDE, { kernel: 'cubic' })
        .png(),
  }
  const table = kinds.flatMap((kind) => Object.keys(encodings).map((encoding) => ({ kind, encoding })))

  it.each(table)('scores about nothing: $kind as $encoding', async ({ kind, encoding }) => {
    const before = pictures[kind]!
    const { outside } = await compared(before, encodings[encoding]!(before))
    expect(outside!.changedFraction).toBeLessThanOrEqual(JITTER)
    expect(outside!.ssim).toBeGreaterThan(0.92)
    expect(outside!.colourShift.deltaEMean).toBeLessThan(3)
  })

  it('scores nothing at all when not a byte differs', async () => {
    const { outside, alignment, inside } = await compared(pictures['text']!, pictures['text']!)
    expect(alignment).toEqual({ shiftX: 0, shiftY: 0, scale: 1, confidence: 1 })
    expect(outside).toEqual({
      pixels: SIDE * SIDE,
      changedFraction: 0,
      changedFractionRaw: 0,
      ssim: 1,
      colourShift: { l: 0, a: 0, b: 0, deltaEMean: 0, deltaEP95: 0 },
      largestRegion: null,
    })
    expect(inside).toBeNull()
  })
})

describe('what was changed', () => {
  /** A fiftieth of the picture. */
  const box = { x: 200, y: 180, width: 73, height: 73 }

  it.concurrent.each(kinds)('is seen where a fiftieth took another colour, in %s that was also encoded again', async (kind) => {
    const before = pictures[kind]!
    const after = repaint(before, box, (x, y) => {
      const [red, green, blue] = pixelOf(before, x, y)
      return [red * 0.7 + 70, green * 0.7, blue * 0.7 + 20]
    })
    const { outside, boxes } = await compared(before, toSharp(after).jpeg({ quality: 80 }), { boxes: [box, { ...box, x: 380 }] })
    expect(outside!.changedFraction).toBeGreaterThan(0.01)
    expect(outside!.changedFraction).toBeLessThan(0.03)
    expect(outside!.largestRegion!.x).toBeGreaterThan(box.x - 12)
    expect(outside!.largestRegion!.x).toBeLessThan(box.x + box.width)
    expect(boxes[0]!.changedFraction).toBeGreaterThan(0.6)
    expect(boxes[0]!.deltaE).toBeGreaterThan(8)
    expect(boxes[1]!.changedFraction).toBeLessThan(0.02)
  })

  it.concurrent.each(textured)('is seen where a fiftieth moved by 4 pixels, in %s that was also encoded again', async (kind) => {
    const before = pictures[kind]!
    const after = repaint(before, box, (x, y) => pixelOf(before, x - 4, y))
    const { outside, alignment, boxes } = await compared(before, toSharp(after).jpeg({ quality: 80 }), { boxes: [box] })
    expect(outside!.changedFraction).toBeGreaterThan(JITTER)
    expect(boxes[0]!.changedFraction).toBeGreaterThan(0.1)
    expect(alignment.shiftX).toBe(0)
  })

  it('is told as a shift of colour when all of it became warmer', async () => {
    const before = pictures['a photograph']!
    const warmer = picture(SIDE, SIDE, (x, y) => {
      const [red, green, blue] = pixelOf(before, x, y)
      return [red + 10, green, blue - 10]
    })
    const { outside } = await compared(before, warmer)
    expect(outside!.colourShift.a).toBeGreaterThan(1)
    expect(outside!.colourShift.b).toBeGreaterThan(5)
    expect(Math.abs(outside!.colourShift.l)).toBeLessThan(2)
    expect(outside!.colourShift.deltaEMean).toBeGreaterThan(6)
  })

  it('is seen in structure where grain took the place of other grain of the same colour', async () => {
    const other = await photograph(SIDE, SIDE, { seed: 2, grain: 60 })
    const before = await photograph(SIDE, SIDE, { seed: 2, grain: 0 })
    const { outside } = await compared(before, other)
    expect(outside!.ssim).toBeLessThan(0.9)
  })
})

describe('a picture that moved as a whole', () => {
  it.concurrent.each(textured)('is compared after the motion is undone: %s', async (kind) => {
    const before = pictures[kind]!
    const { outside, alignment } = await compared(before, toSharp(moved(before, -7, 3)).jpeg({ quality: 80 }))
    expect(alignment.shiftX).toBeCloseTo(-7, 0)
    expect(alignment.shiftY).toBeCloseTo(3, 0)
    expect(alignment.confidence).toBeGreaterThan(0.8)
    expect(outside!.changedFraction).toBeLessThanOrEqual(JITTER)
    expect(outside!.changedFractionRaw).toBeGreaterThan(0.05)
  })

  it.concurrent.each(textured)('is compared after an enlargement is undone: %s', async (kind) => {
    const before = pictures[kind]!
    const larger = toSharp(before)
      .resize(SIDE + 20, SIDE + 20, { fit: 'fill' })
      .extract({ left: 10, top: 10, width: SIDE, height: SIDE })
    const { outside, alignment } = await compared(before, larger.png())
    expect(alignment.scale).toBeCloseTo(1 + 20 / SIDE, 2)
    expect(outside!.changedFraction).toBeLessThanOrEqual(JITTER)
    expect(outside!.changedFractionRaw).toBeGreaterThan(0.05)
  })

  it('is found at any shift within reach, also where a third of it was repainted', async () => {
    const before = pictures['a photograph']!
    const shift = fc.integer({ min: -30, max: 30 })
    await fc.assert(
      fc.asyncProperty(shift, shift, async (right, down) => {
        const painted = repaint(moved(before, right, down), { x: 80, y: 120, width: 320, height: 260 }, (x, y) => [x % 256, 80, y % 256])
        const { alignment } = await compared(before, painted)
        expect(alignment.shiftX).toBeCloseTo(right, 0)
        expect(alignment.shiftY).toBeCloseTo(down, 0)
      }),
      { numRuns: 5 },
    )
  })

  it('is not blamed for an edit that did not move with it', async () => {
    const before = pictures['a photograph']!
    const open = { x: 130, y: 100, width: 240, height: 200 }
    const result = repaint(moved(before, 6, 4), open, (x, y) => [x % 256, 90, y % 256])
    const { outside, alignment } = await compared(before, result, { mask: maskOpening(SIDE, SIDE, open) })
    expect(alignment.shiftX).toBeCloseTo(6, 0)
    expect(outside!.changedFraction).toBeLessThanOrEqual(JITTER)
  })

  it('is not to be confused with the one thing in it that moved', async () => {
    const white = plain(SIDE, SIDE, [255, 255, 255])
    const thing = (x: number) => repaint(white, { x, y: 240, width: 60, height: 60 }, () => [20, 60, 160])
    const { outside, alignment } = await compared(thing(300), thing(308))
    expect(alignment).toMatchObject({ shiftX: 0, shiftY: 0, scale: 1 })
    expect(alignment.confidence).toBeLessThan(0.6)
    expect(outside!.largestRegion).not.toBeNull()
  })
})

describe('a mask', () => {
  const open = { x: 130, y: 100, width: 240, height: 200 }
  const edited = (before: TestPicture) => repaint(before, open, (x, y) => [(3 * x) % 256, 255 - pixelOf(before, x, y)[1], y % 256])

  it.concurrent.each(kinds)('keeps the edit itself from being blamed: %s', async (kind) => {
    const before = pictures[kind]!
    const result = toSharp(edited(before)).jpeg({ quality: 80 })
    const { outside, inside } = await compared(before, result, { mask: maskOpening(SIDE, SIDE, open) })
    expect(outside!.changedFraction).toBeLessThanOrEqual(JITTER)
    expect(outside!.pixels).toBe(SIDE * SIDE - open.width * open.height)
    expect(inside!.changedFraction).toBeGreaterThan(0.9)
  })

  it('shows an edit that did nothing', async () => {
    const before = pictures['graphics']!
    const { inside } = await compared(before, toSharp(before).jpeg({ quality: 80 }), { mask: maskOpening(SIDE, SIDE, open) })
    expect(inside!.changedFraction).toBeLessThanOrEqual(JITTER)
  })

  it('does not hide what changed outside of it, nor in a protected box inside of it', async () => {
    const before = pictures['a photograph']!
    const outsideBox = { x: 400, y: 380, width: 90, height: 90 }
    const result = repaint(edited(before), outsideBox, () => [250, 20, 20])
    const boxes = [{ x: 160, y: 130, width: 80, height: 80 }, outsideBox, { x: 20, y: 20, width: 60, height: 60 }]
    const drift = await compared(before, result, { mask: maskOpening(SIDE, SIDE, open), boxes })
    expect(drift.boxes.map((found) => Math.round(found!.changedFraction))).toEqual([1, 1, 0])
    expect(drift.boxes[0]!.ssim).toBeLessThan(0.5)
    expect(drift.outside!.changedFraction).toBeGreaterThan(0.02)
    expect(drift.outside!.largestRegion!.x).toBeGreaterThan(385)
  })

  it('that keeps nothing leaves nothing to be judged', async () => {
    const before = pictures['text']!
    const { outside, inside, alignment } = await compared(before, before, { mask: withAlpha(before, () => 0) })
    expect(outside).toBeNull()
    expect(inside).toEqual({ changedFraction: 0 })
    expect(alignment).toEqual({ shiftX: 0, shiftY: 0, scale: 1, confidence: 0 })
  })
})

describe('pictures of other sizes and kinds', () => {
  it('of the same shape are compared at the smaller size, boxes told in pixels of the result', async () => {
    const before = await photograph(600, 400)
    const double = repaint(before, { x: 300, y: 200, width: 100, height: 75 }, () => [0, 0, 0])
    const boxes = [
      { x: 600, y: 400, width: 200, height: 150 },
      { x: 1300, y: 0, width: 10, height: 10 },
    ]
    const drift = await compared(before, toSharp(double).resize(1200, 800, { kernel: 'cubic' }).png(), { boxes })
    expect(drift.workingSize).toEqual({ width: 600, height: 400 })
    expect(drift.boxes[0]).toMatchObject({ box: boxes[0] })
    expect(drift.boxes[0]!.changedFraction).toBeGreaterThan(0.9)
    expect(drift.boxes[1]).toBeNull()
    const { x, y, width, height } = drift.outside!.largestRegion!
    expect([x, y, x + width, y + height].map((edge) => Math.round(edge / 50) * 50)).toEqual([600, 400, 800, 550])
  })

  it('larger than a megapixel are compared at about one', async () => {
    const before = gradient(2000, 1400)
    const { workingSize, outside } = await compared(before, before)
    expect(workingSize.width * workingSize.height).toBeLessThan(1.01 * 1024 * 1024)
    expect(outside!.changedFraction).toBe(0)
  })

  it('of other shapes are not compared, and it is said why', async () => {
    const measurement = await measure(gradient(300, 200), gradient(256, 256))
    expect(measurement).toEqual({
      comparable: false,
      reason: 'The source is 300x200 and the result 256x256: their shapes differ by more than 1 %, so their pixels do not correspond.',
    })
  })

  it('are turned upright before they are compared', async () => {
    const upright = await photograph(300, 200)
    const stored = toSharp(upright).rotate(-90).withMetadata({ orientation: 6 })
    const { outside } = await compared(stored.png(), upright)
    expect(outside!.changedFraction).toBe(0)
  })

  it('may hide any colour where they are transparent, but not become transparent', async () => {
    const [red, blue] = [plain(200, 200, [255, 0, 0]), plain(200, 200, [0, 0, 255])]
    const left = (x: number) => (x < 100 ? 0 : 255)
    const hidden = await compared(
      withAlpha(red, left).png(),
      withAlpha(
        repaint(red, { x: 0, y: 0, width: 90, height: 200 }, () => [0, 0, 255]),
        left,
      ).png(),
    )
    expect(hidden.outside!.changedFraction).toBe(0)
    const cut = await compared(blue, withAlpha(blue, left).png())
    expect(cut.outside!.changedFraction).toBeGreaterThan(0.48)
    expect(cut.outside!.changedFraction).toBeLessThan(0.56)
  })

  it('may be as small as one pixel', async () => {
    const { outside } = await compared(plain(1, 1, [0, 0, 0]), plain(1, 1, [255, 255, 255]))
    expect(outside).toMatchObject({ pixels: 1, changedFraction: 1, largestRegion: { x: 0, y: 0, width: 1, height: 1 } })
  })

  it('are refused when they cannot be decoded', async () => {
    const good = await write(plain(20, 20, [1, 2, 3]))
    const broken = await write(Buffer.from('no picture'))
    const order = { maskPath: null, boxes: [], heatMapPath: null }
    await expect(measureDrift(pool, { sourcePath: good, resultPath: broken, ...order })).rejects.toMatchObject({
      kind: 'refused',
      code: 'unreadable',
    })
  })
})

describe('the heat map', () => {
  const before = plain(300, 200, [30, 140, 60])
  const changed = { x: 200, y: 20, width: 60, height: 60 }
  const open = { x: 20, y: 20, width: 100, height: 100 }

  async function pixelsOf(path: string) {
    const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
    return { ...info, at: (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)] }
  }

  it('is a PNG of the size of the result, whose hash is told', async () => {
    const heatMapPath = join(folder, 'sized.png')
    const result = toSharp(before).resize(450, 300).png()
    const { heatMap } = await compared(before, result, { heatMapPath })
    const png = await readFile(heatMapPath)
    expect(heatMap).toEqual({ width: 450, height: 300, bytes: png.length, sha256: createHash('sha256').update(png).digest('hex') })
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 450, height: 300 })
  })

  it('is grey where nothing changed, warm where something did, blue where the mask is open', async () => {
    const heatMapPath = join(folder, 'colours.png')
    const result = repaint(
      repaint(before, changed, () => [200, 30, 30]),
      open,
      () => [255, 255, 255],
    )
    await compared(before, result, { heatMapPath, mask: maskOpening(300, 200, open), boxes: [{ x: 150, y: 150, width: 40, height: 30 }] })
    const { at } = await pixelsOf(heatMapPath)
    const [grey, warm, cool, frame] = [at(280, 180), at(230, 50), at(70, 70), at(150, 160)]
    expect(new Set(grey).size).toBe(1)
    expect(warm[0]! - warm[2]!).toBeGreaterThan(60)
    expect(cool[2]! - cool[0]!).toBeGreaterThan(10)
    expect(frame).toEqual([0, 132, 122])
  })
})
