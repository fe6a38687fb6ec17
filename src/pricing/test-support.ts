import type { ImageRequest, PixelSize } from '../contract/image-request.ts'
import type { ModelRow, Quality, TokenFormula } from '../contract/model-row.ts'
import type { Usage } from '../contract/usage.ts'
import { builtInPriceCards } from './built-in-price-cards.ts'
import { type PriceCardQuery, requirePriceCard, type TokenPriceCard } from './price-card.ts'

/** A day on which every built-in card is in force. */
export const testDayMs = Date.parse('2026-11-20T12:00:00Z')

const threeTiers: readonly Quality[] = ['low', 'medium', 'high']
const fiveTiers: readonly Quality[] = [...threeTiers, 'xhigh', 'max']
const threeSizes = ['auto', '1024x1024', '1024x1536', '1536x1024']

/** A catalogue row with what pricing reads of it. */
export function modelRow(id: string, tokenFormula: TokenFormula, changes: Partial<ModelRow> = {}): ModelRow {
  return {
    id,
    aliases: [],
    family: id,
    from: '2025-01-01',
    until: null,
    state: 'current',
    successor: null,
    qualities: tokenFormula === 'gpt-image-2.5' || tokenFormula === 'unknown' ? fiveTiers : threeTiers,
    outputFormats: ['png', 'jpeg', 'webp'],
    transparent: 'unknown',
    inputFidelity: [],
    markup: true,
    sizes: tokenFormula === 'gpt-image-1' ? threeSizes : 'free',
    tokenFormula,
    complexity: true,
    maxN: 10,
    maxInputImages: 16,
    source: 'test',
    confidence: 'confirmed',
    ...changes,
  }
}

/** The models the tests price. */
export const models = {
  'gpt-image-2': modelRow('gpt-image-2', 'gpt-image-2'),
  'gpt-image-2.5-sunburst': modelRow('gpt-image-2.5-sunburst', 'gpt-image-2.5'),
  'gpt-image-2.5-flare': modelRow('gpt-image-2.5-flare', 'gpt-image-2.5'),
  'gpt-image-2.6-flare': modelRow('gpt-image-2.6-flare', 'unknown'),
  'gpt-image-1.5': modelRow('gpt-image-1.5', 'gpt-image-1'),
  'gpt-image-1-mini': modelRow('gpt-image-1-mini', 'gpt-image-1'),
} as const

/** An accepted request: gpt-image-2, `a cat` (2 tokens), 1024x1024 low, one picture, unless changed. */
export function imageRequest(changes: Partial<ImageRequest> = {}): ImageRequest {
  const model = changes.model ?? models['gpt-image-2']
  return {
    operation: 'generate',
    model,
    modelAsked: model.id,
    prompt: 'a cat',
    n: 1,
    size: { width: 1024, height: 1024 },
    quality: 'low',
    background: 'auto',
    outputFormat: 'png',
    outputCompression: null,
    moderation: 'auto',
    stream: false,
    partialImages: 0,
    complexity: null,
    inputFidelity: null,
    references: [],
    retouch: { strictMask: false, featherPx: 0, maskMode: 'alpha', maskSource: 'refuse', keyTransparency: false },
    endUser: null,
    extension: {},
    wire: {},
    ...changes,
  }
}

/** `1024x640` → pixels. */
export function pixels(text: string): PixelSize {
  const [width, height] = text.split('x').map(Number)
  return { width: width!, height: height! }
}

/** A usage with only the named buckets. */
export function usageOf(counts: Partial<Usage>): Usage {
  return { text_in: 0, text_cached_in: 0, image_in: 0, image_cached_in: 0, image_out: 0, text_out: 0, partial_images: 0, ...counts }
}

/** OpenAI's card for a model. */
export function officialCard(model: string, query: Partial<PriceCardQuery> = {}): TokenPriceCard {
  const card = requirePriceCard(builtInPriceCards, { model, owner: 'openai', atMs: testDayMs, ...query })
  if (card.kind !== 'tokens') throw new Error(`${card.id} is not priced by tokens`)
  return card
}
