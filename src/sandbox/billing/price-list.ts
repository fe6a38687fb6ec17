import type { ModelRow } from '../../contract/model-row.ts'
import type { Nanos } from '../../primitives/money.ts'

/** What a call is charged as: at once, or in a batch, which costs half (published for gpt-image-2, reported for 2.5, assumed for the others). */
export type PriceTier = 'standard' | 'batch'

/** Nano-USD per token of one model, standard tier. Each is even, so that half of it is whole. */
interface Rates {
  textIn: Nanos
  textCachedIn: Nanos
  imageIn: Nanos
  imageCachedIn: Nanos
  imageOut: Nanos
}

/** Published standard rates shared by gpt-image-2, 2.5 and 2.6: $5, $8 and $30 a million; cached input a quarter. */
const CURRENT: Rates = { textIn: 5_000n, textCachedIn: 1_250n, imageIn: 8_000n, imageCachedIn: 2_000n, imageOut: 30_000n }
/** gpt-image-1.5: published image output rate of $32 a million. */
const GPT_IMAGE_1_5: Rates = { ...CURRENT, imageOut: 32_000n }
/** gpt-image-1-mini: published rates of $2, $2.50 and $8 a million; cached input a tenth. */
const GPT_IMAGE_1_MINI: Rates = { textIn: 2_000n, textCachedIn: 200n, imageIn: 2_500n, imageCachedIn: 250n, imageOut: 8_000n }

/** Tokens that a call is charged for. Cached input is apart; only the image tool of Responses has any. */
export interface BilledTokens {
  textIn: number
  textCachedIn?: number
  imageIn: number
  imageCachedIn?: number
  imageOut: number
}

/** What the sandbox's invoice asks for these tokens of this model, in nano-USD. */
export function priceOf(model: ModelRow, tokens: BilledTokens, tier: PriceTier = 'standard'): Nanos {
  const rates = ratesOf(model.id)
  const standard =
    BigInt(tokens.textIn) * rates.textIn +
    BigInt(tokens.textCachedIn ?? 0) * rates.textCachedIn +
    BigInt(tokens.imageIn) * rates.imageIn +
    BigInt(tokens.imageCachedIn ?? 0) * rates.imageCachedIn +
    BigInt(tokens.imageOut) * rates.imageOut
  return tier === 'batch' ? standard / 2n : standard
}

function ratesOf(modelId: string): Rates {
  if (modelId === 'gpt-image-1-mini') return GPT_IMAGE_1_MINI
  if (modelId === 'gpt-image-1.5') return GPT_IMAGE_1_5
  return CURRENT
}
