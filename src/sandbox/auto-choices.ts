import type { PixelSize } from '../contract/image-request.ts'
import type { ModelRow, Quality } from '../contract/model-row.ts'

/**
 * Sizes that `auto` was seen to come back as: about 1.57 megapixels split by aspect, not aligned to 16.
 * Which words of a prompt make upstream choose a shape is not known; these are the sandbox's reading.
 */
const shapes: readonly { cue: RegExp; size: PixelSize }[] = [
  { cue: /\b(?:square|icon|avatar|logo)\b|正方形/i, size: { width: 1254, height: 1254 } },
  { cue: /\b(?:landscape|wide|widescreen|panorama|banner|16:9)\b|横長|横向/i, size: { width: 1672, height: 941 } },
  { cue: /\b(?:tall|9:16)\b|縦長|竖版/i, size: { width: 941, height: 1672 } },
]
const WITHOUT_CUE: PixelSize = { width: 1122, height: 1402 }
const FIXED_SIZE: PixelSize = { width: 1024, height: 1024 }

/** The size that `auto` becomes for a prompt; models of fixed sizes take their square. */
export function chooseSize(model: ModelRow, prompt: string): PixelSize {
  if (model.sizes !== 'free') return FIXED_SIZE
  return shapes.find(({ cue }) => cue.test(prompt))?.size ?? WITHOUT_CUE
}

const AUTO_AREA_PIXELS = 1_572_864
const WIDEST_ASPECT = 3
const fixedShapes = { wide: { width: 1536, height: 1024 }, tall: { width: 1024, height: 1536 } } as const

/**
 * The size that `auto` becomes on an edit: about 1.57 megapixels in the shape of the first image (seen: 1254x1254, 1672x941), at most
 * 3 to 1; models of fixed sizes take the nearest of theirs.
 */
export function chooseEditSize(model: ModelRow, { width, height }: PixelSize): PixelSize {
  const aspect = boundedAspect(width, height)
  if (model.sizes === 'free') return autoSizeOfAspect(aspect)
  // Half way, in the logarithm, between a square and 3:2.
  if (aspect > Math.sqrt(1.5)) return fixedShapes.wide
  return aspect < 1 / Math.sqrt(1.5) ? fixedShapes.tall : FIXED_SIZE
}

/** About 1.57 megapixels in the shape of a size, at most 3 to 1: what wrappers that ignore sizes were seen to deliver. */
export function autoSizeLike({ width, height }: PixelSize): PixelSize {
  return autoSizeOfAspect(boundedAspect(width, height))
}

function boundedAspect(width: number, height: number): number {
  return Math.min(WIDEST_ASPECT, Math.max(1 / WIDEST_ASPECT, width / height))
}

function autoSizeOfAspect(aspect: number): PixelSize {
  return { width: Math.round(Math.sqrt(AUTO_AREA_PIXELS * aspect)), height: Math.round(Math.sqrt(AUTO_AREA_PIXELS / aspect)) }
}

/** The quality that `auto` becomes: low was measured on gpt-image-2, medium is the sandbox's choice for the others. */
export function chooseQuality(model: ModelRow): Quality {
  return model.family === 'gpt-image-2' ? 'low' : 'medium'
}
