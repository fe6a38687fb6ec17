import { createCanvas } from '@napi-rs/canvas'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createChance } from '../chance.ts'
import { encodePng } from '../encode/png.ts'
import { garbleTitle } from '../text/garble-title.ts'
import { decodePlainPng } from './decode-plain-png.ts'
import { badgeRegion, regionOfMask } from './edit-region.ts'
import { drawnRaster } from './raster.ts'
import { roomiestBox } from './roomiest-box.ts'

describe('the roomiest box', () => {
  const circles = fc.array(
    fc.record({ x: fc.integer({ min: 0, max: 300 }), y: fc.integer({ min: 0, max: 200 }), radius: fc.integer({ min: 1, max: 150 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )

  it('lies inside the region, whatever its shape', () => {
    fc.assert(
      fc.property(circles, (holes) => {
        const mask = drawnRaster(300, 200, (brush) => {
          brush.fillRect(0, 0, 300, 200)
          brush.globalCompositeOperation = 'destination-out'
          for (const { x, y, radius } of holes) {
            brush.beginPath()
            brush.arc(x, y, radius, 0, 2 * Math.PI)
            brush.fill()
          }
        })
        const region = regionOfMask(mask)!
        const box = roomiestBox(region)
        fc.pre(box !== null)
        const { x, y, width, height } = box!
        const corners = [0, width - 1].flatMap((right) => [0, height - 1].map((down) => region.weights[(y + down) * 300 + x + right]))
        expect(corners).toEqual([255, 255, 255, 255])
      }),
    )
  })

  it('is the region itself when that is a box', () => {
    const mask = drawnRaster(90, 90, (brush) => {
      brush.fillRect(0, 0, 90, 90)
      brush.clearRect(10, 20, 60, 40)
    })
    expect(roomiestBox(regionOfMask(mask)!)).toEqual({ x: 10, y: 20, width: 60, height: 40 })
  })

  it('prefers room for words to a long narrow strip', () => {
    const mask = drawnRaster(96, 96, (brush) => {
      brush.fillRect(0, 0, 96, 96)
      brush.clearRect(0, 0, 8, 96)
      brush.clearRect(40, 40, 27, 27)
    })
    expect(roomiestBox(regionOfMask(mask)!)).toEqual({ x: 40, y: 40, width: 27, height: 27 })
  })
})

it('a badge has room for words at every size and seed', () => {
  const edge = fc.integer({ min: 64, max: 700 })
  fc.assert(
    fc.property(edge, edge, fc.string(), (width, height, seed) => {
      const { box } = badgeRegion(width, height, createChance(seed))
      expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height).toBe(true)
      expect(roomiestBox(badgeRegion(width, height, createChance(seed)))).not.toBeNull()
    }),
    { numRuns: 40 },
  )
})

it('a mask without a transparent pixel opens no region', () => {
  expect(regionOfMask(drawnRaster(8, 8, (brush) => brush.fillRect(0, 0, 8, 8)))).toBeNull()
})

describe('the exact png reader', () => {
  it('hands back what was written, the colours of transparent pixels too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 7 * 5 * 4, maxLength: 7 * 5 * 4 }), (pixels) => {
        expect(decodePlainPng(encodePng(pixels, 7, 5, true))).toEqual({ width: 7, height: 5, data: Uint8ClampedArray.from(pixels) })
      }),
    )
  })

  it('undoes every filter that another encoder chooses', () => {
    const canvas = createCanvas(120, 80)
    const brush = canvas.getContext('2d')
    const shade = brush.createLinearGradient(0, 0, 120, 80)
    shade.addColorStop(0, '#123456')
    shade.addColorStop(1, '#fedcba')
    brush.fillStyle = shade
    brush.fillRect(0, 0, 120, 60)
    const { data } = brush.getImageData(0, 0, 120, 80)
    expect(decodePlainPng(canvas.encodeSync('png'))?.data).toEqual(data)
  })

  it('leaves everything else to others', () => {
    const whole = encodePng(new Uint8Array(4 * 4 * 4), 4, 4, true)
    expect(decodePlainPng(encodePng(new Uint8Array(4 * 4 * 4), 4, 4, false))).toBeNull()
    expect(decodePlainPng(whole.subarray(0, whole.length - 20))).toBeNull()
    expect(decodePlainPng(Buffer.from('no picture'))).toBeNull()
  })
})

describe('a garbled title', () => {
  it.each([
    ['HARBOUR', 'HARHOUR'],
    ['港の夜', '港口夜'],
    ['2026', '2026?'],
  ])('%s reads %s', (headline, garbled) => {
    expect(garbleTitle({ headline, deck: 'below' })).toEqual({ headline: garbled, deck: 'below' })
  })

  it('always reads differently', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (headline) => {
        expect(garbleTitle({ headline, deck: '' }).headline).not.toBe(headline)
      }),
    )
  })
})
