import { forEachNear } from './near-pixels.ts'

/** Widest feather, in pixels. */
export const MAX_FEATHER_PX = 128

/**
 * How much of the model's picture each pixel takes, 0..255, from the mask's alpha: 0 where the mask is opaque, whatever the feather; 255
 * where it is transparent; in between where it is in between. The feather lowers the weights of the `featherPx` pixels inside the edge in
 * even steps, by their distance to the nearest opaque pixel. It never reaches outside, and the picture's border is no edge.
 */
export function featherWeights(alpha: Uint8Array, width: number, height: number, featherPx: number): Uint8Array {
  const weights = alpha.map((value) => 255 - value)
  if (featherPx === 0) return weights
  const reach = featherPx + 1
  forEachNear({ values: alpha, width, height }, reach, (index, squaredDistance) => {
    weights[index] = Math.round((weights[index]! * Math.sqrt(squaredDistance)) / reach)
  })
  return weights
}
