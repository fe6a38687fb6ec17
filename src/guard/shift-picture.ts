import type { Motion } from './motion.ts'
import { PLACE, type Places } from './region.ts'
import type { WorkingPicture } from './working-picture.ts'

/** What `moveBack` gives. */
export interface MovedBack {
  picture: WorkingPicture
  /** For each pixel of it the nearest of the result it came from; -1 for those that have none and took the source's pixels. */
  origins: Int32Array
}

/** Moves a result back to where the source lies. */
export function moveBack(source: WorkingPicture, result: WorkingPicture, motion: Motion): MovedBack {
  const { width, height } = source
  const rgb = new Uint8Array(source.rgb)
  const alpha = source.alpha || result.alpha ? alphaOf(source) : null
  const origins = new Int32Array(width * height).fill(-1)
  const columns = placesBetween(width, motion.scale, motion.shiftX)
  const rows = placesBetween(height, motion.scale, motion.shiftY)
  for (let y = 0; y < height; y++) {
    const row = rows[y]
    if (!row) continue
    for (let x = 0; x < width; x++) {
      const column = columns[x]
      if (!column) continue
      const at = y * width + x
      origins[at] = Math.round(row.first + row.share) * width + Math.round(column.first + column.share)
      for (let channel = 0; channel < 3; channel++) rgb[3 * at + channel] = between(result.rgb, column, row, width, 3, channel)
      if (alpha) alpha[at] = result.alpha ? between(result.alpha, column, row, width, 1, 0) : 255
    }
  }
  return { picture: { width, height, rgb, alpha }, origins }
}

/** A place between two pixels of a row or column: the first of them, and how far on it lies, 0..1. */
interface Between {
  first: number
  second: number
  share: number
}

/** For each coordinate of the source the place in the result; null beyond its border. */
function placesBetween(length: number, scale: number, shift: number): (Between | null)[] {
  const centre = (length - 1) / 2
  return Array.from({ length }, (_, coordinate) => {
    const place = centre + scale * (coordinate - centre) + shift
    const first = Math.floor(place)
    const second = Math.min(length - 1, first + 1)
    return first < 0 || place > length - 1 ? null : { first, second, share: place - first }
  })
}

function between(bytes: Uint8Array, column: Between, row: Between, width: number, channels: number, channel: number): number {
  const value = (x: number, y: number) => bytes[(y * width + x) * channels + channel]!
  const upper = value(column.first, row.first) * (1 - column.share) + value(column.second, row.first) * column.share
  const lower = value(column.first, row.second) * (1 - column.share) + value(column.second, row.second) * column.share
  return Math.round(upper * (1 - row.share) + lower * row.share)
}

/** The result with the source's pixels wherever nothing is kept: what was open to the edit then cannot blur into what was not. */
export function restoreOpen(source: WorkingPicture, result: WorkingPicture, places: Places): WorkingPicture {
  const { width, height } = source
  const rgb = new Uint8Array(result.rgb)
  const alpha = source.alpha || result.alpha ? alphaOf(result) : null
  for (let at = 0; at < places.length; at++) {
    if (places[at] === PLACE.kept) continue
    rgb[3 * at] = source.rgb[3 * at]!
    rgb[3 * at + 1] = source.rgb[3 * at + 1]!
    rgb[3 * at + 2] = source.rgb[3 * at + 2]!
    if (alpha) alpha[at] = source.alpha?.[at] ?? 255
  }
  return { width, height, rgb, alpha }
}

/** A copy of its alpha channel, also where it has none. */
function alphaOf({ alpha, width, height }: WorkingPicture): Uint8Array {
  return alpha ? new Uint8Array(alpha) : new Uint8Array(width * height).fill(255)
}
