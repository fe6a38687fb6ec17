/** A plane of one byte per pixel; those that are 255 are targets. */
export interface TargetPlane {
  values: Uint8Array
  width: number
  height: number
}

/** Farthest that `forEachNear` looks, in pixels: distances within a column must fit a byte. */
export const FARTHEST_REACH = 255

/**
 * Visits every pixel that is no target but nearer than `reach` to one, with the exact square of its distance to the nearest. What lies
 * beyond the picture's border is no target.
 * @param reach in pixels, 1..255
 */
export function forEachNear(plane: TargetPlane, reach: number, visit: (index: number, squaredDistance: number) => void): void {
  const { width, height } = plane
  const inColumn = distancesInColumns(plane, reach)
  for (let y = 0; y < height; y++) visitRow(inColumn.subarray(y * width, (y + 1) * width), reach, y * width, visit)
}

/** Distance of every pixel to the nearest target above or below it in its column; `reach` where there is none so near. */
function distancesInColumns({ values, width, height }: TargetPlane, reach: number): Uint8Array {
  const distances = new Uint8Array(values.length)
  for (let at = 0; at < values.length; at++) {
    const above = at < width ? reach : distances[at - width]! + 1
    distances[at] = values[at] === 255 ? 0 : Math.min(above, reach)
  }
  for (let at = values.length - width - 1; at >= 0; at--) {
    const below = distances[at + width]! + 1
    if (below < distances[at]!) distances[at] = below
  }
  return height > 0 ? distances : new Uint8Array()
}

/**
 * The nearest target lies at some column `dx` away, as far off in that column as the column's own distance says: the smallest sum of both
 * squares wins. Columns farther away than the best sum so far are not looked at.
 */
function visitRow(inColumn: Uint8Array, reach: number, rowStart: number, visit: (index: number, squaredDistance: number) => void): void {
  const width = inColumn.length
  const farthest = reach * reach
  let lastNear = Number.NEGATIVE_INFINITY
  let nextNear = nearColumn(inColumn, 0, reach)
  for (let x = 0; x < width; x++) {
    const own = inColumn[x]!
    if (own < reach) lastNear = x
    if (nextNear <= x) nextNear = nearColumn(inColumn, x + 1, reach)
    if (own === 0 || Math.min(x - lastNear, nextNear - x) >= reach) continue
    let best = own * own
    for (let dx = 1; dx * dx < best; dx++) {
      const left = x >= dx ? inColumn[x - dx]! : reach
      const right = x + dx < width ? inColumn[x + dx]! : reach
      const nearer = Math.min(left, right)
      best = Math.min(best, dx * dx + nearer * nearer)
    }
    if (best < farthest) visit(rowStart + x, best)
  }
}

/** The first column from `from` that has a target within reach; infinity when none has. */
function nearColumn(inColumn: Uint8Array, from: number, reach: number): number {
  for (let x = from; x < inColumn.length; x++) if (inColumn[x]! < reach) return x
  return Number.POSITIVE_INFINITY
}
