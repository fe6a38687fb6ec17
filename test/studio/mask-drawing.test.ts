import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { featherBox } from '../../studio/src/screens/edit/mask/feather-box.ts'
import { MaskDocument } from '../../studio/src/screens/edit/mask/mask-document.ts'
import { emptyRaster, fillBox, fillPolygon, openShare, paintStroke } from '../../studio/src/screens/edit/mask/mask-raster.ts'
import { fitView, panView, toPicture, zoomView } from '../../studio/src/screens/edit/mask/mask-view.ts'
import { writeMaskPng } from '../../studio/src/screens/edit/mask/write-mask-png.ts'

const [WIDTH, HEIGHT] = [70, 45]
const place = fc.record({ x: fc.integer({ min: -20, max: WIDTH + 20 }), y: fc.integer({ min: -20, max: HEIGHT + 20 }) })
const dot = fc.record({
  x: fc.double({ min: -9, max: 80, noNaN: true }),
  y: fc.double({ min: -9, max: 60, noNaN: true }),
  radius: fc.double({ min: 0.5, max: 12, noNaN: true }),
})
const ink = fc.constantFrom(0 as const, 255 as const)
const box = fc.record({ x: fc.nat(80), y: fc.nat(50), width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) })

type Act = (mask: MaskDocument) => void
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.tuple(fc.array(dot, { minLength: 1, maxLength: 4 }), ink).map(
    ([dots, paint]): Act =>
      (mask) => {
        for (const [index, each] of dots.entries()) mask.stroke(dots[index - 1] ?? each, each, paint)
        mask.endStep()
      },
  ),
  fc.tuple(box, ink).map(
    ([area, paint]): Act =>
      (mask) =>
        mask.fillBox(area, paint),
  ),
  fc.tuple(fc.array(place, { minLength: 3, maxLength: 6 }), ink).map(
    ([points, paint]): Act =>
      (mask) =>
        mask.fillPolygon(points, paint),
  ),
  fc.constant<Act>((mask) => mask.invert()),
)

