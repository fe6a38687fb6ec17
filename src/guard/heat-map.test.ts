import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharp } from '../pixels/sharp.ts'
import { TestDrift } from './test-drift.ts'
import { maskOpening, plain, repaint, toSharp } from './test-pictures.ts'

let test: TestDrift

beforeAll(async () => {
  test = await TestDrift.open()
})
afterAll(() => test[Symbol.asyncDispose]())

describe('the heat map', () => {
  const before = plain(300, 200, [30, 140, 60])
  const changed = { x: 200, y: 20, width: 60, height: 60 }
  const open = { x: 20, y: 20, width: 100, height: 100 }

  async function pixelsOf(path: string) {
    const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true })
    return { ...info, at: (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)] }
  }

  it('is a PNG of the size of the result, whose hash is told', async () => {
    const heatMapPath = join(test.folder, 'sized.png')
    const result = toSharp(before).resize(450, 300).png()
    const { heatMap } = await test.compare(before, result, { heatMapPath })
    const png = await readFile(heatMapPath)
    expect(heatMap).toEqual({ width: 450, height: 300, bytes: png.length, sha256: createHash('sha256').update(png).digest('hex') })
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 450, height: 300 })
  })

  it('is grey where nothing changed, warm where something did, blue where the mask is open', async () => {
    const heatMapPath = join(test.folder, 'colours.png')
    const result = repaint(
      repaint(before, changed, () => [200, 30, 30]),
      open,
      () => [255, 255, 255],
    )
    await test.compare(before, result, {
      heatMapPath,
      mask: maskOpening(300, 200, open),
      boxes: [{ x: 150, y: 150, width: 40, height: 30 }],
    })
    const { at } = await pixelsOf(heatMapPath)
    const [grey, warm, cool, frame] = [at(280, 180), at(230, 50), at(70, 70), at(150, 160)]
    expect(new Set(grey).size).toBe(1)
    expect(warm[0]! - warm[2]!).toBeGreaterThan(60)
    expect(cool[2]! - cool[0]!).toBeGreaterThan(10)
    expect(frame).toEqual([0, 132, 122])
  })

  it('shows what changed in a protected box, also where the mask is open', async () => {
    const heatMapPath = join(test.folder, 'box.png')
    const box = { x: 40, y: 40, width: 50, height: 50 }
    await test.compare(
      before,
      repaint(before, box, () => [200, 30, 30]),
      { heatMapPath, mask: maskOpening(300, 200, open), boxes: [box] },
    )
    const { at } = await pixelsOf(heatMapPath)
    expect(at(65, 65)[0]! - at(65, 65)[2]!).toBeGreaterThan(60)
    expect(at(110, 110)[2]! - at(110, 110)[0]!).toBeGreaterThan(10)
  })
})
