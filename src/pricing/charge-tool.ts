import type { ImageRequest } from '../contract/image-request.ts'
import type { ImageToolUsage } from '../contract/response-usage.ts'
import { type ReadUsage, tokenBuckets, type Usage } from '../contract/usage.ts'
import type { Nanos } from '../primitives/money.ts'
import { type ChargeFlag, charge } from './charge.ts'
import { estimatedUsage } from './estimated-usage.ts'
import { countableQualities, outputTokenCandidates } from './output-tokens.ts'
import { type PriceCard, priceCardName } from './price-card.ts'
import type { ChargeShare, ResponseChargeInput, ToolItem } from './response-charge-input.ts'
import { directRequest, writtenPromptTokens } from './tool-readings.ts'

/**
 * Those of a direct call, and: `tool_cached_unknown` upstream does not say what was cached: all is fresh · `tool_usage_incomplete` it counts
 * fewer output tokens than the pictures that came must have cost · `failed_items` calls of the tool brought no picture ·
 * `failed_items_unmetered` and nobody says what they cost.
 */
export type ToolFlag = ChargeFlag | 'tool_cached_unknown' | 'tool_usage_incomplete' | 'failed_items' | 'failed_items_unmetered'

/** The image tool's share of a charge. */
export interface ToolCharge extends ChargeShare {
  previewsNanos: Nanos
  flags: readonly ToolFlag[]
}

const nothing: ToolCharge = { lines: [], previewsNanos: 0n, unpriced: [], unpricedBound: 0n, flags: [] }

/** Prices the image tool's book. A model that chose to draw nothing costs nothing here. */
export async function chargeTool(input: ResponseChargeInput): Promise<ToolCharge> {
  const { usage, call, cards, imagesFailed } = input
  const metered = isRecorded(usage.imageGen) ? usage.imageGen : null
  if (!call.tool || !cards.image) return metered ? unexpectedTool(metered, input) : nothing
  const share = metered ? meteredTool(metered, input, call.tool, cards.image) : await unmeteredTool(input, call.tool, cards.image)
  return imagesFailed > 0 ? { ...share, flags: [...share.flags, 'failed_items'] } : share
}

/** All zero is no record: upstream writes zeros where it counted no call. */
function isRecorded(usage: ImageToolUsage | null): usage is ImageToolUsage {
  return usage !== null && tokenBuckets.some((bucket) => usage.usage[bucket] > 0)
}

/** Tokens of a tool the call did not ask for: there is no rate to put on them. */
function unexpectedTool({ usage }: ImageToolUsage, { ceiling }: ResponseChargeInput): ToolCharge {
  const unpriced = tokenBuckets.filter((bucket) => usage[bucket] > 0).map((bucket) => ({ bucket, tokens: usage[bucket] }))
  return { ...nothing, unpriced, unpricedBound: ceiling, flags: ['unpriced_tokens'] }
}

function meteredTool(metered: ImageToolUsage, input: ResponseChargeInput, tool: ImageRequest, card: PriceCard): ToolCharge {
  const share = shareOf(metered, input, card, input.imagesCompleted.length)
  const { image_out } = metered.usage
  const incomplete = image_out > 0 && image_out < leastOutput(input.imagesCompleted, tool)
  return {
    ...share,
    flags: [
      ...share.flags,
      ...(metered.cachedKnown ? [] : (['tool_cached_unknown'] as const)),
      ...(incomplete ? (['tool_usage_incomplete'] as const) : []),
    ],
  }
}

/** Counted by the formula from the pictures that came. What failed items cost is bounded by what they were asked to be. */
async function unmeteredTool(input: ResponseChargeInput, tool: ImageRequest, card: PriceCard): Promise<ToolCharge> {
  const { imagesFailed } = input
  const items = countedItems(input)
  if (card.kind === 'per_call') return shareOf({ usage: noTokens, source: 'estimated' }, input, card, items.length)
  const usage = await usageOfItems(items, input, tool)
  const share = items.length > 0 ? shareOf({ usage, source: 'estimated' }, input, card, items.length) : nothing
  if (imagesFailed === 0) return share
  const asked = await usageOfItems(new Array<ToolItem>(imagesFailed).fill(unknownItem), input, tool)
  const bound = charge({ usage: asked, usageSource: 'estimated', card, images: imagesFailed, previews: 0 }).total
  return { ...share, unpricedBound: share.unpricedBound + bound, flags: [...share.flags, 'failed_items_unmetered'] }
}

/** The pictures that came; of an answer that broke off before the first, the one that may have been made. */
function countedItems({ imagesCompleted, brokeOff = false }: ResponseChargeInput): readonly ToolItem[] {
  return brokeOff && imagesCompleted.length === 0 ? [unknownItem] : imagesCompleted
}

function shareOf(read: ReadUsage, { partials }: ResponseChargeInput, card: PriceCard, images: number): ToolCharge {
  const made = charge({ usage: read.usage, usageSource: read.source, card, images, previews: partials })
  const { previewsNanos, unpriced, unpricedBound } = made
  return {
    lines: made.lines.map((line) => ({ ...line, card: priceCardName(card) })),
    previewsNanos,
    unpriced,
    unpricedBound,
    flags: [...made.flags],
  }
}

const unknownItem: ToolItem = { quality: null, size: null, revisedPrompt: null }

const noTokens: Usage = {
  text_in: 0,
  text_cached_in: 0,
  image_in: 0,
  image_cached_in: 0,
  image_out: 0,
  text_out: 0,
  partial_images: 0,
}

/** Every item is a call of one picture, which reads all pictures of the request. */
async function usageOfItems(items: readonly ToolItem[], input: ResponseChargeInput, tool: ImageRequest): Promise<Usage> {
  const usages = await Promise.all(items.map((item) => usageOfItem(item, input, tool)))
  const total = { ...noTokens, partial_images: input.partials }
  for (const usage of usages) for (const bucket of tokenBuckets) total[bucket] += usage[bucket]
  return total
}

async function usageOfItem({ quality, size, revisedPrompt }: ToolItem, input: ResponseChargeInput, tool: ImageRequest): Promise<Usage> {
  const { call, autoQuality } = input
  const request = { ...directRequest(call, tool), prompt: revisedPrompt ?? tool.prompt, n: 1 }
  const usage = await estimatedUsage({ request, inputImages: call.inputImages, images: 1, previews: 0, quality, size, autoQuality })
  return revisedPrompt === null ? { ...usage, text_in: Math.max(usage.text_in, writtenPromptTokens.expected) } : usage
}

/** Output tokens below which a meter has lost pictures: the sum of the smallest readings of those whose size and quality are known. */
function leastOutput(items: readonly ToolItem[], { model: { tokenFormula } }: ImageRequest): number {
  if (tokenFormula !== 'gpt-image-2' && tokenFormula !== 'gpt-image-2.5') return 0
  return items.reduce((sum, { quality, size }) => {
    const counted = quality && size && countableQualities(tokenFormula, [quality]).length > 0
    return counted ? sum + outputTokenCandidates(tokenFormula, quality, size, 1).smallest : sum
  }, 0)
}
