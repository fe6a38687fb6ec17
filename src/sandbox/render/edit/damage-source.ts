import type { Chance } from '../chance.ts'
import type { PictureDamage } from '../picture-order.ts'
import type { EditRegion } from './edit-region.ts'
import { canvasOf, drawnRaster, type Raster } from './raster.ts'

/**
 * What a source looks like after a model has laid hands on it where it should not. The source's own pixels are never written to.
 * @param region where text is not looked for, since it is repainted anyway; null when nothing is repainted.
 */
export function damageSource(source: Raster, damage: PictureDamage, region: EditRegion | null, chance: Chance): Raster {
  let raster = source
  if (damage.scale !== undefined) raster = scaled(raster, damage.scale)
  if (damage.shift) raster = shifted(raster, damage.shift)
  const { driftLevels, recolourLevels, garble } = damage
  if (driftLevels === undefined && recolourLevels === undefined && !garble) return raster
  raster = { ...raster, data: raster.data.slice() }
  if (garble) swapSlices(raster, region)
  if (recolourLevels !== undefined) warm(raster, recolourLevels)
  if (driftLevels !== undefined) addNoise(raster, driftLevels, chance.fork('drift'))
  return raster
}

/** Where the smaller picture leaves a border, the source itself shows. */
function scaled(raster: Raster, factor: number): Raster {
  const { width, height } = raster
  const canvas = canvasOf(raster)
  return drawnRaster(width, height, (brush) => {
    brush.imageSmoothingQuality = 'high'
    brush.drawImage(canvas, 0, 0)
    brush.drawImage(canvas, (width * (1 - factor)) / 2, (height * (1 - factor)) / 2, width * factor, height * factor)
  })
}

/** Whole pixels, nothing is resampled; where the moved picture leaves a border, the source itself shows. */
function shifted(raster: Raster, { x, y }: { x: number; y: number }): Raster {
  const { width, height } = raster
  const data = raster.data.slice()
  const [left, right] = [Math.max(0, x), Math.min(width, width + x)]
  for (let row = Math.max(0, y); row < Math.min(height, height + y) && left < right; row++) {
    const from = 4 * ((row - y) * width + left - x)
    data.set(raster.data.subarray(from, from + 4 * (right - left)), 4 * (row * width + left))
  }
  return { width, height, data }
}

/** Every pixel moves by at least one level, up or down; where there is no room up it goes down, so that white and black drift too. */
function addNoise({ data }: Raster, levels: number, chance: Chance): void {
  for (let at = 0; at < data.length; at += 4) {
    const drawn = Math.floor(chance.next() * 2 * levels)
    const step = drawn < levels ? drawn + 1 : levels - drawn - 1
    for (let channel = at; channel < at + 3; channel++) {
      const moved = data[channel]! + step
      data[channel] = moved < 0 || moved > 255 ? data[channel]! - step : moved
    }
  }
}

function warm({ data }: Raster, levels: number): void {
  for (let at = 0; at < data.length; at += 4) {
    data[at] = data[at]! + levels
    data[at + 2] = data[at + 2]! - levels
  }
}

/**
 * Makes a stroke of text wrong: in the busiest small square outside the region, which is where text is likely, the upper and the lower
 * slice change places.
 */
function swapSlices(raster: Raster, region: EditRegion | null): void {
  const side = Math.max(4, 2 * Math.round(Math.min(raster.width, raster.height) / 48))
  const spot = busiestSquare(raster, region, side)
  if (!spot) return
  const half = side / 2
  for (let row = 0; row < half; row++) {
    const upper = 4 * ((spot.y + row) * raster.width + spot.x)
    const lower = upper + 4 * half * raster.width
    const kept = raster.data.slice(upper, upper + 4 * side)
    raster.data.copyWithin(upper, lower, lower + 4 * side)
    raster.data.set(kept, lower)
  }
}

function busiestSquare(raster: Raster, region: EditRegion | null, side: number): { x: number; y: number } | null {
  let best: { x: number; y: number; score: number } | null = null
  for (let y = 0; y + side <= raster.height; y += side) {
    for (let x = 0; x + side <= raster.width; x += side) {
      if (region && touches(region, x, y, side)) continue
      const score = edgesAcross(raster, x, y, side) * sliceDifference(raster, x, y, side)
      if (score > (best?.score ?? 0)) best = { x, y, score }
    }
  }
  return best
}

function touches({ weights, width }: EditRegion, x: number, y: number, side: number): boolean {
  for (let row = y; row < y + side; row++)
    if (weights.subarray(row * width + x, row * width + x + side).some((weight) => weight > 0)) return true
  return false
}

/** How often and how strongly green, which stands for lightness, changes from left to right: letters have many upright strokes. */
function edgesAcross({ data, width }: Raster, x: number, y: number, side: number): number {
  let sum = 0
  for (let row = y; row < y + side; row++)
    for (let at = 4 * (row * width + x) + 1; at < 4 * (row * width + x + side - 1); at += 4) sum += Math.abs(data[at]! - data[at + 4]!)
  return sum
}

/** How much the upper and the lower half of a square differ: what the swap will change. */
function sliceDifference({ data, width }: Raster, x: number, y: number, side: number): number {
  let sum = 0
  for (let row = y; row < y + side / 2; row++)
    for (let column = x; column < x + side; column++)
      sum += Math.abs(data[4 * (row * width + column) + 1]! - data[4 * ((row + side / 2) * width + column) + 1]!)
  return sum
}
