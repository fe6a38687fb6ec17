import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sharp } from '../pixels/sharp.ts'
import { TestDrift } from './test-drift.ts'
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

let test: TestDrift
let pictures: Record<string, TestPicture>

beforeAll(async () => {
  test = await TestDrift.open()
  pictures = {
    'a photograph': await photograph(SIDE, SIDE),
    'a grainy photograph': await photograph(SIDE, SIDE, { seed: 2, grain: 30 }),
    graphics: graphics(SIDE, SIDE),
    text: text(SIDE, SIDE),
    'a gradient': gradient(SIDE, SIDE),
  }
})
afterAll(() => test[Symbol.asyncDispose]())

const kinds = ['a photograph', 'a grainy photograph', 'graphics', 'text', 'a gradient'] as const
/** Kinds on which a motion can be seen. */
const textured = ['a photograph', 'a grainy photograph', 'graphics', 'text'] as const

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
    const { outside } = await test.compare(before, encodings[encoding]!(before))
    expect(outside!.changedFraction).toBeLessThanOrEqual(JITTER)
    expect(outside!.ssim).toBeGreaterThan(0.92)
    expect(outside!.colourShift.deltaEMean).toBeLessThan(3)
  })

  it('scores nothing at all when not a byte differs', async () => {
    const { outside, alignment, inside } = await test.compare(pictures['text']!, pictures['text']!)
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
    const { outside, boxes } = await test.compare(before, toSharp(after).jpeg({ quality: 80 }), { boxes: [box, { ...box, x: 380 }] })
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
    const { outside, alignment, boxes } = await test.compare(before, toSharp(after).jpeg({ quality: 80 }), { boxes: [box] })
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
    const { outside } = await test.compare(before, warmer)
    expect(outside!.colourShift.a).toBeGreaterThan(1)
    expect(outside!.colourShift.b).toBeGreaterThan(5)
    expect(Math.abs(outside!.colourShift.l)).toBeLessThan(2)
    expect(outside!.colourShift.deltaEMean).toBeGreaterThan(6)
  })

  it('is seen in structure where grain took the place of other grain of the same colour', async () => {
    const other = await photograph(SIDE, SIDE, { seed: 2, grain: 60 })
    const before = await photograph(SIDE, SIDE, { seed: 2, grain: 0 })
    const { outside } = await test.compare(before, other)
    expect(outside!.ssim).toBeLessThan(0.9)
  })
})

describe('a picture that moved as a whole', () => {
  it.concurrent.each(textured)('is compared after the motion is undone: %s', async (kind) => {
    const before = pictures[kind]!
    const { outside, alignment } = await test.compare(before, toSharp(moved(before, -7, 3)).jpeg({ quality: 80 }))
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
    const { outside, alignment } = await test.compare(before, larger.png())
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
        const { alignment } = await test.compare(before, painted)
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
    const { outside, alignment } = await test.compare(before, result, { mask: maskOpening(SIDE, SIDE, open) })
    expect(alignment.shiftX).toBeCloseTo(6, 0)
    expect(outside!.changedFraction).toBeLessThanOrEqual(JITTER)
  })

  it('is not to be confused with the one thing in it that moved', async () => {
    const white = plain(SIDE, SIDE, [255, 255, 255])
    const thing = (x: number) => repaint(white, { x, y: 240, width: 60, height: 60 }, () => [20, 60, 160])
    const { outside, alignment } = await test.compare(thing(300), thing(308))
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
    const { outside, inside } = await test.compare(before, result, { mask: maskOpening(SIDE, SIDE, open) })
    expect(outside!.changedFraction).toBeLessThanOrEqual(JITTER)
    expect(outside!.pixels).toBe(SIDE * SIDE - open.width * open.height)
    expect(inside!.changedFraction).toBeGreaterThan(0.9)
  })

  it('shows an edit that did nothing', async () => {
    const before = pictures['graphics']!
    const { inside } = await test.compare(before, toSharp(before).jpeg({ quality: 80 }), { mask: maskOpening(SIDE, SIDE, open) })
    expect(inside!.changedFraction).toBeLessThanOrEqual(JITTER)
  })

  it('does not hide what changed outside of it, nor in a protected box inside of it', async () => {
    const before = pictures['a photograph']!
    const outsideBox = { x: 400, y: 380, width: 90, height: 90 }
    const result = repaint(edited(before), outsideBox, () => [250, 20, 20])
    const boxes = [{ x: 160, y: 130, width: 80, height: 80 }, outsideBox, { x: 20, y: 20, width: 60, height: 60 }]
    const drift = await test.compare(before, result, { mask: maskOpening(SIDE, SIDE, open), boxes })
    expect(drift.boxes.map((found) => Math.round(found!.changedFraction))).toEqual([1, 1, 0])
    expect(drift.boxes[0]!.ssim).toBeLessThan(0.5)
    expect(drift.outside!.changedFraction).toBeGreaterThan(0.02)
    expect(drift.outside!.largestRegion!.x).toBeGreaterThan(385)
  })

  it('that keeps nothing leaves nothing to be judged', async () => {
    const before = pictures['text']!
    const { outside, inside, alignment } = await test.compare(before, before, { mask: withAlpha(before, () => 0) })
    expect(outside).toBeNull()
    expect(inside).toEqual({ changedFraction: 0 })
    expect(alignment).toEqual({ shiftX: 0, shiftY: 0, scale: 1, confidence: 0 })
  })
})
