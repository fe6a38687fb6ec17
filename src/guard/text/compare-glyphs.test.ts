import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, it } from 'vitest'
import type { WorkingPicture } from '../working-picture.ts'
import { compareGlyphs } from './compare-glyphs.ts'

/** Strokes of letters that need no font, on a body of 20 by 28 pixels. */
const strokes: Record<string, readonly [x: number, y: number, width: number, height: number][]> = {
  E: [[0, 0, 4, 28], ...[0, 12, 24].map((y) => [4, y, 12, 4] as [number, number, number, number])],
  F: [[0, 0, 4, 28], ...[0, 12].map((y) => [4, y, 12, 4] as [number, number, number, number])],
  H: [...[0, 12].map((x) => [x, 0, 4, 28] as [number, number, number, number]), [4, 12, 8, 4]],
  L: [
    [0, 0, 4, 28],
    [4, 24, 12, 4],
  ],
}
const box = { x: 30, y: 20, width: 130, height: 44 }

function print(word: string, { right = 0, ink = '#202020', ground = '#f4efe2' } = {}): WorkingPicture {
  const [width, height] = [220, 90]
  const brush = createCanvas(width, height).getContext('2d')
  brush.fillStyle = ground
  brush.fillRect(0, 0, width, height)
  brush.fillStyle = ink
  for (const [place, letter] of [...word].entries())
    for (const [x, y, wide, high] of strokes[letter]!) brush.fillRect(36 + right + 24 * place + x, 28 + y, wide, high)
  const { data } = brush.getImageData(0, 0, width, height)
  return {
    width,
    height,
    rgb: Uint8Array.from({ length: 3 * width * height }, (_, at) => data[4 * Math.floor(at / 3) + (at % 3)]!),
    alpha: null,
  }
}

const compare = (after: WorkingPicture) => compareGlyphs(print('HELFE'), after, box, 32)

describe('print laid over print', () => {
  it('leaves no spot where it stayed, moved, or became light on dark', async () => {
    expect((await compare(print('HELFE'))).spot).toBe(0)
    const moved = await compare(print('HELFE', { right: 4 }))
    expect(moved.spot).toBeLessThan(0.12)
    expect(moved.agreement).toBeGreaterThan(0.95)
    expect(moved.shiftX).toBeCloseTo(4, 0)
    const turned = await compare(print('HELFE', { ink: '#f4efe2', ground: '#202020' }))
    expect(turned.spot).toBeLessThan(0.12)
    expect(turned.agreement).toBeGreaterThan(0.95)
  })

  it('leaves one where a stroke was added, as large as the stroke and at its place', async () => {
    const { spot, place, spread } = await compare(print('HELEE'))
    expect(spot).toBeGreaterThan(1)
    expect(spread).toBeLessThan(0.6)
    expect(place!.x).toBeGreaterThan(36 + 3 * 24)
    expect(place!.x + place!.width).toBeLessThan(36 + 4 * 24)
    expect(place!.y).toBeGreaterThan(28 + 20)
  })

  it('leaves one where a light-on-dark print is another', async () => {
    expect((await compare(print('HELEE', { ink: '#f4efe2', ground: '#202020' }))).spot).toBeGreaterThan(1)
  })

  it('agrees less where print that hardly stands off its ground is another', async () => {
    const faint = { ink: '#203a38', ground: '#2c4844' }
    const same = await compareGlyphs(print('HELFE', faint), print('HELFE', faint), box, 32)
    const other = await compareGlyphs(print('HELFE', faint), print('HELEE', faint), box, 32)
    expect(same.agreement).toBeCloseTo(1)
    expect(other.agreement).toBeLessThan(0.95)
  })

  it('agrees where a box has room without print and all of it became grainy', async () => {
    const wide = { x: 30, y: 20, width: 180, height: 44 }
    const before = print('HELFE')
    const grain = (at: number) => (((at * 7919) % 17) - 8) / 2
    const after = { ...before, rgb: before.rgb.map((value, at) => Math.max(0, Math.min(255, value + grain(at)))) }
    expect((await compareGlyphs(before, after, wide, 32)).agreement).toBeGreaterThan(0.95)
  })
})
