import { describe, expect, it } from 'vitest'
import { PLACE, type Places } from '../region.ts'
import { picture } from '../test-pictures.ts'
import type { WorkingPicture } from '../working-picture.ts'
import { changedBox } from './changed-box.ts'

const SIZE = { width: 320, height: 240 }
const everywhere: Places = new Uint8Array(SIZE.width * SIZE.height).fill(PLACE.kept)

/** A dark block of 80 by 96 pixels, with a faint shadow to its right. */
function block(left: number): WorkingPicture {
  const isIn = (x: number, y: number, from: number, width: number) => x >= from && x < from + width && y >= 72 && y < 168
  const { rgb } = picture(SIZE.width, SIZE.height, (x, y) => {
    if (isIn(x, y, left, 80)) return [40, 60, 80]
    return isIn(x, y, left + 80, 120) && y > 152 ? [214, 210, 204] : [230, 226, 220]
  })
  return { ...SIZE, rgb, alpha: null }
}

describe('what changed of the kept part', () => {
  it('is the thing that moved, its shadow left out', () => {
    const { x, y, width, height } = changedBox(block(64), block(72), everywhere)!
    expect([x, y]).toEqual([64, expect.toSatisfy((top: number) => top >= 72 && top <= 96)])
    expect(x + width).toBeLessThanOrEqual(152)
    expect(height).toBeGreaterThanOrEqual(56)
  })

  it('is nothing where nothing changed, or nothing that was to be kept', () => {
    expect(changedBox(block(64), block(64), everywhere)).toBeNull()
    expect(
      changedBox(
        block(64),
        block(72),
        everywhere.map(() => PLACE.open),
      ),
    ).toBeNull()
  })

  it('is nothing in particular where all of it changed', () => {
    const other = block(64)
    expect(changedBox(block(64), { ...other, rgb: other.rgb.map((level) => 255 - level) }, everywhere)).toBeNull()
  })
})
