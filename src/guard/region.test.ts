import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { largestMarked, PLACE, placesOf, scaleBox } from './region.ts'

describe('the largest marked region', () => {
  const rows = (...lines: string[]) => ({
    marked: Uint8Array.from(lines.join(''), (sign) => (sign === '#' ? 1 : 0)),
    size: { width: lines[0]!.length, height: lines.length },
  })
  const largestIn = (...lines: string[]) => {
    const { marked, size } = rows(...lines)
    return largestMarked(marked, size)
  }

  it('is bounded by its pixels, corners connecting them', () => {
    expect(largestIn('#....', '.#...', '..#.#', '....#')).toEqual({ x: 0, y: 0, width: 3, height: 3 })
  })

  it('is the one of most pixels, not of the widest bounds', () => {
    expect(largestIn('#..##', '.#.##', '...##')).toEqual({ x: 3, y: 0, width: 2, height: 3 })
  })

  it('does not go around the border', () => {
    expect(largestIn('...#', '#...', '....')).toEqual({ x: 3, y: 0, width: 1, height: 1 })
  })

  it('is none where nothing is marked', () => {
    expect(largestIn('...', '...')).toBeNull()
  })

  it('leaves the marks as they were', () => {
    const { marked, size } = rows('##', '#.')
    largestMarked(marked, size)
    expect([...marked]).toEqual([1, 1, 1, 0])
  })
})

describe('a box at another size', () => {
  it('covers every pixel it touches', () => {
    expect(scaleBox({ x: 5, y: 5, width: 10, height: 10 }, { width: 100, height: 100 }, { width: 50, height: 50 })).toEqual({
      x: 2,
      y: 2,
      width: 6,
      height: 6,
    })
  })

  it('lies within the picture, or is none', () => {
    const side = fc.integer({ min: 1, max: 4000 })
    const size = fc.record({ width: side, height: side })
    const place = fc.integer({ min: 0, max: 5000 })
    const box = fc.record({ x: place, y: place, width: side, height: side })
    fc.assert(
      fc.property(box, size, size, (given, from, to) => {
        const scaled = scaleBox(given, from, to)
        expect(scaled !== null).toBe(given.x < from.width && given.y < from.height)
        if (!scaled) return
        expect(scaled.x).toBeGreaterThanOrEqual(0)
        expect(scaled.width).toBeGreaterThanOrEqual(1)
        expect(scaled.x + scaled.width).toBeLessThanOrEqual(to.width)
        expect(scaled.y + scaled.height).toBeLessThanOrEqual(to.height)
      }),
    )
  })
})

describe('the places of a mask', () => {
  it('are open where it is transparent, kept where it is opaque, and neither between', () => {
    expect([...placesOf(Uint8Array.of(0, 128, 255, 254, 1), { width: 5, height: 1 })]).toEqual([
      PLACE.open,
      PLACE.neither,
      PLACE.kept,
      PLACE.kept,
      PLACE.open,
    ])
  })

  it('are all kept without one', () => {
    expect([...placesOf(null, { width: 2, height: 1 })]).toEqual([PLACE.kept, PLACE.kept])
  })
})
