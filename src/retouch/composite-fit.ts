import type { LosslessFormat } from './retouched-picture.ts'

/**
 * Largest source of a strict composite, in pixels: what can be put together and written within the memory that a pixel process may use.
 * For PNG that is more than a 4032x3024 photograph, for lossless WebP, whose encoder takes seven times as much, the 3840x2160 that the
 * models draw at most.
 */
export const maxCompositePixels: Readonly<Record<LosslessFormat, number>> = { png: 12_582_912, webp: 8_294_400 }

/** Width and height in pixels. */
export interface PixelSize {
  width: number
  height: number
}

/** Whether and how two pictures can be laid one over the other. */
export type CompositeFit = 'same' | 'resampled' | 'aspect_differs' | 'source_too_large'

/**
 * Tells whether a result of the size `result` can be laid over a source: ask before the call is paid for. `same`: pixel on pixel.
 * `resampled`: the aspects are exactly equal, so the result is brought to the source's size without stretching it. Else why not.
 */
export function compositeFit(source: PixelSize, result: PixelSize, format: LosslessFormat): CompositeFit {
  if (source.width * source.height > maxCompositePixels[format]) return 'source_too_large'
  if (source.width === result.width && source.height === result.height) return 'same'
  return source.width * result.height === source.height * result.width ? 'resampled' : 'aspect_differs'
}
