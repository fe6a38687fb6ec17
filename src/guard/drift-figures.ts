import type { Box, BoxDrift, ColourShift, OutsideDrift } from './drift-measurement.ts'
import type { PerceptualDifference } from './perceptual-difference.ts'
import type { PictureDifference } from './picture-difference.ts'
import { largestMarked, PLACE, type Places, scaleBox } from './region.ts'
import type { Size } from './working-picture.ts'

/** A source and its result, compared. */
export interface Comparison {
  size: Size
  places: Places
  /** Of the source and the result without the edit: what counts where pixels are kept. */
  kept: PictureDifference
  /** Of the source and the whole result; the same one when everything is kept. */
  whole: PictureDifference
}

/** Decimals of the figures; what is finer is chance. */
const DECIMALS = 6
const P95 = 0.95
/** ΔE above this is counted as this where a quantile is read. */
const HIGHEST_DELTA_E = 200
const HISTOGRAM_STEPS_PER_DELTA_E = 20

/** Share of the pixels of one place that changed; null when there are none. */
export function changedFraction(changed: Uint8Array, places: Places, place: number): number | null {
  let [pixels, changedPixels] = [0, 0]
  for (let at = 0; at < places.length; at++) {
    if (places[at] !== place) continue
    pixels++
    changedPixels += changed[at]!
  }
  return pixels === 0 ? null : rounded(changedPixels / pixels)
}

/** The kept part, all but `changedFractionRaw`. Null when nothing is kept. @param result size in whose pixels the region is told */
export function outsideDrift({ size, places, kept }: Comparison, result: Size): Omit<OutsideDrift, 'changedFractionRaw'> | null {
  const fraction = changedFraction(kept.changed, places, PLACE.kept)
  if (fraction === null) return null
  const changed = new Uint8Array(places.length)
  let pixels = 0
  for (let at = 0; at < places.length; at++) {
    if (places[at] !== PLACE.kept) continue
    pixels++
    changed[at] = kept.changed[at]!
  }
  const largest = largestMarked(changed, size)
  return {
    pixels,
    changedFraction: fraction,
    ssim: rounded(kept.structure.mean((x, y) => places[y * size.width + x] === PLACE.kept)),
    colourShift: colourShift(kept.colour, places),
    largestRegion: largest && scaleBox(largest, size, result),
  }
}

function colourShift(colour: PerceptualDifference, places: Places): ColourShift {
  const { l, a, b } = colour.meanShift(places, PLACE.kept)
  const histogram = new Uint32Array(HIGHEST_DELTA_E * HISTOGRAM_STEPS_PER_DELTA_E + 1)
  let [pixels, sum] = [0, 0]
  for (let at = 0; at < places.length; at++) {
    if (places[at] !== PLACE.kept) continue
    const deltaE = colour.deltaE[at]!
    pixels++
    sum += deltaE
    histogram[Math.min(histogram.length - 1, Math.floor(deltaE * HISTOGRAM_STEPS_PER_DELTA_E))]!++
  }
  return { l: rounded(l), a: rounded(a), b: rounded(b), deltaEMean: rounded(sum / pixels), deltaEP95: quantileOf(histogram, pixels * P95) }
}

function quantileOf(histogram: Uint32Array, rank: number): number {
  let below = 0
  const step = histogram.findIndex((count) => {
    below += count
    return below >= rank
  })
  return step / HISTOGRAM_STEPS_PER_DELTA_E
}

/** One protected box, also where the mask is open; null when it lies beyond the picture. @param result size in whose pixels boxes are */
export function boxDrift(comparison: Comparison, box: Box, result: Size): BoxDrift | null {
  const { size } = comparison
  const inside = scaleBox(box, result, size)
  if (!inside) return null
  const { changed, colour, structure } = differenceIn(comparison, inside)
  let [changedPixels, sum] = [0, 0]
  for (let y = inside.y; y < inside.y + inside.height; y++)
    for (let at = y * size.width + inside.x; at < y * size.width + inside.x + inside.width; at++) {
      changedPixels += changed[at]!
      sum += colour.deltaE[at]!
    }
  const pixels = inside.width * inside.height
  return {
    box,
    changedFraction: rounded(changedPixels / pixels),
    ssim: rounded(structure.meanInBox(inside)),
    deltaE: rounded(sum / pixels),
  }
}

/** A box that is kept whole is not blamed for the edit beside it. */
function differenceIn({ places, size, kept, whole }: Comparison, box: Box): PictureDifference {
  for (let y = box.y; y < box.y + box.height; y++) {
    const start = y * size.width + box.x
    if (places.subarray(start, start + box.width).includes(PLACE.open)) return whole
  }
  return kept
}

function rounded(value: number): number {
  return Number(value.toFixed(DECIMALS))
}