describe('drawing a mask', () => {
  it('takes every step back to the pixel and does it again, in any sequence', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 8 }), (acts) => {
        const mask = new MaskDocument(WIDTH, HEIGHT, { tileEdge: 16 })
        const states = [mask.raster.values.slice()]
        for (const each of acts) {
          const { version } = mask
          each(mask)
          if (mask.version !== version) states.push(mask.raster.values.slice())
        }
        for (const state of states.toReversed()) {
          expect(mask.raster.values).toEqual(state)
          mask.undo()
        }
        expect(mask.canUndo).toBe(false)
        for (const state of states) {
          expect(mask.raster.values).toEqual(state)
          mask.redo()
        }
        expect(mask.canRedo).toBe(false)
        expect(mask.openShare).toBe(openShare(mask.raster))
      }),
      { numRuns: 60 },
    )
  })

  it('tells of every pixel that changes', () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 1, maxLength: 5 }), (acts) => {
        const mask = new MaskDocument(WIDTH, HEIGHT, { tileEdge: 16 })
        const shown = mask.raster.values.slice()
        mask.subscribe(({ x, y, width, height }) => {
          for (let row = y; row < y + height; row++)
            for (let column = x; column < x + width; column++) shown[row * WIDTH + column] = mask.raster.values[row * WIDTH + column]!
        })
        for (const each of acts) each(mask)
        mask.undo()
        expect(shown).toEqual(mask.raster.values)
      }),
      { numRuns: 40 },
    )
  })

  it('remembers no more than it may: the oldest steps go, a step that changed nothing is none', () => {
    const mask = new MaskDocument(256, 256, { tileEdge: 64, limitBytes: 40_000 })
    for (let step = 0; step < 30; step++) {
      mask.stroke({ x: step * 8, y: 99, radius: 9 }, { x: step * 8, y: 99, radius: 9 }, 255)
      mask.endStep()
    }
    mask.fillBox({ x: 0, y: 0, width: 0, height: 0 }, 255)
    let steps = 0
    for (; mask.canUndo; steps++) mask.undo()
    expect(steps).toBeGreaterThan(3)
    expect(steps).toBeLessThan(12)
    mask.fillBox({ x: 300, y: 0, width: 9, height: 9 }, 255)
    expect(mask.canRedo).toBe(true)
  })

  it('paints what the brush passes over, with the pressure that it has, and one pixel at least', () => {
    const raster = emptyRaster(40, 20)
    paintStroke(raster, { x: 5, y: 10, radius: 2 }, { x: 35, y: 10, radius: 6 }, 255)
    const column = (x: number) => Array.from({ length: 20 }, (_, y) => raster.values[y * 40 + x]!).filter((value) => value === 255).length
    expect([column(5), column(20), column(34)]).toEqual([4, 8, 12])
    const point = emptyRaster(4, 4)
    paintStroke(point, { x: 1.99, y: 1.01, radius: 0.1 }, { x: 1.99, y: 1.01, radius: 0.1 }, 255)
    expect([...point.values].flatMap((value, index) => (value ? [index] : []))).toEqual([5])
  })

  it('fills a lasso by the even-odd rule, a square exactly like a rectangle', () => {
    const [lasso, rectangle] = [emptyRaster(20, 20), emptyRaster(20, 20)]
    fillPolygon(
      lasso,
      [
        { x: 3, y: 4 },
        { x: 12, y: 4 },
        { x: 12, y: 9 },
        { x: 3, y: 9 },
      ],
      255,
    )
    fillBox(rectangle, { x: 3, y: 4, width: 9, height: 5 }, 255)
    expect(lasso.values).toEqual(rectangle.values)
  })

  it('feathers inward only, in even steps, alike in parts and as a whole, and never closes a narrow mask', () => {
    const raster = emptyRaster(60, 30)
    fillBox(raster, { x: 10, y: 0, width: 30, height: 30 }, 255)
    const whole = featherBox(raster, { x: 0, y: 0, width: 60, height: 30 }, 4)
    expect([...whole.subarray(8 * 60 + 8, 8 * 60 + 17)]).toEqual([0, 0, 51, 102, 153, 204, 255, 255, 255])
    const part = featherBox(raster, { x: 35, y: 7, width: 9, height: 2 }, 4)
    expect([...part.subarray(0, 9)]).toEqual([...whole.subarray(7 * 60 + 35, 7 * 60 + 44)])
    fillBox(raster, { x: 0, y: 0, width: 60, height: 30 }, 255)
    fillBox(raster, { x: 59, y: 0, width: 1, height: 30 }, 0)
    expect(featherBox(raster, { x: 0, y: 0, width: 20, height: 30 }, 16).every((value) => value === 255)).toBe(true)
    const narrow = new MaskDocument(60, 30)
    narrow.fillBox({ x: 10, y: 10, width: 3, height: 3 }, 255)
    expect(narrow.feathered(32).includes(255)).toBe(true)
  })
})

describe('a mask as a file', () => {
  it('is a PNG of exactly the pixels of the picture, transparent where the edit may paint', async () => {
    for (const [width, height] of [
      [1, 1],
      [37, 11],
      [1500, 400],
    ] as const) {
      const values = new Uint8Array(randomBytes(width * height))
      const png = Buffer.from(await (await writeMaskPng({ width, height, values })).arrayBuffer())
      const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
      expect(info).toMatchObject({ width, height, channels: 4 })
      expect(values.every((value, index) => data[4 * index + 3] === 255 - value && data[4 * index] === 0)).toBe(true)
    }
  })
})

describe('the view of a picture', () => {
  const [window, picture] = [
    { width: 800, height: 500 },
    { width: 3840, height: 2160 },
  ]

  it('keeps the place under the pointer where it is while zooming, and never leaves the picture', () => {
    fc.assert(
      fc.property(fc.double({ min: 1.1, max: 8, noNaN: true }), fc.nat(800), fc.nat(500), (factor, x, y) => {
        const near = zoomView(fitView(window, picture), 4, { x: 400, y: 250 }, window, picture)
        const nearer = zoomView(near, factor, { x, y }, window, picture)
        const [before, after] = [toPicture(near, { x, y }), toPicture(nearer, { x, y })]
        expect(after.x).toBeCloseTo(before.x, 6)
        expect(after.y).toBeCloseTo(before.y, 6)
        const away = panView(nearer, { x: 99_999, y: -99_999 }, window, picture)
        expect(toPicture(away, { x: 0, y: 500 })).toEqual({ x: 0, y: expect.closeTo(2160, 6) })
      }),
    )
    expect(zoomView(fitView(window, picture), 0.01, { x: 5, y: 5 }, window, picture)).toEqual(fitView(window, picture))
  })
})
