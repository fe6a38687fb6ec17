import type { Alignment } from './drift-measurement.ts'
import { type Compared, matchingShare, meanDifference, samplePoints } from './match-points.ts'
import { type Motion, STILL } from './motion.ts'
import { PLACE, type Places } from './region.ts'
import { fromRaw, type Size, type WorkingPicture } from './working-picture.ts'

const COARSEST_SIDE = 64
const FINEST_SIDE = 512
/**
 * Structure is what lies between two blurs. Without what is coarser, a picture that only became brighter still matches; without what is
 * finer, it may be read between two pixels, where single ones differ too much from the mean of their neighbours.
 */
const FINE_BLUR_PIXELS = 1
const COARSE_BLUR_PIXELS = 4

/** Searched in full at the coarsest size: a shift up to 9 % of the longer side, a scale up to 6 %. Models move things by less. */
const COARSE_REACH_PIXELS = 6
const COARSE_SCALES = [0.94, 0.96, 0.98, 1, 1.02, 1.04, 1.06]
/** Searched in full at each finer size, about what the one before found. */
const NEAR_REACH_PIXELS = 2
/** Steps of the search at each finer size, in its pixels. */
const FINE_STEPS = [1, 0.5, 0.25, 0.125]

/** Share of the tiles that must match before a picture counts as moved as a whole, and not just one thing in it. */
const NEEDED_CONFIDENCE = 0.6
/** A motion must fit this much better than standing still does: encoding again alone makes some motion fit a little better. */
const NEEDED_GAIN = 0.9

/**
 * Estimates by how much the kept part of a picture moved as a whole, in pixels of the working size.
 *
 * A pyramid search rather than phase correlation: correlation weighs every pixel, so what was edited must be painted over before and leaves
 * edges of its own, and it knows no scale. Here points with texture are compared, and each counts up to a limit, so what changed does not
 * pull. It needs no Fourier transform either, for which there would be a library of its own to carry.
 */
export async function align(source: WorkingPicture, result: WorkingPicture, places: Places): Promise<Alignment> {
  const levels = await pyramid(source, result, places)
  const finest = levels.at(-1)!
  const found = descend(levels)
  const motion = isBetter(finest, found) ? found : STILL
  return { ...resized(motion, source.width / finest.width), confidence: matchingShare(finest, motion) }
}

/** From the coarsest size to the finest, each going on from what the one before found. */
function descend([coarsest, ...finer]: Compared[]): Motion {
  let motion = refine(coarsest!, searchAll(coarsest!))
  let { width } = coarsest!
  for (const level of finer) {
    // What is only coarsely alike may mislead, and fine texture has no coarse likeness at all: the neighbourhood of both is searched.
    const starts = [STILL, resized(motion, level.width / width)].flatMap((start) => around(start))
    motion = refine(level, bestOf(level, starts))
    width = level.width
  }
  return motion
}

const resized = ({ shiftX, shiftY, scale }: Motion, factor: number): Motion => ({ shiftX: shiftX * factor, shiftY: shiftY * factor, scale })

async function pyramid(source: WorkingPicture, result: WorkingPicture, places: Places): Promise<Compared[]> {
  const longest = Math.max(source.width, source.height)
  const sides = []
  for (let side = Math.min(FINEST_SIDE, longest); side > COARSEST_SIDE; side /= 2) sides.unshift(side)
  sides.unshift(Math.min(COARSEST_SIDE, longest))
  const finest = sizeOf(source, sides.at(-1)!)
  const [before, after] = await Promise.all([greyOf(source, finest), greyOf(result, finest)])
  return Promise.all(sides.map((side) => makeLevel({ before, after, finest }, sizeOf(source, side), keptAt(source, places))))
}

function sizeOf({ width, height }: Size, longestSide: number): Size {
  const factor = longestSide / Math.max(width, height)
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) }
}

function greyOf(picture: WorkingPicture, { width, height }: Size): Promise<Uint8Array> {
  return fromRaw(picture.rgb, picture, 3).resize(width, height, { fit: 'fill' }).greyscale().raw().toBuffer()
}

