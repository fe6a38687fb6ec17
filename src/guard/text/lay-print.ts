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
  const steps = range(-reach, reach)
  let best = {
    motion: { shiftX: 0, shiftY: 0, scale: 1 },
    score: correlation(small.values, other.values, small, { shiftX: 0, shiftY: 0, scale: 1 }),
  }
  const attempt = (one: Float32Array, two: Float32Array, of: Size, motion: PrintMotion) => {
    const score = correlation(one, two, of, motion)
    // What lies still must be beaten, not equalled.
    if (score > best.score + 1e-4) best = { motion, score }
  }
  for (const scale of SCALES)
    for (const shiftY of steps) for (const shiftX of steps) attempt(small.values, other.values, small, { shiftX, shiftY, scale })
  const { shiftX: x, shiftY: y, scale: about } = best.motion
  const start = { shiftX: 2 * x, shiftY: 2 * y, scale: about }
  best = { motion: start, score: correlation(before, after, size, start) }
  for (const fine of FINE_SCALES)
    for (const down of range(-FINE_REACH, FINE_REACH))
      for (const right of range(-FINE_REACH, FINE_REACH))
        attempt(before, after, size, { shiftX: 2 * x + right, shiftY: 2 * y + down, scale: about + fine })
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

/** Every second pixel is enough to tell, and to the nearest. */
function correlation(before: Float32Array, after: Float32Array, { width, height }: Size, motion: PrintMotion): number {
  let [count, sumA, sumB, both, squareA, squareB] = [0, 0, 0, 0, 0, 0]
  for (let y = 0; y < height; y++)
    for (let x = y % 2; x < width; x += 2) {
      const [column, row] = placeOf(x, y, { width, height }, motion)
      const a = before[y * width + x]!
      const b = after[Math.max(0, Math.min(height - 1, Math.round(row))) * width + Math.max(0, Math.min(width - 1, Math.round(column)))]!
      count++
      sumA += a
      sumB += b
      both += a * b
      squareA += a * a
      squareB += b * b
    }
  const spread = (squareA - (sumA * sumA) / count) * (squareB - (sumB * sumB) / count)
  return spread <= 0 ? 0 : (both - (sumA * sumB) / count) / Math.sqrt(spread)
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
