import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TestDrift } from './test-drift.ts'
import { gradient, photograph, plain, repaint, toSharp, withAlpha } from './test-pictures.ts'

let test: TestDrift

beforeAll(async () => {
  test = await TestDrift.open()
})
afterAll(() => test[Symbol.asyncDispose]())

describe('pictures of other sizes and kinds', () => {
  it('of the same shape are compared at the smaller size, boxes told in pixels of the result', async () => {
    const before = await photograph(600, 400)
    const double = repaint(before, { x: 300, y: 200, width: 100, height: 75 }, () => [0, 0, 0])
    const boxes = [
      { x: 600, y: 400, width: 200, height: 150 },
      { x: 1300, y: 0, width: 10, height: 10 },
    ]
    const drift = await test.compare(before, toSharp(double).resize(1200, 800, { kernel: 'cubic' }).png(), { boxes })
    expect(drift.workingSize).toEqual({ width: 600, height: 400 })
    expect(drift.boxes[0]).toMatchObject({ box: boxes[0] })
    expect(drift.boxes[0]!.changedFraction).toBeGreaterThan(0.9)
    expect(drift.boxes[1]).toBeNull()
    const { x, y, width, height } = drift.outside!.largestRegion!
    expect([x, y, x + width, y + height].map((edge) => Math.round(edge / 50) * 50)).toEqual([600, 400, 800, 550])
  })

  it('larger than a megapixel are compared at about one', async () => {
    const before = gradient(2000, 1400)
    const { workingSize, outside } = await test.compare(before, before)
    expect(workingSize.width * workingSize.height).toBeLessThan(1.01 * 1024 * 1024)
    expect(outside!.changedFraction).toBe(0)
  })

  it('of other shapes are not compared, and it is said why', async () => {
    const measurement = await test.measure(gradient(300, 200), gradient(256, 256))
    expect(measurement).toEqual({
      comparable: false,
      reason: 'The source is 300x200 and the result 256x256: shapes over 1 % apart, so their pixels do not correspond.',
    })
  })

  it('are turned upright before they are compared', async () => {
    const upright = await photograph(300, 200)
    const stored = toSharp(upright).rotate(-90).withMetadata({ orientation: 6 })
    const { outside } = await test.compare(stored.png(), upright)
    expect(outside!.changedFraction).toBe(0)
  })

  it('may hide any colour where they are transparent, but not become transparent', async () => {
    const [red, blue] = [plain(200, 200, [255, 0, 0]), plain(200, 200, [0, 0, 255])]
    const left = (x: number) => (x < 100 ? 0 : 255)
    const hidden = await test.compare(
      withAlpha(red, left).png(),
      withAlpha(
        repaint(red, { x: 0, y: 0, width: 90, height: 200 }, () => [0, 0, 255]),
        left,
      ).png(),
    )
    expect(hidden.outside!.changedFraction).toBe(0)
    const cut = await test.compare(blue, withAlpha(blue, left).png())
    expect(cut.outside!.changedFraction).toBeGreaterThan(0.48)
    expect(cut.outside!.changedFraction).toBeLessThan(0.56)
  })

  it('may be as small as one pixel', async () => {
    const { outside } = await test.compare(plain(1, 1, [0, 0, 0]), plain(1, 1, [255, 255, 255]))
    expect(outside).toMatchObject({ pixels: 1, changedFraction: 1, largestRegion: { x: 0, y: 0, width: 1, height: 1 } })
  })

  it('are refused when they cannot be decoded', async () => {
    const measurement = test.measure(plain(20, 20, [1, 2, 3]), Buffer.from('no picture'))
    await expect(measurement).rejects.toMatchObject({ kind: 'refused', code: 'unreadable' })
  })
})
