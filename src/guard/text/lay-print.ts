import type { Size } from '../working-picture.ts'

/** How print of the result lies against that of the source: a shift in pixels, and a scale about the middle. */
export interface PrintMotion {
  shiftX: number
  shiftY: number
  scale: number
}

const SCALES = [0.96, 0.975, 0.9875, 1, 1.0125, 1.025, 1.04]
const FINE_SCALES = [-0.00625, -0.003, 0, 0.003, 0.00625]
/** Searched at half the size, about where it should be: this share of the height. */
const REACH = 0.3
const FINE_REACH = 2

/**
 * Finds where print lies by correlation, in full at half the size and then about the best place. Print is small and its ground is known, so every
 * place can be tried: the search of whole pictures goes from coarse to fine, and coarse there is nothing left of a line of text.
 */
export function findPrint(before: Float32Array, after: Float32Array, size: Size): PrintMotion {
  const [small, other] = [halved(before, size), halved(after, size)]
  const reach = Math.max(2, Math.min(10, Math.round(REACH * small.height)))
  const still = { shiftX: 0, shiftY: 0, scale: 1 }
  const { shiftX, shiftY, scale } = search(comparing(small.values, other.values, small), still, SCALES, reach)
  const scales = FINE_SCALES.map((fine) => scale + fine)
  return search(comparing(before, after, size), { shiftX: 2 * shiftX, shiftY: 2 * shiftY, scale }, scales, FINE_REACH)
}

/** Tries every place about a motion at every scale. */
function search(compared: Compared, start: PrintMotion, scales: readonly number[], reach: number): PrintMotion {
  let best = { motion: start, score: correlation(compared, start) }
  for (const scale of scales)
    for (const down of range(-reach, reach))
      for (const right of range(-reach, reach)) {
        const motion = { shiftX: start.shiftX + right, shiftY: start.shiftY + down, scale }
        const score = correlation(compared, motion)
        // What lies still must be beaten, not equalled.
        if (score > best.score + 1e-4) best = { motion, score }
      }
  return best.motion
}

/** Print of the result as it would lie over the source. */
export function layPrint(after: Float32Array, { width, height }: Size, motion: PrintMotion): Float32Array {
  const laid = new Float32Array(after.length)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) laid[at] = valueAt(after, { width, height }, ...placeOf(x, y, { width, height }, motion))
  return laid
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

function placeOf(x: number, y: number, { width, height }: Size, { shiftX, shiftY, scale }: PrintMotion): [number, number] {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2]
  return [middleX + scale * (x - middleX) + shiftX, middleY + scale * (y - middleY) + shiftY]
}

/** Between four pixels; beyond the border its nearest. */
function valueAt(values: Float32Array, { width, height }: Size, x: number, y: number): number {
  const column = Math.max(0, Math.min(width - 1, x))
  const row = Math.max(0, Math.min(height - 1, y))
  const [left, top] = [Math.floor(column), Math.floor(row)]
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)]
  const [across, down] = [column - left, row - top]
  const upper = values[top * width + left]! * (1 - across) + values[top * width + right]! * across
  const lower = values[bottom * width + left]! * (1 - across) + values[bottom * width + right]! * across
  return upper * (1 - down) + lower * down
}

/** Two crops of print, and what of their correlation no motion changes. */
interface Compared extends Size {
  before: Float32Array
  after: Float32Array
  /** Pixels that are compared. */
  count: number
  sumBefore: number
  /** The sum of squares less the square of the sum: how much print there is to compare. */
  spreadBefore: number
}

function comparing(before: Float32Array, after: Float32Array, { width, height }: Size): Compared {
  let [count, sum, squares] = [0, 0, 0]
  for (let y = 0; y < height; y++)
    for (let x = y % 2; x < width; x += 2) {
      const value = before[y * width + x]!
      count++
      sum += value
      squares += value * value
    }
  return { width, height, before, after, count, sumBefore: sum, spreadBefore: squares - (sum * sum) / count }
}

/**
 * Every second pixel is enough to tell, and to the nearest. Thousands of places are tried: rows and columns are looked up, and nothing is
 * allocated for a pixel.
 */
function correlation(compared: Compared, { shiftX, shiftY, scale }: PrintMotion): number {
  const { before, after, width, height, count, sumBefore, spreadBefore } = compared
  const columns = nearest(width, shiftX, scale)
  const rows = nearest(height, shiftY, scale)
  let [sum, both, squares] = [0, 0, 0]
  for (let y = 0; y < height; y++) {
    const [here, there] = [y * width, rows[y]! * width]
    for (let x = y % 2; x < width; x += 2) {
      const value = after[there + columns[x]!]!
      sum += value
      both += before[here + x]! * value
      squares += value * value
    }
  }
  const spread = spreadBefore * (squares - (sum * sum) / count)
  return spread <= 0 ? 0 : (both - (sumBefore * sum) / count) / Math.sqrt(spread)
}

/** For each place along a side the nearest one of the result that comes to lie there. */
function nearest(length: number, shift: number, scale: number): Int32Array {
  const middle = (length - 1) / 2
  const places = new Int32Array(length)
  for (let at = 0; at < length; at++) places[at] = Math.max(0, Math.min(length - 1, Math.round(middle + scale * (at - middle) + shift)))
  return places
}

function halved(values: Float32Array, { width, height }: Size): Size & { values: Float32Array } {
  const [columns, rows] = [Math.max(1, width >> 1), Math.max(1, height >> 1)]
  const smaller = new Float32Array(columns * rows)
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const at = 2 * y * width + 2 * x
      const [right, down] = [2 * x + 1 < width ? 1 : 0, 2 * y + 1 < height ? width : 0]
      smaller[y * columns + x] = (values[at]! + values[at + right]! + values[at + down]! + values[at + right + down]!) / 4
    }
  return { width: columns, height: rows, values: smaller }
}
