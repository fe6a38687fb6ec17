import { isJsonObject, type JsonObject } from '../primitives/json.ts'

/** Token counts of one call per price bucket, as the production log shows them. Whole numbers, never negative. */
export interface Usage {
  text_in: number
  text_cached_in: number
  image_in: number
  image_cached_in: number
  /** Image output tokens including previews where upstream counts them inside. */
  image_out: number
  text_out: number
  /** Previews that arrived; information beside the buckets, priced only when `image_out` does not hold them. */
  partial_images: number
}

/** A bucket that has a rate on a token price card. */
export type TokenBucket = 'text_in' | 'text_cached_in' | 'image_in' | 'image_cached_in' | 'image_out' | 'text_out'

/** All token buckets in the order reports show them. */
export const tokenBuckets: readonly TokenBucket[] = ['text_in', 'text_cached_in', 'image_in', 'image_cached_in', 'image_out', 'text_out']

/** How the usage was come by: from upstream, completed from upstream's totals, or estimated because upstream gave none. */
export type UsageSource = 'upstream' | 'upstream_without_details' | 'estimated'

/** A usage that was read, and how far upstream itself said it. */
export interface ReadUsage {
  usage: Usage
  source: UsageSource
}

/** No call comes near it; a count above is a fault of the sender (fault plan: usage of 10¹² tokens). */
const absurdTokens = 1_000_000_000

/**
 * Reads the `usage` of an image answer or of its last `completed` event.
 *
 * Missing output details mean that every output token is an image token. Missing input details mean text when the call had no input image,
 * else image tokens (the dearer). Where details and total differ, the rest that no detail names counts as image tokens.
 * Cached tokens are taken out of their buckets only where upstream says which kind they are.
 * @param raw the `usage` member as parsed, of any type.
 * @param partialsReceived previews that arrived in this call.
 * @param inputImageCount images that were sent along.
 * @returns null when the usage is missing, no whole numbers, negative, absurd or contradicts itself: the caller estimates and says so.
 */
export function readUsage(raw: unknown, partialsReceived: number, inputImageCount = 0): ReadUsage | null {
  if (!isJsonObject(raw) || !hasSaneTotal(raw)) return null
  const input = readSplit(raw['input_tokens'], raw['input_tokens_details'], inputImageCount === 0 ? 'text' : 'image')
  const output = readSplit(raw['output_tokens'], raw['output_tokens_details'], 'image')
  const cached = readCached(raw['cached_tokens_details'])
  if (!input || !output || !cached || cached.text > input.text || cached.image > input.image) return null
  return {
    usage: {
      text_in: input.text - cached.text,
      text_cached_in: cached.text,
      image_in: input.image - cached.image,
      image_cached_in: cached.image,
      image_out: output.image,
      text_out: output.text,
      partial_images: partialsReceived,
    },
    source: input.whole && output.whole ? 'upstream' : 'upstream_without_details',
  }
}

/** A total split over the two kinds of tokens; `whole` when upstream named both and they add up. */
interface Split {
  text: number
  image: number
  whole: boolean
}

function readSplit(total: unknown, details: unknown, otherwise: 'text' | 'image'): Split | null {
  if (!isTokenCount(total)) return null
  if (details === undefined || details === null) return { text: 0, image: 0, [otherwise]: total, whole: false }
  if (!isJsonObject(details)) return null
  const text = details['text_tokens'] ?? null
  const image = details['image_tokens'] ?? null
  if (!isTokenCountOrNull(text) || !isTokenCountOrNull(image)) return null
  if (text === null && image === null) return { text: 0, image: 0, [otherwise]: total, whole: false }
  return completeSplit(total, text, image)
}

function completeSplit(total: number, text: number | null, image: number | null): Split | null {
  const named = (text ?? 0) + (image ?? 0)
  if (named > total) return null
  if (text === null) return { text: total - named, image: image ?? 0, whole: false }
  return { text, image: total - text, whole: image !== null && named === total }
}

function readCached(details: unknown): { text: number; image: number } | null {
  if (details === undefined || details === null) return { text: 0, image: 0 }
  if (!isJsonObject(details)) return null
  const text = details['cached_text_tokens'] ?? 0
  const image = details['cached_image_tokens'] ?? 0
  return isTokenCount(text) && isTokenCount(image) ? { text, image } : null
}

function hasSaneTotal(raw: JsonObject): boolean {
  return raw['total_tokens'] === undefined || isTokenCountOrNull(raw['total_tokens'])
}

function isTokenCountOrNull(value: unknown): value is number | null {
  return value === null || isTokenCount(value)
}

function isTokenCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= absurdTokens
}
