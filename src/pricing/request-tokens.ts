import type { ImageRequest, PixelSize } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import { type QualityReadings, qualityReadings, type SizeReadings, sizeReadings } from './auto-readings.ts'
import { inputImageTokens, textInputTokens } from './input-tokens.ts'
import { ceilQuotient, countableQualities, type OutputTokenCandidates, outputTokenCandidates, partialImageTokens } from './output-tokens.ts'
import { loadTokenizer } from './tokenizer.ts'
import { unpriced } from './unpriced.ts'

/** Tokens of a whole call by price bucket, before it is made. */
export interface TokenCount {
  text_in: number
  image_in: number
  image_out: number
  text_out: number
  /** Output tokens of the previews, beside `image_out`. */
  partial_images: number
}

/** The readings of one request, in tokens. */
export interface RequestTokens {
  low: TokenCount
  expected: TokenCount
  high: TokenCount
  /** What is held: `high` at the project's reading of quality auto, with the guard of size auto. */
  reserve: TokenCount
  /** The expected reading at every quality of the model that can be counted. */
  perQuality: Partial<Record<Quality, TokenCount>>
  sizes: SizeReadings
  qualities: QualityReadings
}

/** A request with what the pictures it brings measure. */
export interface CountedRequest {
  request: ImageRequest
  /** Pixels of the input images, in their order. */
  inputImages: readonly PixelSize[]
  /** Pixels of mask or markup. Whether upstream bills them is not known: only the dear readings count them. */
  maskImages?: readonly PixelSize[]
}

const autoSizeGuardPercent = 110

/**
 * Text that models of the gpt-image-1 kind write before they draw, in tokens per picture. One published run had 335; the published
 * per-picture prices of gpt-image-1-mini fit the token table plus 291 to 322.
 */
const gptImage1TextOut = { expected: 320, largest: 640 }

/**
 * Counts a request in every reading that matters for money.
 * @throws Failure `price_not_configured` for a size, quality or format without a token figure.
 */
export async function countRequest(input: CountedRequest, autoQuality: Quality | null): Promise<RequestTokens> {
  const { request, inputImages } = input
  refuseUncountable(request)
  const sizes = sizeReadings(request, inputImages)
  const qualities = qualityReadings(request, autoQuality)
  const pictures = pictureTokens(request, sizes, qualities)
  const around = await tokensAround(input)
  return {
    low: withImageOut(around.low, pictures.low),
    expected: withImageOut(around.expected, pictures.expected),
    high: withImageOut(around.high, pictures.high),
    reserve: withImageOut(around.high, pictures.reserve),
    perQuality: expectedPerQuality(request, sizes, around.expected),
    sizes,
    qualities,
  }
}

/** Image output tokens of the pictures alone, by reading. */
function pictureTokens(request: ImageRequest, sizes: SizeReadings, qualities: QualityReadings) {
  const every = candidatesOf(request, qualities.possible, sizes.possible)
  const reserved = Math.max(...candidatesOf(request, qualities.reserved, sizes.possible).map((candidate) => candidate.largest))
  return {
    low: Math.min(...every.map((candidate) => candidate.smallest)),
    expected: Math.max(...candidatesOf(request, qualities.expected, [sizes.expected]).map((candidate) => candidate.expected)),
    high: Math.max(...every.map((candidate) => candidate.largest)),
    reserve: sizes.guarded ? ceilQuotient(reserved * autoSizeGuardPercent, 100) : reserved,
  }
}

function candidatesOf(request: ImageRequest, qualities: readonly Quality[], sizes: readonly PixelSize[]): OutputTokenCandidates[] {
  return qualities.flatMap((quality) => sizes.map((size) => outputTokenCandidates(request.model.tokenFormula, quality, size, request.n)))
}

function expectedPerQuality(request: ImageRequest, sizes: SizeReadings, around: TokenCount): Partial<Record<Quality, TokenCount>> {
  const perQuality: Partial<Record<Quality, TokenCount>> = {}
  for (const quality of countableQualities(request.model.tokenFormula, request.model.qualities)) {
    const { expected } = outputTokenCandidates(request.model.tokenFormula, quality, sizes.expected, request.n)
    perQuality[quality] = withImageOut(around, expected)
  }
  return perQuality
}

const withImageOut = (around: TokenCount, imageOut: number): TokenCount => ({ ...around, image_out: around.image_out + imageOut })

/** Frames of a gif and the author of an svg are billed in ways nobody has published. */
function refuseUncountable({ outputFormat }: ImageRequest): void {
  if (outputFormat === 'gif' || outputFormat === 'svg')
    throw unpriced(`The token price of ${outputFormat} output is not known.`, 'output_format')
}

/**
 * Everything of a call but its pictures. Inputs count once per picture asked (measured: n > 1 bills like separate calls).
 * `high.image_out` holds the text output of older models: a reply that does not tell text from image is all image tokens.
 */
async function tokensAround({
  request,
  inputImages,
  maskImages = [],
}: CountedRequest): Promise<Record<'low' | 'expected' | 'high', TokenCount>> {
  const { n } = request
  const formula = request.model.tokenFormula
  const countText = await loadTokenizer()
  const text = textInputTokens(formula, countText(request.prompt), inputImages.length)
  const fidelity = request.wire['input_fidelity'] === 'high' ? 'high' : 'low'
  const imageTokens = (images: readonly PixelSize[]) =>
    images.reduce((total, image) => total + n * inputImageTokens(formula, image, fidelity), 0)
  const textOut = formula === 'gpt-image-1' ? gptImage1TextOut : { expected: 0, largest: 0 }
  const previews = n * request.partialImages * partialImageTokens
  const low: TokenCount = { text_in: n * text.expected, image_in: imageTokens(inputImages), image_out: 0, text_out: 0, partial_images: 0 }
  return {
    low,
    expected: { ...low, text_out: n * textOut.expected, partial_images: previews },
    high: {
      ...low,
      text_in: n * text.largest,
      image_in: low.image_in + imageTokens(maskImages),
      image_out: n * textOut.largest,
      partial_images: previews,
    },
  }
}
