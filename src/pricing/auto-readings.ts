import type { ImageRequest, PixelSize } from '../contract/image-request.ts'
import type { ModelRow, Quality } from '../contract/model-row.ts'
import { countableQualities } from './output-tokens.ts'
import { unpriced } from './unpriced.ts'

/** What `size` may turn into. */
export interface SizeReadings {
  /** Every shape that bounds the price; the cheapest and the dearest are among them. */
  possible: readonly PixelSize[]
  expected: PixelSize
  /** The shapes are reported, not promised: a reservation adds a tenth. */
  guarded: boolean
}

/** What `quality` may turn into; of several qualities the dearest counts. */
export interface QualityReadings {
  possible: readonly Quality[]
  expected: readonly Quality[]
  reserved: readonly Quality[]
}

/** Pixels of a result whose size was left to the model, as measured: 1254x1254, 1672x941, 1122x1402. */
const autoArea = 1_572_864
const autoSquare: PixelSize = { width: 1254, height: 1254 }
const autoWidest: PixelSize = { width: 2172, height: 724 }
/** Measured for a generation that gives no hint of a shape. */
const autoPortrait: PixelSize = { width: 1122, height: 1402 }

/**
 * Sizes a request may be answered in. `auto` on a model of free sizes keeps to a band of 1.57 megapixels: the square is its dearest
 * shape, 3:1 its cheapest, and edits take the aspect of their first image.
 * @throws Failure `price_not_configured` when the model lists no size that could be counted.
 */
export function sizeReadings(request: Pick<ImageRequest, 'size' | 'model'>, inputImages: readonly PixelSize[]): SizeReadings {
  if (request.size !== 'auto') return { possible: [request.size], expected: request.size, guarded: false }
  if (request.model.sizes !== 'free') return listedSizes(request.model)
  const expected = inputImages[0] ? autoSizeOf(inputImages[0]) : autoPortrait
  return { possible: [autoSquare, autoWidest, expected], expected, guarded: true }
}

function listedSizes(model: ModelRow): SizeReadings {
  const possible = (model.sizes as readonly string[]).flatMap((text) => {
    const match = /^(\d+)x(\d+)$/.exec(text)
    return match ? [{ width: Number(match[1]), height: Number(match[2]) }] : []
  })
  const expected = possible.find((size) => size.width === size.height) ?? possible[0]
  if (!expected) throw unpriced(`Model ${model.id} lists no size that size auto could be counted at.`, 'size')
  return { possible, expected, guarded: false }
}

/** The 1.57-megapixel size with the aspect of an image, at most 3:1. */
function autoSizeOf({ width, height }: PixelSize): PixelSize {
  const aspect = Math.min(3, Math.max(1 / 3, width / height))
  return { width: Math.round(Math.sqrt(autoArea * aspect)), height: Math.round(Math.sqrt(autoArea / aspect)) }
}

/**
 * Qualities a request may be answered in. `auto` on gpt-image-2 came back as `low` in two independent probes; nothing is known of the
 * others, which are therefore expected at what is reserved: the project's own reading, else the model's dearest.
 * @throws Failure `price_not_configured` when `auto` has no quality that could be counted.
 */
export function qualityReadings(request: Pick<ImageRequest, 'quality' | 'model'>, autoQuality: Quality | null): QualityReadings {
  const { model, quality } = request
  if (quality !== 'auto') return { possible: [quality], expected: [quality], reserved: [quality] }
  const possible = countableQualities(model.tokenFormula, model.qualities)
  if (possible.length === 0) throw unpriced(`Model ${model.id} lists no quality that quality auto could be counted at.`, 'quality')
  const reserved: readonly Quality[] = autoQuality && possible.includes(autoQuality) ? [autoQuality] : possible
  const expected: readonly Quality[] = model.tokenFormula === 'gpt-image-2' && possible.includes('low') ? ['low'] : reserved
  return { possible, expected, reserved }
}
