import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatSize,
  gifSizeFault,
  isExperimental,
  isLegalSize,
  legalSizeOfShape,
  legalSizes,
  nearestLegalSize,
  parseSize,
  sizeFault,
  standardSizes,
} from './size-rules.ts'

const divisible = /divisible by 16/
const edge = /longest edge must be less/
const ratio = /three times/
const floor = /below the current minimum/
const ceiling = /exceeds the current/

const legalRows = [
  ...standardSizes,
  ...['1024x640', '640x1024', '816x816', '2560x1440', '2576x1440', '3840x2160', '2160x3840', '2880x2880'],
  ...['3072x1024', '1024x3072', '3840x1280', '1408x480', '1440x480'],
]

const illegalRows: [string, RegExp][] = [
  ['800x800', floor],
  ['1024x576', floor],
  ['1008x640', floor],
  ['512x512', floor],
  ['256x256', floor],
  ['1392x464', floor],
  ['2896x2880', ceiling],
  ['3072x3072', ceiling],
  ['3008x3008', ceiling],
  ['3856x1600', edge],
  ['4096x4096', edge],
  ['3840x1264', ratio],
  ['3840x1024', ratio],
  ['1920x1080', divisible],
  ['1792x936', divisible],
  ['1500x1500', divisible],
  ['1024x1023', divisible],
  ['9x9', divisible],
  ['99999x99999', divisible],
]

const malformedRows = [
  ...['0x0', 'bogus', '1024X1024', '1024 x 1024', '', '-1024x1024', '1024x1024 ', ' 1024x1024', '1024x1024\n', '01024x1024', '1024x0'],
  ...['1024×1024', '１０２４x１０２４', '١٠٢٤x١٠٢٤', '1e3x1024', '1024.0x1024', '1024x1024x1024', '+1024x1024', `${'9'.repeat(400)}x16`],
]

/** The rules once more, written from their published wording and not from the code. */
function isLegalByTheGuide(width: number, height: number): boolean {
  const [short, long] = width < height ? [width, height] : [height, width]
  const multiples = Number.isInteger(width / 16) && Number.isInteger(height / 16)
  return multiples && long <= 3840 && long / short <= 3 && width * height >= 655_360 && width * height <= 8_294_400
}

describe('size rules', () => {
  it.each(legalRows)('allow %s', (text) => {
    expect(sizeFault(parseSize(text)!)).toBeNull()
  })

  it.each(illegalRows)('refuse %s with the rule it breaks first', (text, rule) => {
    expect(sizeFault(parseSize(text)!)).toMatch(rule)
  })

  it.each(malformedRows)('do not read %j as a size', (text) => {
    expect(parseSize(text)).toBeNull()
  })

  it('agree with the published wording on any pair', () => {
    const pixels = fc.oneof(
      fc.integer({ min: 1, max: 300 }).map((steps) => steps * 16),
      fc.integer({ min: 1, max: 5000 }),
    )
    fc.assert(
      fc.property(pixels, pixels, (width, height) => isLegalSize({ width, height }) === isLegalByTheGuide(width, height)),
      { numRuns: 5000 },
    )
  })

  it('allow 29,146 ordered pairs', () => {
    expect([...legalSizes()]).toHaveLength(29_146)
  })

  it('read back every size they write', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), fc.integer({ min: 1, max: 999_999_999 }), (width, height) => {
        expect(parseSize(formatSize({ width, height }))).toEqual({ width, height })
      }),
    )
    expect(formatSize('auto')).toBe('auto')
  })

  it('call a size experimental above 2560x1440 in area, not at it', () => {
    expect(isExperimental({ width: 2560, height: 1440 })).toBe(false)
    expect(isExperimental({ width: 2576, height: 1440 })).toBe(true)
  })

  it.each([
    [1, 960, 960],
    [9, 960, 960],
    [12, 816, 816],
    [16, 720, 720],
  ])('allow a gif of %i frames up to %i x %i and no further', (frames, width, height) => {
    expect(gifSizeFault({ width, height }, frames)).toBeNull()
    expect(gifSizeFault({ width: width + 16, height: height + 16 }, frames)).toMatch(ceiling)
  })

  it('hold a gif to edges and ratio as well', () => {
    expect(gifSizeFault({ width: 100, height: 100 }, 2)).toMatch(divisible)
    expect(gifSizeFault({ width: 3856, height: 1600 }, 2)).toMatch(edge)
    expect(gifSizeFault({ width: 640, height: 160 }, 2)).toMatch(ratio)
  })
})

describe('nearestLegalSize', () => {
  it.each([
    [1920, 1080, '1920x1088'],
    [800, 800, '816x816'],
    [256, 256, '816x816'],
    [1500, 1500, '1504x1504'],
    [4096, 4096, '2880x2880'],
    [3840, 1264, '3840x1280'],
    [1024, 1024, '1024x1024'],
  ])('takes %i x %i to %s', (width, height, nearest) => {
    expect(formatSize(nearestLegalSize(width, height))).toBe(nearest)
  })

  it('is legal for any wish, and leaves a legal wish alone', () => {
    const pixels = fc.integer({ min: 1, max: 20_000 })
    fc.assert(
      fc.property(pixels, pixels, (width, height) => {
        const nearest = nearestLegalSize(width, height)
        expect(isLegalByTheGuide(nearest.width, nearest.height)).toBe(true)
        if (isLegalByTheGuide(width, height)) expect(nearest).toEqual({ width, height })
      }),
      { numRuns: 60 },
    )
  })
})

describe('legalSizeOfShape', () => {
  it.each<[number, number, string | null]>([
    [1536, 1024, '1536x1024'],
    [6000, 4000, '3504x2336'],
    [1920, 1080, '1792x1008'],
    [300, 300, '816x816'],
    [1000, 1001, null],
    [4000, 1000, null],
  ])('takes %i x %i to %s', (width, height, fitting) => {
    const size = legalSizeOfShape('free', { width, height })
    expect(size && formatSize(size)).toBe(fitting)
  })

  it('stays with the sizes a model has', () => {
    expect(legalSizeOfShape(standardSizes, { width: 300, height: 200 })).toEqual({ width: 1536, height: 1024 })
    expect(legalSizeOfShape(standardSizes, { width: 1920, height: 1080 })).toBeNull()
  })

  it('finds a size whenever there is one, and it is legal and of exactly the shape', () => {
    const edge = fc.integer({ min: 1, max: 300 }).map((step) => step * 16)
    fc.assert(
      fc.property(edge, edge, (width, height) => {
        const size = legalSizeOfShape('free', { width, height })
        if (size === null) return !isLegalByTheGuide(width, height)
        return isLegalByTheGuide(size.width, size.height) && size.width * height === size.height * width
      }),
    )
  })
})
