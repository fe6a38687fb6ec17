import { align } from '../align.ts'
import type { Alignment, Box } from '../drift-measurement.ts'
import { isStill } from '../motion.ts'
import { labOf } from '../perceptual-difference.ts'
import { differenceOf } from '../picture-difference.ts'
import { PLACE, type Places, withMargin } from '../region.ts'
import { moveBack, restoreOpen } from '../shift-picture.ts'
import { cropOf } from '../text/crop.ts'
import type { Size, WorkingPicture } from '../working-picture.ts'

/** How a subject differs. Lengths are pixels of the working size. */
export interface SubjectFigures {
  /** `declared` by the caller, or `salient`: a guess. */
  from: 'declared' | 'salient'
  box: Box
  /** Share of the box that the mask left open to the edit. */
  open: number
  motion: Alignment
  /** Structural similarity as it stands, and with its motion undone. */
  ssimInPlace: number
  ssim: number
  /** Mean ΔE with its motion undone. */
  deltaE: number
}

/** Room about the box for what moved, as a share of its longer side; and pixels at least. */
const ROOM = 0.25
const LEAST_ROOM = 40

/** Compares a box of two pictures of the same size. */
export async function subjectOf(
  source: WorkingPicture,
  result: WorkingPicture,
  places: Places,
  { box, from }: Pick<SubjectFigures, 'box' | 'from'>,
): Promise<SubjectFigures> {
  const wide = withMargin(box, Math.max(LEAST_ROOM, ROOM * Math.max(box.width, box.height)), source)
  const [before, after] = await Promise.all([source, result].map(async (picture) => ({ ...(await cropOf(picture, wide, 1)), alpha: null })))
  const inner = { x: box.x - wide.x, y: box.y - wide.y, width: box.width, height: box.height }
  const kept = placesIn(inner, wide, places, source)
  const motion = await align(before!, after!, kept.places)
  const compared = { picture: before!, lab: await labOf(before!) }
  // Another ground up to the edge of the box would count in the windows that reach beyond it.
  const inPlace = await differenceOf(compared, restoreOpen(before!, after!, kept.places))
  const moved = isStill(motion) ? null : restoreOpen(before!, moveBack(before!, after!, motion).picture, kept.places)
  const laid = moved ? await differenceOf(compared, moved) : inPlace
  return {
    ...{ from, box, open: kept.open, motion },
    ssimInPlace: inPlace.structure.meanInBox(inner),
    ssim: laid.structure.meanInBox(inner),
    deltaE: meanIn(laid.colour.deltaE, wide.width, inner),
  }
}

function placesIn(inner: Box, wide: Box, places: Places, { width }: Size): { places: Places; open: number } {
  const found = new Uint8Array(wide.width * wide.height).fill(PLACE.neither)
  let open = 0
  for (let y = inner.y; y < inner.y + inner.height; y++)
    for (let x = inner.x; x < inner.x + inner.width; x++) {
      const place = places[(wide.y + y) * width + wide.x + x]!
      found[y * wide.width + x] = place
      if (place !== PLACE.kept) open++
    }
  return { places: found, open: open / (inner.width * inner.height) }
}

function meanIn(values: Float32Array, width: number, box: Box): number {
  let sum = 0
  for (let y = box.y; y < box.y + box.height; y++) for (let x = box.x; x < box.x + box.width; x++) sum += values[y * width + x]!
  return sum / (box.width * box.height)
}
