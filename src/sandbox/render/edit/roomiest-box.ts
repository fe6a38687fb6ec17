import type { Box } from '../page/box.ts'
import type { EditRegion } from './edit-region.ts'

/** Cells along the longer side of the search; finer finds little more. */
const CELLS = 96
/** Text wants a wide box rather than a tall one; beyond these shapes more length adds nothing. */
const WIDEST = 3.2
const TALLEST = 1.5

/**
 * The best place for text inside a region of any shape: about the largest upright rectangle all of whose pixels are repainted.
 * Null when there is not even one cell of such pixels.
 */
export function roomiestBox(region: EditRegion): Box | null {
  const cell = Math.max(1, Math.ceil(Math.max(region.box.width, region.box.height) / CELLS))
  const columns = Math.floor(region.box.width / cell)
  const rows = Math.floor(region.box.height / cell)
  const heights = new Array<number>(columns).fill(0)
  let best: { score: number; box: Box } | null = null
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) heights[column] = isOpen(region, cell, column, row) ? heights[column]! + 1 : 0
    for (const { left, width, height } of rectanglesUnder(heights)) {
      const score = Math.min(width, WIDEST * height) * Math.min(height, TALLEST * width)
      if (score <= (best?.score ?? 0)) continue
      const x = region.box.x + left * cell
      const y = region.box.y + (row + 1 - height) * cell
      best = { score, box: { x, y, width: width * cell, height: height * cell } }
    }
  }
  return best?.box ?? null
}

/** Corners, middles of the sides and the centre stand for a cell: a hole that misses all nine is too small to see. */
function isOpen({ weights, width, box }: EditRegion, cell: number, column: number, row: number): boolean {
  const steps = [0, cell >> 1, cell - 1]
  const [x, y] = [box.x + column * cell, box.y + row * cell]
  return steps.every((down) => steps.every((right) => weights[(y + down) * width + x + right] === 255))
}

/** Every rectangle that stands on the base line under a row of columns and cannot be made wider or taller (one pass with a stack). */
function* rectanglesUnder(heights: readonly number[]): Generator<{ left: number; width: number; height: number }> {
  const open: { left: number; height: number }[] = []
  for (let column = 0; column <= heights.length; column++) {
    const height = heights[column] ?? 0
    let left = column
    for (let last = open.at(-1); last && last.height > height; last = open.at(-1)) {
      open.pop()
      left = last.left
      yield { left, width: column - left, height: last.height }
    }
    if (height > 0 && (open.at(-1)?.height ?? 0) < height) open.push({ left, height })
  }
}
