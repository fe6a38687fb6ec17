import { type Channels, keyness } from './key-colour.ts'
import type { RawPixels } from './raw-pixels.ts'

const BORDER_PX = 2
/** A border pixel shows the key when it has this much of the key's own colour difference. Models draw "#00FF00" as anything between neon and studio green. */
const KEY_LIKE = 0.35
/** Share of the border that must show the key. A subject may touch one or two sides, as a bust does. */
const NEEDED_SHARE = 0.3

/** What the border of a picture shows of a key colour. */
export interface BorderKey {
  /** Share of the border that shows it, 0..1. */
  share: number
  /** The colour as it was really drawn: the median of those pixels. Null when too few show it for the picture to have been keyed. */
  colour: Channels | null
}

/** Looks for the key colour where the background must be: in the picture's outermost pixels. */
export function findBorderKey(pixels: RawPixels, key: Channels): BorderKey {
  const needed = keyness(key, key) * KEY_LIKE
  const shown: Channels[] = []
  let count = 0
  for (const at of borderOffsets(pixels)) {
    const colour: Channels = [pixels.data[at]!, pixels.data[at + 1]!, pixels.data[at + 2]!]
    if (keyness(colour, key) >= needed) shown.push(colour)
    count++
  }
  const share = shown.length / count
  return { share, colour: share < NEEDED_SHARE ? null : [median(shown, 0), median(shown, 1), median(shown, 2)] }
}

function* borderOffsets({ width, height, channels }: RawPixels): Iterable<number> {
  for (let y = 0; y < height; y++) {
    const isInside = y >= BORDER_PX && y < height - BORDER_PX
    for (let x = 0; x < width; x++) {
      if (isInside && x === BORDER_PX) x = Math.max(x, width - BORDER_PX)
      yield (y * width + x) * channels
    }
  }
}

function median(colours: readonly Channels[], channel: 0 | 1 | 2): number {
  const values = colours.map((colour) => colour[channel]).sort((a, b) => a - b)
  return values[values.length >> 1]!
}
