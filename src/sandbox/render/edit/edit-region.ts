import type { SKRSContext2D } from '@napi-rs/canvas'
import type { Chance } from '../chance.ts'
import type { Box } from '../page/box.ts'
import { drawnRaster, type Raster } from './raster.ts'

/** Where a picture is repainted. */
export interface EditRegion {
  width: number
  height: number
  /** One byte a pixel: 255 is repainted, 0 keeps the source, between them both show. */
  weights: Uint8Array
  /** The smallest box around all repainted pixels, in whole pixels. */
  box: Box
  /** Outline of a badge, which has a rim; absent where a mask cut the region. */
  outline?: (brush: SKRSContext2D) => void
}

/** The region a mask leaves open: its transparent pixels. Null when it has none. */
export function regionOfMask({ width, height, data }: Raster): EditRegion | null {
  return regionOf({ width, height, data }, (alpha) => 255 - alpha)
}

/** A badge near the middle of a picture; the seed chooses place and outline. */
export function badgeRegion(width: number, height: number, chance: Chance): EditRegion {
  const place = chance.fork('badge')
  const short = Math.min(width, height)
  const badge = { width: Math.max(1, Math.min(width * 0.62, short * 0.66)), height: Math.max(1, Math.min(height * 0.62, short * 0.56)) }
  const x = (width - badge.width) * place.between(0.35, 0.65)
  const y = (height - badge.height) * place.between(0.3, 0.5)
  return outlinedRegion(width, height, { x, y, ...badge }, place.pick(outlines))
}

/** A badge around everything that was drawn into a markup; null when nothing was. */
export function markedRegion(markup: Raster): EditRegion | null {
  const marked = regionOf(markup, (alpha) => alpha)
  if (!marked) return null
  const { box, width, height } = marked
  const margin = 0.04 * Math.min(width, height)
  return outlinedRegion(width, height, clipped(grown(box, margin), width, height), outlines[0]!)
}

/** What a model that ignores its mask repaints: a rectangle a quarter of the picture larger on every side. */
export function overgrownRegion({ width, height, box }: EditRegion): EditRegion {
  const area = clipped(grown(box, Math.max(width, height) / 4), width, height)
  return regionOf(
    drawnRaster(width, height, (brush) => brush.fillRect(area.x, area.y, area.width, area.height)),
    (alpha) => alpha,
  )!
}

type Outline = (brush: SKRSContext2D, box: Box) => void

const outlines: readonly Outline[] = [
  (brush, { x, y, width, height }) => brush.roundRect(x, y, width, height, 0.09 * Math.min(width, height)),
  (brush, { x, y, width, height }) => brush.ellipse(x + width / 2, y + height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI),
  (brush, { x, y, width, height }) => {
    const [arch, foot] = [Math.min(width / 2, height * 0.6), 0.05 * width]
    brush.roundRect(x, y, width, height, [arch, arch, foot, foot])
  },
]

function outlinedRegion(width: number, height: number, box: Box, shape: Outline): EditRegion {
  const outline = (brush: SKRSContext2D) => {
    brush.beginPath()
    shape(brush, box)
  }
  const drawn = drawnRaster(width, height, (brush) => {
    outline(brush)
    brush.fill()
  })
  return { ...regionOf(drawn, (alpha) => alpha)!, outline }
}

function regionOf({ width, height, data }: Raster, weightOf: (alpha: number) => number): EditRegion | null {
  const weights = new Uint8Array(width * height)
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const weight = weightOf(data[4 * at + 3]!)
      if (weight === 0) continue
      weights[at] = weight
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      bottom = y
    }
  }
  if (bottom < 0) return null
  return { width, height, weights, box: { x: left, y: top, width: right - left + 1, height: bottom - top + 1 } }
}

function grown({ x, y, width, height }: Box, by: number): Box {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by }
}

function clipped({ x, y, width, height }: Box, pageWidth: number, pageHeight: number): Box {
  const [left, top] = [Math.max(0, Math.floor(x)), Math.max(0, Math.floor(y))]
  return {
    x: left,
    y: top,
    width: Math.max(1, Math.min(pageWidth, Math.ceil(x + width)) - left),
    height: Math.max(1, Math.min(pageHeight, Math.ceil(y + height)) - top),
  }
}
