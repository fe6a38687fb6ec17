import type { PixelSize } from '../contract/image-request.ts'

/** The area `auto` was seen to come to: about 1.57 megapixels, split by aspect and rounded (1254x1254, 1672x941, 1122x1402). */
const AUTO_PIXELS = 1_572_864
const TOLERANCE = 0.02

/** True when a picture has the area that the model chooses by itself. */
export function isAutoArea({ width, height }: PixelSize): boolean {
  return Math.abs(width * height - AUTO_PIXELS) <= AUTO_PIXELS * TOLERANCE
}
