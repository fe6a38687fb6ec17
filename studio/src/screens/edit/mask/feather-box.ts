import { type Box, clipBox, type MaskRaster } from './mask-raster.ts'

/** Steps of a chamfer distance: straight and diagonal, in thirds of a pixel. */
const [STRAIGHT, DIAGONAL] = [3, 4]

/**
 * The values of a box with a soft edge, row by row: the last `featherPx` pixels before a closed one are opened in even steps. It lies inside the mask and the border of
 * the picture is no edge, as the gateway has it for strict masks (docs/edits.md).
 */
export function featherBox(raster: MaskRaster, box: Box, featherPx: number): Uint8Array {
  const values = valuesOf(raster, box)
  if (featherPx === 0) return values
  const margin = featherPx + 1
  const around = clipBox(raster, {
    x: box.x - margin,
    y: box.y - margin,
    width: box.width + 2 * margin,
    height: box.height + 2 * margin,
  })!
  const reach = STRAIGHT * margin
  const [distances, across] = distancesToClosed(raster, around, reach)
  for (let y = 0; y < box.height; y++) {
    let near = (box.y + y - around.y + 1) * across + box.x - around.x + 1
    for (let index = y * box.width; index < (y + 1) * box.width; index++, near++) {
      const distance = distances[near]!
      if (distance < reach) values[index] = Math.round((values[index]! * distance) / reach)
    }
  }
  return values
}

function valuesOf(raster: MaskRaster, { x, y, width, height }: Box): Uint8Array {
  const values = new Uint8Array(width * height)
  for (let row = 0; row < height; row++) {
    const start = (y + row) * raster.width + x
    values.set(raster.values.subarray(start, start + width), row * width)
  }
  return values
}

/** Distance of each pixel of a box to the nearest closed one in it, in thirds of a pixel, at most `reach`; with a frame of one pixel that is as far as can be. */
function distancesToClosed(raster: MaskRaster, { x, y, width, height }: Box, reach: number): [distances: Uint16Array, across: number] {
  const across = width + 2
  const distances = new Uint16Array(across * (height + 2)).fill(reach)
  for (let row = 0; row < height; row++) {
    const [from, to] = [(y + row) * raster.width + x, (row + 1) * across + 1]
    for (let column = 0; column < width; column++) if (raster.values[from + column] === 0) distances[to + column] = 0
  }
  for (let row = 1; row <= height; row++) spread(distances, across, 1, row * across + 1, row * across + width + 1)
  for (let row = height; row >= 1; row--) spread(distances, across, -1, row * across + width, row * across)
  return [distances, across]
}

/** One pass over a row: what lies before and above it in the order of the pass is known. */
function spread(distances: Uint16Array, across: number, step: 1 | -1, from: number, end: number): void {
  for (let at = from; at !== end; at += step) {
    const own = distances[at]!
    if (own === 0) continue
    const above = at - step * across
    const straight = Math.min(distances[at - step]!, distances[above]!) + STRAIGHT
    distances[at] = Math.min(own, straight, Math.min(distances[above - 1]!, distances[above + 1]!) + DIAGONAL)
  }
}
