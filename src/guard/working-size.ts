import type { PictureHeader, Size } from './working-picture.ts'

/** Larger pictures are compared at about this many pixels: finer than that the eye does not look, and the time has a bound. */
const WORKING_PIXELS = 1024 * 1024

/**
 * How far two shapes may differ to be taken for the same: upstream's sizes come in steps of 16 pixels, which moves the shape of a picture
 * of 1000 pixels by 0.8 %.
 */
const SHAPE_TOLERANCE = 0.01

/**
 * The size at which two pictures are compared: the source's shape, and no more pixels than either has.
 *
 * Pictures of different shapes are not compared at all. A model that is asked for another shape crops, extends or recomposes as it likes;
 * a guess which of these it was would decide what counts as changed.
 * @returns a sentence why not, where they cannot be compared
 */
export function workingSizeOf(source: PictureHeader, result: PictureHeader, mask: PictureHeader | null): Size | string {
  if (!sameShape(source, result))
    return `The source is ${inWords(source)} and the result ${inWords(result)}: shapes over 1 % apart, so their pixels do not correspond.`
  if (mask && !sameShape(source, mask)) return `The mask is ${inWords(mask)} and the source ${inWords(source)}: it does not lie over it.`
  if (mask && source.orientation !== 1)
    return `The source is stored turned (EXIF orientation ${source.orientation}), so it is not known which way up the mask lies over it.`
  const pixels = Math.min(WORKING_PIXELS, pixelsOf(source), pixelsOf(result))
  const factor = Math.min(1, Math.sqrt(pixels / pixelsOf(source)))
  return { width: Math.max(1, Math.round(source.width * factor)), height: Math.max(1, Math.round(source.height * factor)) }
}

/** Up to one pixel of rounding never counts as another shape. */
function sameShape(one: Size, other: Size): boolean {
  const difference = Math.abs(one.width * other.height - one.height * other.width)
  return difference <= Math.max(SHAPE_TOLERANCE * one.height * other.width, Math.max(one.width, one.height))
}

const pixelsOf = ({ width, height }: Size) => width * height
const inWords = ({ width, height }: Size) => `${width}x${height}`
