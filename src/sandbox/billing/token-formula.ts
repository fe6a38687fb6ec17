import type { PixelSize } from '../../contract/image-request.ts'
import type { ModelRow, Quality } from '../../contract/model-row.ts'

/** Image output tokens of one streamed preview (image generation guide). */
export const PREVIEW_TOKENS = 100

/**
 * The sandbox's own arithmetic. It shares nothing with the gateway's pricing on purpose: its invoice is what the gateway's ledger is
 * compared with, and a formula used by both would agree with itself however wrong it was.
 */
type Tier = Readonly<Record<Quality, number>>

/** Long-side patches per tier as the official calculator has them; tiers a family does not sell carry its dearest. */
const GPT_IMAGE_2: Tier = { low: 16, medium: 48, high: 96, xhigh: 96, max: 96 }
const GPT_IMAGE_2_5: Tier = { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 }

/** Published table of the first generation: its sizes are three, its tiers are three. */
const GPT_IMAGE_1: Readonly<Record<string, readonly [low: number, medium: number, high: number]>> = {
  '1024x1024': [272, 1056, 4160],
  '1024x1536': [408, 1584, 6240],
  '1536x1024': [400, 1568, 6208],
}

/** How much dearer than 2.5 a model of unknown formula is here, in tenths: third-party 2.6 runs showed low at ×4.2 and high at ×1. */
const UNKNOWN_TENTHS: Tier = { low: 42, medium: 30, high: 10, xhigh: 10, max: 10 }

/**
 * Image output tokens of a call for `n` pictures, previews not included. The per-call figure is rounded up once, after multiplying by n:
 * two low 1024x1024 pictures of gpt-image-2 are 391 tokens, not 392.
 * Models whose formula nobody has published get an invented one, so that they cost something here; docs/sandbox.md says so.
 */
export function imageOutputTokens(model: ModelRow, quality: Quality, size: PixelSize, n: number): number {
  switch (model.tokenFormula) {
    case 'gpt-image-2':
      return patchTokens(GPT_IMAGE_2[quality], size, n, 10)
    case 'gpt-image-2.5':
      return patchTokens(GPT_IMAGE_2_5[quality], size, n, 10)
    case 'gpt-image-1':
      return n * tableTokens(quality, size)
    case 'unknown':
      return patchTokens(GPT_IMAGE_2_5[quality], size, n, UNKNOWN_TENTHS[quality])
  }
}

function patchTokens(base: number, { width, height }: PixelSize, n: number, tenths: number): number {
  const short = divideHalfEven(base * Math.min(width, height), Math.max(width, height))
  return Math.ceil((n * base * short * (2_000_000 + width * height) * tenths) / 40_000_000)
}

function tableTokens(quality: Quality, { width, height }: PixelSize): number {
  const shape = width === height ? '1024x1024' : width < height ? '1024x1536' : '1536x1024'
  const [low, medium, high] = GPT_IMAGE_1[shape]!
  return quality === 'low' ? low : quality === 'medium' ? medium : high
}

/** Whole-number division that rounds to the nearest, and an exact half to the even neighbour. */
function divideHalfEven(dividend: number, divisor: number): number {
  const floor = Math.floor(dividend / divisor)
  const twiceRest = 2 * (dividend % divisor)
  if (twiceRest === divisor) return floor + (floor % 2)
  return twiceRest > divisor ? floor + 1 : floor
}
