import type { Motion } from './motion.ts'
import type { Size } from './working-picture.ts'

/** A place of the source with texture. Coordinates are pixels from the picture's centre. */
export interface SamplePoint {
  x: number
  y: number
  value: number
  /** Number of the tile it lies in. */
  tile: number
}

/** What points are compared with. */
export interface Compared extends Size {
  result: Float32Array
  points: readonly SamplePoint[]
}

/** The picture is cut into at most this many cells each way; in each the pixel with the most texture is compared. */
const CELLS = 48
const LEAST_CELL_PIXELS = 2
/** Tiles each way, of several cells each. */
const TILES = 8
/** A step in grey levels that is neither noise nor what an encoder leaves. */
const LEAST_STEP = 6
/** Differences count up to this many grey levels: what is elsewhere now, or gone, does not pull at the rest. */
const MOST_DIFFERENCE = 32
/** A tile with fewer points says nothing. */
const LEAST_POINTS_IN_TILE = 4
/** So many tiles must match for full confidence, as a share of those that are kept, even when fewer have texture. */
const LEAST_SHARE_OF_TILES = 0.25
/** To match is to differ less than this share of what the same tile differs when it is moved away a little. */
const MATCH = 0.5
const DECOY_PIXELS = 5

/** Chooses the points of a source at which it is compared. @param isKept whether a pixel may be used */
export function samplePoints(source: Float32Array, size: Size, isKept: (x: number, y: number) => boolean): SamplePoint[] {
  const points: SamplePoint[] = []
  const [columns, rows] = [cellsAlong(size.width), cellsAlong(size.height)]
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cell = { left: edge(column, columns, size.width), right: edge(column + 1, columns, size.width) }
      const band = { top: edge(row, rows, size.height), bottom: edge(row + 1, rows, size.height) }
      const best = steepest(source, size, { ...cell, ...band }, isKept)
      if (best === null) continue
      const [x, y] = [best % size.width, Math.floor(best / size.width)]
      const tile = Math.floor((row * TILES) / rows) * TILES + Math.floor((column * TILES) / columns)
      points.push({ x: x - (size.width - 1) / 2, y: y - (size.height - 1) / 2, value: source[best]!, tile })
    }
  return points
}

const cellsAlong = (length: number) => Math.min(CELLS, Math.ceil(length / LEAST_CELL_PIXELS))
const edge = (cell: number, cells: number, length: number) => Math.floor((cell * length) / cells)

interface Cell {
  left: number
  right: number
  top: number
  bottom: number
}

function steepest(source: Float32Array, { width, height }: Size, cell: Cell, isKept: (x: number, y: number) => boolean): number | null {
  let best: number | null = null
  let steepness = LEAST_STEP
  for (let y = Math.max(1, cell.top); y < Math.min(height - 1, cell.bottom); y++)
    for (let x = Math.max(1, cell.left); x < Math.min(width - 1, cell.right); x++) {
      const at = y * width + x
      const found = Math.abs(source[at + 1]! - source[at - 1]!) + Math.abs(source[at + width]! - source[at - width]!)
      if (found <= steepness || !isKept(x, y)) continue
      best = at
      steepness = found
    }
  return best
}

/**
 * Mean difference of the points under a motion, in grey levels. Points that leave the picture do not count; when more than half do, they
 * differ as much as points can. 0 without points.
 */
export function meanDifference(compared: Compared, motion: Motion): number {
  let [points, sum] = [0, 0]
  for (const point of compared.points) {
    const difference = differenceAt(compared, point, motion)
    if (difference < 0) continue
    points++
    sum += difference
  }
  if (2 * points < compared.points.length) return MOST_DIFFERENCE
  return points === 0 ? 0 : sum / points
}

/**
 * Share of the tiles with texture that match under a motion, 0..1. A tile matches when it differs clearly less than it would a few pixels
 * off. Few tiles with texture cannot give full confidence: they may be one thing that moved alone.
 */
export function matchingShare(compared: Compared, motion: Motion): number {
  const differences = tileDifferences(compared, motion)
  const decoys = decoysOf(motion).map((decoy) => tileDifferences(compared, decoy))
  let [textured, matching] = [0, 0]
  differences.forEach(({ points, mean }, tile) => {
    if (points < LEAST_POINTS_IN_TILE) return
    textured++
    const decoyMean = decoys.reduce((total, decoy) => total + decoy[tile]!.mean, 0) / decoys.length
    if (mean < MATCH * decoyMean) matching++
  })
  return matching / Math.max(textured, LEAST_SHARE_OF_TILES * TILES * TILES)
}

function decoysOf({ shiftX, shiftY, scale }: Motion): Motion[] {
  return [
    { shiftX: shiftX + DECOY_PIXELS, shiftY, scale },
    { shiftX: shiftX - DECOY_PIXELS, shiftY, scale },
    { shiftX, shiftY: shiftY + DECOY_PIXELS, scale },
    { shiftX, shiftY: shiftY - DECOY_PIXELS, scale },
  ]
}

function tileDifferences(compared: Compared, motion: Motion): { points: number; mean: number }[] {
  const tiles = Array.from({ length: TILES * TILES }, () => ({ points: 0, mean: 0 }))
  for (const point of compared.points) {
    const difference = differenceAt(compared, point, motion)
    if (difference < 0) continue
    const tile = tiles[point.tile]!
    tile.points++
    tile.mean += (difference - tile.mean) / tile.points
  }
  return tiles
}

/** In grey levels, up to the limit; -1 for a point that leaves the picture. */
function differenceAt({ result, width, height }: Compared, point: SamplePoint, { shiftX, shiftY, scale }: Motion): number {
  const x = point.x * scale + shiftX + (width - 1) / 2
  const y = point.y * scale + shiftY + (height - 1) / 2
  const column = Math.floor(x)
  const row = Math.floor(y)
  if (column < 0 || row < 0 || column + 1 >= width || row + 1 >= height) return -1
  const at = row * width + column
  const right = x - column
  const down = y - row
  const upper = result[at]! * (1 - right) + result[at + 1]! * right
  const lower = result[at + width]! * (1 - right) + result[at + width + 1]! * right
  return Math.min(MOST_DIFFERENCE, Math.abs(upper * (1 - down) + lower * down - point.value))
}