/** Looks up at another size whether a pixel is kept. */
function keptAt({ width, height }: Size, places: Places): (x: number, y: number, size: Size) => boolean {
  return (x, y, size) => {
    const column = Math.min(width - 1, Math.floor(((x + 0.5) * width) / size.width))
    const row = Math.min(height - 1, Math.floor(((y + 0.5) * height) / size.height))
    return places[row * width + column] === PLACE.kept
  }
}

async function makeLevel(
  greys: { before: Uint8Array; after: Uint8Array; finest: Size },
  size: Size,
  isKept: (x: number, y: number, size: Size) => boolean,
): Promise<Compared> {
  const [before, after] = await Promise.all([greys.before, greys.after].map((grey) => structureOf(grey, greys.finest, size)))
  return { ...size, result: after!, points: samplePoints(before!, size, (x, y) => isKept(x, y, size)) }
}

async function structureOf(grey: Uint8Array, from: Size, { width, height }: Size): Promise<Float32Array> {
  const smaller = fromRaw(grey, from, 1).resize(width, height, { fit: 'fill' }).extractChannel(0)
  const blurred = (sigma: number) => smaller.clone().blur(sigma).raw().toBuffer()
  const [fine, coarse] = await Promise.all([blurred(FINE_BLUR_PIXELS), blurred(COARSE_BLUR_PIXELS)])
  const structure = new Float32Array(width * height)
  for (let at = 0; at < structure.length; at++) structure[at] = fine[at]! - coarse[at]!
  return structure
}

function around({ shiftX, shiftY, scale }: Motion): Motion[] {
  const steps = Array.from({ length: 2 * NEAR_REACH_PIXELS + 1 }, (_, index) => index - NEAR_REACH_PIXELS)
  return steps.flatMap((down) => steps.map((right) => ({ shiftX: shiftX + right, shiftY: shiftY + down, scale })))
}

function searchAll(level: Compared): Motion {
  const steps = Array.from({ length: 2 * COARSE_REACH_PIXELS + 1 }, (_, index) => index - COARSE_REACH_PIXELS)
  return bestOf(
    level,
    COARSE_SCALES.flatMap((scale) => steps.flatMap((shiftY) => steps.map((shiftX) => ({ shiftX, shiftY, scale })))),
  )
}

/** The motion that fits best; of equal ones the smallest, so that a repeating pattern stays where it is. */
function bestOf(level: Compared, motions: readonly Motion[]): Motion {
  let best = { motion: STILL, cost: meanDifference(level, STILL) }
  for (const motion of motions) {
    const cost = meanDifference(level, motion)
    if (cost < best.cost || (cost === best.cost && lengthOf(level, motion) < lengthOf(level, best.motion))) best = { motion, cost }
  }
  return best.motion
}

/** Goes downhill in ever smaller steps of shift and scale. */
function refine(level: Compared, from: Motion): Motion {
  let best = { motion: from, cost: meanDifference(level, from) }
  for (const step of FINE_STEPS) {
    let isDown = true
    while (isDown) {
      isDown = false
      for (const motion of neighbours(best.motion, step, level)) {
        const cost = meanDifference(level, motion)
        if (cost >= best.cost) continue
        best = { motion, cost }
        isDown = true
      }
    }
  }
  return best.motion
}

/** A step of scale moves the border by as much as a step of shift does. */
function neighbours({ shiftX, shiftY, scale }: Motion, step: number, { width, height }: Size): Motion[] {
  const scaleStep = (2 * step) / Math.max(width, height)
  return [
    { shiftX: shiftX + step, shiftY, scale },
    { shiftX: shiftX - step, shiftY, scale },
    { shiftX, shiftY: shiftY + step, scale },
    { shiftX, shiftY: shiftY - step, scale },
    { shiftX, shiftY, scale: scale + scaleStep },
    { shiftX, shiftY, scale: scale - scaleStep },
  ]
}

/** How far a motion moves the border of a picture, in pixels. */
function lengthOf({ width, height }: Size, { shiftX, shiftY, scale }: Motion): number {
  return Math.hypot(shiftX, shiftY) + (Math.abs(scale - 1) * Math.max(width, height)) / 2
}

function isBetter(level: Compared, motion: Motion): boolean {
  return matchingShare(level, motion) >= NEEDED_CONFIDENCE && meanDifference(level, motion) < NEEDED_GAIN * meanDifference(level, STILL)
}
