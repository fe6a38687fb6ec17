import type { JsonObject } from '../../primitives/json.ts'
import type { FaultScript } from '../faults/fault-script.ts'
import type { TokenCounts } from './bill.ts'
import type { MainModelBill } from './main-model-bill.ts'
import { spoiledUsage, usageReport } from './usage.ts'

/** Tokens of one call of the image tool; the cached ones are part of `textIn` and `imageIn`. */
export interface ToolCounts extends TokenCounts {
  textCached: number
  imageCached: number
}

/** `usage` of a response: the main model's tokens alone. Undefined = a script leaves it out. */
export function mainModelUsage(bill: MainModelBill, script: FaultScript): JsonObject | undefined {
  if (script.noUsage === 'main') return undefined
  const { inputTokens, cachedTokens, outputTokens, reasoningTokens } = bill
  const spoiled = spoiledUsage(
    { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: inputTokens + outputTokens },
    script.usage,
  )
  if (!spoiled) return undefined
  const { input_tokens, output_tokens, total_tokens } = spoiled
  if (script.usage === 'nodetails') return { input_tokens, output_tokens, total_tokens }
  return {
    input_tokens,
    input_tokens_details: script.noUsage === 'cache' ? {} : { cached_tokens: cachedTokens, cache_write_tokens: 0 },
    output_tokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens,
  }
}

/**
 * `tool_usage` of a response: the image tool's tokens summed over its calls, all zero when it was not called. Undefined = a script leaves
 * it out.
 */
export function toolUsage(calls: readonly ToolCounts[], previewsInUsage: boolean, script: FaultScript): JsonObject | undefined {
  if (script.noUsage === 'tool') return undefined
  const sum = (count: (call: ToolCounts) => number) => calls.reduce((total, call) => total + count(call), 0)
  const counts: TokenCounts = {
    textIn: sum(({ textIn }) => textIn),
    imageIn: sum(({ imageIn }) => imageIn),
    pictureOut: sum(({ pictureOut }) => pictureOut),
    previewOut: sum(({ previewOut }) => previewOut),
  }
  const spoiled = spoiledUsage(usageReport(counts, previewsInUsage), script.usage)
  if (!spoiled) return undefined
  const [cachedText, cachedImage] = [sum(({ textCached }) => textCached), sum(({ imageCached }) => imageCached)]
  const saysCached = script.noUsage !== 'cache' && script.usage !== 'nodetails'
  const cached = {
    cached_tokens: cachedText + cachedImage,
    cached_tokens_details: { cached_image_tokens: cachedImage, cached_text_tokens: cachedText },
  }
  return { image_gen: { ...spoiled, ...(saysCached ? cached : {}) }, web_search: { num_requests: 0 } }
}
