import type { ImageRequest, PixelSize } from '../contract/image-request.ts'
import type { Nanos } from '../primitives/money.ts'
import type { MainModelPriceCard } from './main-model-price-card.ts'
import type { PriceCard } from './price-card.ts'
import type { PriceLine } from './price-lines.ts'

/** What of a Responses call bears on its price. */
export interface ResponseCall {
  /** The main model as the route sends it. */
  mainModel: string
  /** Every text the main model will read: instructions, messages, definitions of tools. */
  texts: readonly string[]
  /** Pixels of the pictures among the input, in their order: the main model reads them, and so may the tool. */
  inputImages: readonly PixelSize[]
  /** Pixels of the tool's mask. */
  maskImages?: readonly PixelSize[]
  /** Input that nobody here can count: earlier turns kept upstream, files, pictures by address. */
  hasUncountedInput: boolean
  /** `max_output_tokens`; null = not given. It bounds the main model, not the tool. */
  maxOutputTokens: number | null
  /** `service_tier` as asked; null = not given. */
  serviceTier: string | null
  /** What the image tool is asked, `prompt` being the words the picture is known to be about; null = the call has no image tool. */
  tool: ImageRequest | null
  /** The call makes the model draw, so that even its cheapest course has a picture. */
  toolForced: boolean
  /** The call offers other tools beside the image tool. */
  hasOtherTools: boolean
}

/** The cards of both books, frozen when the call is made. */
export interface ResponseCards {
  /** Null = the main model is unpriced: it counts as the ceiling, never as zero. */
  main: MainModelPriceCard | null
  /** Of the tool's image model; null only for a call without image tool. */
  image: PriceCard | null
}

/** What a line of the main model's book is for; `main_unpriced` stands for all its tokens where no card prices them. */
export type MainModelBucket = 'main_in' | 'main_cached_in' | 'main_out' | 'main_unpriced' | 'web_search'

/** One line of a Responses call. `tokens` are searches on `web_search`, and 0 on `per_call`. */
export interface ResponseLine {
  bucket: PriceLine['bucket'] | MainModelBucket
  tokens: number
  nanos: Nanos
  /** `priceCardName` of the card that priced it; null where none did. */
  card: string | null
}

/** True where the rates of the cards hold: what other tiers do to a price is not known. */
export function isStandardTier(serviceTier: string | null): boolean {
  return serviceTier === null || serviceTier === 'auto' || serviceTier === 'default'
}
