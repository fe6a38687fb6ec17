import type { PixelSize } from '../../contract/image-request.ts'
import type { ModelRow, Quality } from '../../contract/model-row.ts'
import type { Nanos } from '../../primitives/money.ts'
import { extraTextTokensPerImage, imageInputTokens } from './input-formula.ts'
import { type PriceTier, priceOf } from './price-list.ts'
import { textInputTokens } from './text-tokens.ts'
import { imageOutputTokens, PREVIEW_TOKENS } from './token-formula.ts'

/** What a call is charged by: known before the model runs. */
export interface BilledWork {
  model: ModelRow
  /** The prompt as sent, markers included: the model would have read them. */
  prompt: string
  /** Pixels of the images that come with it. */
  inputSizes: readonly PixelSize[]
  size: PixelSize
  quality: Quality
  n: number
  /** Previews that really go out, all pictures together. */
  previews: number
  /** @default 'standard' */
  tier?: PriceTier
}

/** Tokens of one call. */
export interface TokenCounts {
  textIn: number
  imageIn: number
  /** Image output tokens of the pictures alone. */
  pictureOut: number
  /** Image output tokens of the previews: 100 each. */
  previewOut: number
}

/** Tokens and price of one call, as the sandbox's invoice has them. */
export interface Bill extends TokenCounts {
  nanos: Nanos
}

/** Counts and prices a call. Inputs are counted once per picture: n pictures bill like n calls (reported). */
export async function billFor(work: BilledWork): Promise<Bill> {
  const { model, n, inputSizes } = work
  const textIn = n * ((await textInputTokens(work.prompt)) + inputSizes.length * extraTextTokensPerImage(model))
  const imageIn = n * inputSizes.reduce((sum, size) => sum + imageInputTokens(size), 0)
  const pictureOut = imageOutputTokens(work.model, work.quality, work.size, work.n)
  const previewOut = work.previews * PREVIEW_TOKENS
  return {
    textIn,
    imageIn,
    pictureOut,
    previewOut,
    nanos: priceOf(work.model, { textIn, imageIn, imageOut: pictureOut + previewOut }, work.tier),
  }
}
