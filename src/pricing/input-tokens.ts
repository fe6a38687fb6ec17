import type { PixelSize } from '../contract/image-request.ts'
import type { TokenFormula } from '../contract/model-row.ts'
import { ceilQuotient } from './output-tokens.ts'
import type { TextCount } from './tokenizer.ts'

const mostPatches = 1536

/**
 * Input tokens of one image of a call with n = 1; upstream counts them again for every picture asked.
 * gpt-image-2 and later read images in patches (not official; fits all measured sizes), older models in tiles (OpenAI's vision guide).
 */
export function inputImageTokens(formula: TokenFormula, image: PixelSize, fidelity: 'low' | 'high'): number {
  return formula === 'gpt-image-1' ? tileTokens(image, fidelity) : patchTokens(image)
}

/**
 * 16-pixel patches of the image scaled by clamp(512 / long side, ½, 1), the short side padded to a third of the long one,
 * at most 1,536 patches. Sides are kept as whole multiples of 1/(3·`denominator`) pixel, so nothing rounds before the ceilings.
 */
function patchTokens({ width, height }: PixelSize): number {
  const long = Math.max(width, height)
  const [numerator, denominator] = long <= 512 ? [1, 1] : long < 1024 ? [512, long] : [1, 2]
  const scaledWidth = Math.max(3 * width, height) * numerator
  const scaledHeight = Math.max(3 * height, width) * numerator
  const columns = ceilQuotient(scaledWidth, 48 * denominator)
  const rows = ceilQuotient(scaledHeight, 48 * denominator)
  if (columns * rows <= mostPatches) return columns * rows
  return floorRoot(mostPatches * scaledWidth, scaledHeight) * floorRoot(mostPatches * scaledHeight, scaledWidth)
}

/** ⌊√(dividend / divisor)⌋ for quotients up to a few thousand. */
function floorRoot(dividend: number, divisor: number): number {
  let root = Math.floor(Math.sqrt(dividend / divisor))
  while (root * root * divisor > dividend) root -= 1
  while ((root + 1) * (root + 1) * divisor <= dividend) root += 1
  return root
}

/**
 * 65 tokens + 129 per 512-pixel tile after fitting into 2048x2048 and scaling the short side down to 512, which always leaves one
 * row of tiles. High input fidelity adds 4,160 tokens for a square, 6,240 for anything else.
 */
function tileTokens({ width, height }: PixelSize, fidelity: 'low' | 'high'): number {
  const long = Math.max(width, height)
  const short = Math.min(width, height)
  const shortSideIsScaled = short > 512 && 4 * short > long
  const tiles = shortSideIsScaled ? ceilQuotient(long, short) : ceilQuotient(Math.min(long, 2048), 512)
  const extra = fidelity === 'low' ? 0 : width === height ? 4160 : 6240
  return 65 + 129 * tiles + extra
}

/** Text tokens that upstream adds to the prompt's own, whatever the request. */
const textOverhead = 6

/**
 * Text tokens per input image. Measured: 10 on gpt-image-2.5 edits, none on gpt-image-2. On gpt-image-1.5 the published runs show
 * 15, 22, 37 for two and 45, growing with shape; 48 covers them. gpt-image-2.6 is not measured and read as 2.5.
 */
const textPerInputImage: Record<TokenFormula, TextCount> = {
  'gpt-image-2': { expected: 0, largest: 0 },
  'gpt-image-2.5': { expected: 10, largest: 10 },
  'gpt-image-1': { expected: 16, largest: 48 },
  unknown: { expected: 10, largest: 10 },
}

/** Text input tokens of a call with n = 1, from the o200k count of its prompt. */
export function textInputTokens(formula: TokenFormula, prompt: TextCount, inputImages: number): TextCount {
  const perImage = textPerInputImage[formula]
  return {
    expected: prompt.expected + textOverhead + perImage.expected * inputImages,
    largest: prompt.largest + textOverhead + perImage.largest * inputImages,
  }
}
