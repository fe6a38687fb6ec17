import type { PixelSize } from '../../contract/image-request.ts'
import type { ModelRow } from '../../contract/model-row.ts'

const PATCH_PIXELS = 16
const MOST_PATCHES = 1536

/**
 * Image input tokens of one picture, as third parties measured them on sixteen sizes; like all arithmetic of the invoice it is the
 * sandbox's own. The picture is reduced towards a long side of 512, at most to half, and counted in patches of 16 pixels, its shape taken
 * as 3:1 at most. Where that makes more than 1536 patches, it is reduced until they fit.
 * Which way round the picture is stored makes no difference.
 */
export function imageInputTokens({ width, height }: PixelSize): number {
  const long = Math.max(width, height)
  const [numerator, denominator] = long <= 512 ? [1, 1] : long >= 1024 ? [1, 2] : [512, long]
  // In thirds of a pixel, so that the padding of a side stays a whole number and each count is one division, exact where it is whole.
  const thirds = [width, height].map((side) => Math.max(3 * side, long)) as [number, number]
  const [across, down] = thirds.map((side) => Math.ceil((side * numerator) / (denominator * 3 * PATCH_PIXELS))) as [number, number]
  if (across * down <= MOST_PATCHES) return across * down
  return Math.floor(Math.sqrt((MOST_PATCHES * thirds[0]) / thirds[1])) * Math.floor(Math.sqrt((MOST_PATCHES * thirds[1]) / thirds[0]))
}

/** Text tokens that 2.5 adds for each input image (reported: a prompt of 8 billed as 18 with one, 28 with two). Invented for 2.6. */
export function extraTextTokensPerImage(model: ModelRow): number {
  return model.tokenFormula === 'gpt-image-2.5' || model.tokenFormula === 'unknown' ? 10 : 0
}
