import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PictureHeader } from './working-picture.ts'
import { workingSizeOf } from './working-size.ts'

const header = (width: number, height: number, orientation = 1): PictureHeader => ({ path: '', width, height, orientation, hasAlpha: true })

describe('the working size', () => {
  it.each([
    ['that of the smaller', header(600, 400), header(1536, 1024), { width: 600, height: 400 }],
    ["the source's shape at the pixels of a smaller result", header(3000, 2000), header(600, 400), { width: 600, height: 400 }],
    ['about a megapixel of larger ones', header(4000, 2000), header(4000, 2000), { width: 1448, height: 724 }],
    ['found although upstream rounds to steps of 16', header(1000, 700), header(1008, 704), { width: 1000, height: 700 }],
    ['found for pictures a few pixels wide', header(3, 300), header(2, 300), { width: 2, height: 245 }],
  ])('is %s', (_claim, source, result, size) => {
    expect(workingSizeOf(source, result, null)).toEqual(size)
  })

  it('has at least a pixel and hardly more than either picture or a megapixel', () => {
    const side = fc.integer({ min: 1, max: 8000 })
    fc.assert(
      fc.property(side, side, fc.double({ min: 0.1, max: 4, noNaN: true }), (width, height, factor) => {
        const result = header(Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor)))
        const size = workingSizeOf(header(width, height), result, null)
        if (typeof size === 'string') return
        expect(size.width).toBeGreaterThanOrEqual(1)
        expect(size.height).toBeGreaterThanOrEqual(1)
        expect((size.width - 1) * (size.height - 1)).toBeLessThanOrEqual(
          Math.min(1024 * 1024, width * height, result.width * result.height),
        )
      }),
    )
  })

  it.each([
    ['another shape', header(1200, 800), header(1024, 1024), null, 'The source is 1200x800 and the result 1024x1024'],
    ['a mask of another shape', header(1200, 800), header(1200, 800), header(800, 800), 'The mask is 800x800 and the source 1200x800'],
    ['a mask over a source stored turned', header(800, 800, 6), header(800, 800), header(800, 800), 'EXIF orientation 6'],
  ])('is not found for %s, and it is said why', (_case, source, result, mask, words) => {
    expect(workingSizeOf(source, result, mask)).toContain(words)
  })
})
