import type { PerCallPriceCard, PriceCard, TokenPriceCard, TokenRates } from './price-card.ts'

/** Owner of OpenAI's own prices. */
export const officialOwner = 'openai'
/** Owner of the built-in sandbox's play money. */
export const sandboxOwner = 'darkroom-sandbox'

/** $5, $1.25, $8, $2, $30 and $10 a million: one price list for gpt-image-2, 2.5 and 2.6. */
const standardRates: TokenRates = {
  text_in: 5_000n,
  text_cached_in: 1_250n,
  image_in: 8_000n,
  image_cached_in: 2_000n,
  image_out: 30_000n,
  text_out: 10_000n,
}

const batchRates: TokenRates = {
  text_in: 2_500n,
  text_cached_in: 625n,
  image_in: 4_000n,
  image_cached_in: 1_000n,
  image_out: 15_000n,
  text_out: 5_000n,
}

const official = { kind: 'tokens', owner: officialOwner, currency: 'USD', markupBasisPoints: 0, book: 'provider' } as const

/** OpenAI's prices, by the day each model could first be called. A bucket or column that nobody has published stays null. */
export const officialPriceCards: readonly TokenPriceCard[] = [
  {
    ...official,
    id: 'openai-gpt-image-2',
    date: '2026-04-21',
    models: ['gpt-image-2', 'gpt-image-2-2026-04-21'],
    rates: standardRates,
    batchRates,
    batchConfidence: 'confirmed',
    source: 'OpenAI pricing page, image generation, read 2026-10-02',
    confidence: 'confirmed',
  },
  {
    ...official,
    id: 'openai-gpt-image-2.5',
    date: '2026-09-08',
    models: ['gpt-image-2.5-sunburst', 'gpt-image-2.5-sunburst-2026-09-08', 'gpt-image-2.5-flare', 'gpt-image-2.5-flare-2026-09-08'],
    rates: standardRates,
    batchRates,
    batchConfidence: 'reported',
    source: 'OpenAI pricing page, image generation, read 2026-10-02; batch at half price from third parties',
    confidence: 'confirmed',
  },
  {
    ...official,
    id: 'openai-gpt-image-2.6',
    date: '2026-11-04',
    models: ['gpt-image-2.6-sunburst', 'gpt-image-2.6-flare'],
    rates: standardRates,
    batchRates: null,
    batchConfidence: null,
    source: 'OpenAI model pages, November 2026; no batch price published',
    confidence: 'confirmed',
  },
  {
    ...official,
    id: 'openai-gpt-image-1.5',
    date: '2025-12-16',
    models: ['gpt-image-1.5', 'gpt-image-1.5-2025-12-16'],
    rates: { ...standardRates, image_out: 32_000n },
    batchRates: null,
    batchConfidence: null,
    source: 'image and text output: OpenAI model page; input buckets: several public price tables that agree, 2026',
    confidence: 'reported',
  },
  {
    ...official,
    id: 'openai-gpt-image-1-mini',
    date: '2025-10-06',
    models: ['gpt-image-1-mini'],
    rates: { text_in: 2_000n, text_cached_in: 200n, image_in: 2_500n, image_cached_in: 250n, image_out: 8_000n, text_out: 8_000n },
    batchRates: null,
    batchConfidence: null,
    source: 'OpenAI model page, 2026; text output is not listed there and inferred from its per-picture prices',
    confidence: 'reported',
  },
]

/** The same rates in play money, under ids that say so. */
export const sandboxPriceCards: readonly TokenPriceCard[] = officialPriceCards.map((card) => ({
  ...card,
  id: card.id.replace(officialOwner, 'sandbox'),
  owner: sandboxOwner,
  book: 'sandbox',
  source: `${card.source}; charged in play money`,
}))

const laozhang = {
  owner: 'laozhang.ai',
  date: '2026-11-20',
  currency: 'USD',
  markupBasisPoints: 0,
  book: 'provider',
  source: "laozhang.ai's documentation of its token groups, read 2026-11-20",
  confidence: 'reported',
} as const

/** Prices of providers that presets of routes name, from the day they were read. They are the provider's own, never OpenAI's. */
export const providerPriceCards: readonly (TokenPriceCard | PerCallPriceCard)[] = [
  {
    ...laozhang,
    id: 'laozhang-per-call',
    kind: 'per_call',
    models: ['gpt-image-2', 'gpt-image-2-vip'],
    perCallNanos: 30_000_000n,
    perCallUnit: 'call',
  },
  {
    ...laozhang,
    id: 'laozhang-official',
    kind: 'tokens',
    models: ['gpt-image-2'],
    rates: standardRates,
    batchRates: null,
    batchConfidence: null,
    source: `${laozhang.source}: OpenAI's token prices`,
  },
]

/** Every card that ships with this version. Rows of darkroom.yaml go after them. */
export const builtInPriceCards: readonly PriceCard[] = [...officialPriceCards, ...sandboxPriceCards, ...providerPriceCards]
