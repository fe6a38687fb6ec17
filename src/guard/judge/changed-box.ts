import type { Box } from '../drift-measurement.ts'
import { PLACE, type Places } from '../region.ts'
import type { WorkingPicture } from '../working-picture.ts'

const CELL = 8
/** Encoding again and noise leave less in a cell, levels of 255. */
const LEAST_LEVELS = 6
/** Share of the change left out on each side: the outline of what moved is most of it, and its shadow, which reaches further, is little. */
const TRIM = 0.18
/** Shares of the picture: less is a speck, more is the middle of a picture that changed everywhere. */
const LEAST_SHARE = 0.008
const MOST_SHARE = 0.3

/** Where most of what changed of the kept part lies; null where that is next to nothing, or the whole picture. */
export function changedBox(source: WorkingPicture, result: WorkingPicture, places: Places): Box | null {
  const columns = new Float64Array(Math.ceil(source.width / CELL))
  const rows = new Float64Array(Math.ceil(source.height / CELL))
  for (let row = 0; row < rows.length; row++)
    for (let column = 0; column < columns.length; column++) {
      const [x, y] = [column * CELL, row * CELL]
      const cell = { x, y, width: Math.min(CELL, source.width - x), height: Math.min(CELL, source.height - y) }
      const change = changeIn(cell, source, result, places)
      if (change < LEAST_LEVELS) continue
      columns[column]! += change
      rows[row]! += change
    }
  const [across, down] = [middleOf(columns, source.width), middleOf(rows, source.height)]
  const share = ((across.end - across.start) * (down.end - down.start)) / (source.width * source.height)
  if (share < LEAST_SHARE || share > MOST_SHARE) return null
  return { x: across.start, y: down.start, width: across.end - across.start, height: down.end - down.start }
}

/** Where the middle of a distribution begins and ends, pixels; nowhere when there is none. */
function middleOf(changes: Float64Array, length: number): { start: number; end: number } {
  const all = changes.reduce((sum, change) => sum + change, 0)
  if (all === 0) return { start: 0, end: 0 }
  let below = 0
  const sums = changes.map((change) => {
    below += change
    return below
  })
  const first = sums.findIndex((sum) => sum > TRIM * all)
  const last = sums.findIndex((sum) => sum >= (1 - TRIM) * all)
  return { start: first * CELL, end: Math.min(length, (last + 1) * CELL) }
}

/** Mean difference in levels over the pixels that the edit was to keep. */
export function changeIn(box: Box, source: WorkingPicture, result: WorkingPicture, places: Places): number {
  let [pixels, sum] = [0, 0]
  for (let y = box.y; y < box.y + box.height; y++)
    for (let at = y * source.width + box.x; at < y * source.width + box.x + box.width; at++) {
      if (places[at] !== PLACE.kept) continue
      pixels++
      for (let channel = 3 * at; channel < 3 * at + 3; channel++) sum += Math.abs(source.rgb[channel]! - result.rgb[channel]!)
    }
  return pixels === 0 ? 0 : sum / (3 * pixels)
}
