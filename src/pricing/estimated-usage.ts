import { Failure } from '../contract/failure.ts'
import type { ImageRequest, PixelSize } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import type { Usage } from '../contract/usage.ts'
import { type CountedRequest, countRequest, type TokenCount } from './request-tokens.ts'

/** What is known of a reply that says nothing about tokens. */
export interface ReplyWithoutUsage extends CountedRequest {
  /** Pictures that came; 0 = all that were asked, since nobody knows how many were made. */
  images: number
  /** Previews that came. */
  previews: number
  /** Quality the reply echoes; null = it echoes none. */
  quality: Quality | null
  /** Pixels of the first picture, as measured; null = none came. */
  size: PixelSize | null
  /** What the project reads quality `auto` as. */
  autoQuality: Quality | null
}

/**
 * The usage to settle by when upstream gave none: the expected reading of what really came, to be flagged `estimated`.
 * A reply that cannot be counted, e.g. of a size the model's token table lacks, is counted as it was asked.
 * Previews are counted in `partial_images` only; `charge` prices them on a line of their own.
 * @throws Failure `price_not_configured` when the request cannot be counted either; a token card refused it before the call.
 */
export async function estimatedUsage(reply: ReplyWithoutUsage): Promise<Usage> {
  const { request } = reply
  const n = reply.images > 0 ? reply.images : request.n
  const asked = { ...request, n }
  const came = { ...asked, quality: reply.quality ?? request.quality, size: reply.size ?? request.size }
  const expected = (await expectedTokens(reply, came)) ?? (await countRequest({ ...reply, request: asked }, reply.autoQuality)).expected
  return {
    text_in: expected.text_in,
    text_cached_in: 0,
    image_in: expected.image_in,
    image_cached_in: 0,
    image_out: expected.image_out,
    text_out: expected.text_out,
    partial_images: reply.previews,
  }
}

async function expectedTokens(reply: ReplyWithoutUsage, came: ImageRequest): Promise<TokenCount | null> {
  try {
    return (await countRequest({ ...reply, request: came }, reply.autoQuality)).expected
  } catch (error) {
    if (error instanceof Failure) return null
    throw error
  }
}
