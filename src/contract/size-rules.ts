import type { PixelSize } from './image-request.ts'

/**
 * Sizes that gpt-image-2 and later draw: both edges divisible by 16, the longest at most 3840, at most three times the shortest,
 * and between 655,360 and 8,294,400 pixels, all bounds inclusive (OpenAI image generation guide).
 */
export const sizeRules = {
  step: 16,
  longestEdge: 3840,
  ratio: 3,
  pixelsMin: 655_360,
  pixelsMax: 8_294_400,
  /** Above this (2560x1440) OpenAI calls a size experimental; it is accepted all the same. */
  experimentalAbovePixels: 3_686_400,
} as const

/** The three sizes every GPT Image model draws. */
export const standardSizes = ['1024x1024', '1536x1024', '1024x1536'] as const

const form = /^([1-9][0-9]{0,8})x([1-9][0-9]{0,8})$/

/** Reads `WIDTHxHEIGHT`: ASCII digits, a small x, nothing around it, no leading zeros. Null for anything else, `auto` included. */
export function parseSize(text: string): PixelSize | null {
  const match = form.exec(text)
  return match && { width: Number(match[1]), height: Number(match[2]) }
}

/** Writes a size as it stands on the wire. */
export function formatSize(size: 'auto' | PixelSize): string {
  return size === 'auto' ? size : `${size.width}x${size.height}`
}

const aboveBudget = 'Requested resolution exceeds the current pixel budget.'

function edgeFault({ width, height }: PixelSize): string | null {
  const longest = Math.max(width, height)
  if (width % sizeRules.step !== 0 || height % sizeRules.step !== 0) return 'Width and height must both be divisible by 16.'
  if (longest > sizeRules.longestEdge) return 'The longest edge must be less than or equal to 3840.'
  if (longest > sizeRules.ratio * Math.min(width, height)) return 'The longest edge must be at most three times the shortest edge.'
  return null
}

/**
 * Says what is wrong with a size, in upstream's words and order: divisibility, longest edge, ratio, pixel budget.
 * The place and the words of the ratio rule are ours, the rest were observed on the live API.
 * @returns the sentence that follows `Invalid size '…'.`, or null for a legal size.
 */
export function sizeFault(size: PixelSize): string | null {
  const pixels = size.width * size.height
  const fault = edgeFault(size)
  if (fault) return fault
  if (pixels < sizeRules.pixelsMin) return 'Requested resolution is below the current minimum pixel budget.'
  return pixels > sizeRules.pixelsMax ? aboveBudget : null
}

/** True for a size that the free size rules allow. */
export function isLegalSize(size: PixelSize): boolean {
  return sizeFault(size) === null
}

/** True for a legal size that OpenAI calls experimental. */
export function isExperimental(size: PixelSize): boolean {
  return size.width * size.height > sizeRules.experimentalAbovePixels
}

/** Frames of a gif share the pixel budget as one sheet of 3x3, 4x3 or 4x4 cells (reported by third parties, November 2026). */
function sheetCells(frameCount: number): number {
  if (frameCount <= 9) return 9
  return frameCount <= 12 ? 12 : 16
}

/**
 * The size rules of an animated gif: as `sizeFault`, but the ceiling holds for the whole sheet of frames
 * and the floor does not hold (the reported cap of 720x720 for 16 frames lies below it).
 */
export function gifSizeFault(size: PixelSize, frameCount: number): string | null {
  const sheetPixels = size.width * size.height * sheetCells(frameCount)
  return edgeFault(size) ?? (sheetPixels > sizeRules.pixelsMax ? aboveBudget : null)
}

/**
 * The legal size nearest to a wished one, for advice. Near means close in area and, counted double, close in shape;
 * of equally near sizes the narrower one.
 * @param width wished pixels, above 0. @param height likewise.
 */
export function nearestLegalSize(width: number, height: number): PixelSize {
  const wishedArea = Math.log(width * height)
  const wishedShape = Math.log(width / height)
  let nearest: PixelSize = { width: 1024, height: 1024 }
  let nearestDistance = Number.POSITIVE_INFINITY
  for (const size of legalSizes()) {
    const area = Math.log(size.width * size.height) - wishedArea
    const shape = Math.log(size.width / size.height) - wishedShape
    const distance = area * area + 2 * shape * shape
    if (distance < nearestDistance) [nearest, nearestDistance] = [size, distance]
  }
  return nearest
}

/**
 * The size a model draws that has exactly the shape of a picture and is nearest to it in area; null where there is none.
 * @param sizes `free`, or the only sizes the model has (`ModelRow.sizes`). @param source pixels, above 0.
 */
export function legalSizeOfShape(sizes: 'free' | readonly string[], source: PixelSize): PixelSize | null {
  const candidates = sizes === 'free' ? sizesOfShape(source) : sizes.map(parseSize).filter((size) => size !== null)
  const distance = (size: PixelSize) => Math.abs(size.width * size.height - source.width * source.height)
  const fitting = candidates.filter((size) => hasShapeOf(size, source))
  return fitting.reduce<PixelSize | null>((best, size) => (best === null || distance(size) < distance(best) ? size : best), null)
}

/** True when one picture can be scaled to the other without a fraction of distortion. */
export function hasShapeOf(size: PixelSize, other: PixelSize): boolean {
  return size.width * other.height === size.height * other.width
}

/** Legal sizes of one shape: multiples of its smallest one in whole steps. */
function sizesOfShape(source: PixelSize): PixelSize[] {
  const unit = greatestCommonDivisor(source.width, source.height)
  const [width, height] = [source.width / unit, source.height / unit]
  const largest = Math.floor(sizeRules.longestEdge / Math.max(width, height))
  const multiples = Array.from({ length: largest }, (_, index) => ({ width: width * (index + 1), height: height * (index + 1) }))
  return multiples.filter(isLegalSize)
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

/** Every legal size, narrowest first; 29,146 of them. */
export function* legalSizes(): Generator<PixelSize> {
  for (let width = sizeRules.step; width <= sizeRules.longestEdge; width += sizeRules.step) {
    for (let height = sizeRules.step; height <= sizeRules.longestEdge; height += sizeRules.step) {
      if (isLegalSize({ width, height })) yield { width, height }
    }
  }
}
