import type { ImageRequest } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import { ceilDivide, type Nanos } from '../primitives/money.ts'
import { assumptionsOf } from './assumptions.ts'
import type { PerCallPriceCard, PriceCard, TokenPriceCard } from './price-card.ts'
import { type PriceLine, perCallPrice, priceTokens, totalOf } from './price-lines.ts'
import { countRequest, type TokenCount } from './request-tokens.ts'
import type { ResponseCall } from './response-call.ts'
import { unknownFormulaGuardPercent } from './unknown-formula.ts'

/** One call of the image tool in every reading. */
export interface ToolReadings {
  low: readonly PriceLine[]
  expected: readonly PriceLine[]
  high: readonly PriceLine[]
  /** The dearest reading with its guards. */
  bound: Nanos
  perQuality: Readonly<Partial<Record<Quality, Nanos>>>
  /** The expected reading; null on a per-call card and without an image tool. */
  tokens: TokenCount | null
  assumptions: readonly string[]
  formulaKnown: boolean
}

/** A call without image tool. */
export const noTool: ToolReadings = {
  low: [],
  expected: [],
  high: [],
  bound: 0n,
  perQuality: {},
  tokens: null,
  assumptions: [],
  formulaKnown: true,
}

/**
 * The prompt is the main model's own: a recorded call (September 2025) made some 230 tokens of one sentence; `largest` is a guess with
 * room.
 */
export const writtenPromptTokens = { expected: 230, largest: 2_000 }

/**
 * Prices one call of the image tool as the direct image call it amounts to, for the prompt the main model may write.
 * @throws Failure `price_not_configured` when the card has no price for what the tool may use.
 */
export async function toolReadings(call: ResponseCall, tool: ImageRequest, card: PriceCard, autoQuality: Quality | null) {
  return card.kind === 'per_call' ? perCallReadings(call, tool, card) : tokenReadings(call, tool, card, autoQuality)
}

/** A direct call of the same picture: what the tool is asked, without the flow around it. */
export function directRequest({ inputImages }: ResponseCall, tool: ImageRequest): ImageRequest {
  return { ...tool, operation: inputImages.length > 0 ? 'edit' : 'generate' }
}

async function tokenReadings(call: ResponseCall, tool: ImageRequest, card: TokenPriceCard, autoQuality: Quality | null) {
  const request = directRequest(call, tool)
  const counted = { request, inputImages: call.inputImages, maskImages: call.maskImages ?? [] }
  const tokens = await countRequest(counted, autoQuality)
  const high = withLongestPrompt(tokens.high)
  const formulaKnown = request.model.tokenFormula !== 'unknown'
  const bounds = [high, withLongestPrompt(tokens.reserve)].map((count) => totalOf(priceTokens(count, card, 'standard')))
  const dearest = bounds[0]! > bounds[1]! ? bounds[0]! : bounds[1]!
  const perQuality: Partial<Record<Quality, Nanos>> = {}
  for (const [quality, count] of Object.entries(tokens.perQuality))
    perQuality[quality as Quality] = totalOf(priceTokens(withUsualPrompt(count), card, 'standard'))
  return {
    low: call.toolForced ? priceTokens(tokens.low, card, 'standard') : [],
    expected: priceTokens(withUsualPrompt(tokens.expected), card, 'standard'),
    high: priceTokens(high, card, 'standard'),
    bound: formulaKnown ? dearest : ceilDivide(dearest * BigInt(100 + unknownFormulaGuardPercent), 100n),
    perQuality,
    tokens: withUsualPrompt(tokens.expected),
    assumptions: assumptionsOf(counted, tokens, card, 'standard'),
    formulaKnown,
  } satisfies ToolReadings
}

const withUsualPrompt = (count: TokenCount): TokenCount => ({ ...count, text_in: Math.max(count.text_in, writtenPromptTokens.expected) })
const withLongestPrompt = (count: TokenCount): TokenCount => ({ ...count, text_in: count.text_in + writtenPromptTokens.largest })

function perCallReadings(call: ResponseCall, tool: ImageRequest, card: PerCallPriceCard): ToolReadings {
  const price = perCallPrice(card, 1)
  const lines: readonly PriceLine[] = [{ bucket: 'per_call', tokens: 0, nanos: price }]
  return {
    low: call.toolForced || card.perCallUnit === 'call' ? lines : [],
    expected: lines,
    high: lines,
    bound: price,
    perQuality: Object.fromEntries(tool.model.qualities.map((quality) => [quality, price])),
    tokens: null,
    assumptions: [`${card.owner} charges one price for a picture: size, quality and tokens do not change it.`],
    formulaKnown: tool.model.tokenFormula !== 'unknown',
  }
}
