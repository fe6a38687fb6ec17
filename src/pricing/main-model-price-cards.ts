import { officialOwner, sandboxOwner } from './built-in-price-cards.ts'
import type { MainModelPriceCard } from './main-model-price-card.ts'

/** $10 a thousand searches on models that reason. */
const webSearch = 10_000_000n

const reported = {
  kind: 'main_model',
  owner: officialOwner,
  currency: 'USD',
  markupBasisPoints: 0,
  book: 'provider',
  confidence: 'reported',
  contextTokens: null,
} as const

const tokensSeen = 'third-party price pages, April and June 2026'
const searchesSeen = 'web search: a third-party copy of the OpenAI pricing page, 2026-03-12'

/** OpenAI's prices of main models, by the month each was first seen. */
export const officialMainModelCards: readonly MainModelPriceCard[] = [
  {
    ...reported,
    id: 'openai-gpt-5.4',
    date: '2026-04-01',
    models: ['gpt-5.4'],
    rates: { main_in: 2_500n, main_cached_in: 250n, main_out: 15_000n, web_search: webSearch },
    contextTokens: 270_000,
    source: `${tokensSeen}, for contexts under 270,000 tokens; ${searchesSeen}`,
  },
  {
    ...reported,
    id: 'openai-gpt-5.4-mini',
    date: '2026-04-01',
    models: ['gpt-5.4-mini'],
    rates: { main_in: 750n, main_cached_in: 75n, main_out: 4_500n, web_search: webSearch },
    source: `${tokensSeen}; ${searchesSeen}`,
  },
  {
    ...reported,
    id: 'openai-gpt-5.4-nano',
    date: '2026-04-01',
    models: ['gpt-5.4-nano'],
    rates: { main_in: 200n, main_cached_in: 20n, main_out: 1_250n, web_search: webSearch },
    source: `${tokensSeen}; ${searchesSeen}`,
  },
  {
    ...reported,
    id: 'openai-gpt-5.5',
    date: '2026-06-01',
    models: ['gpt-5.5'],
    rates: { main_in: 5_000n, main_cached_in: 500n, main_out: 30_000n, web_search: webSearch },
    source: `third-party price pages, June 2026; ${searchesSeen}`,
  },
]

/** The same rates in play money, under ids that say so. */
export const sandboxMainModelCards: readonly MainModelPriceCard[] = officialMainModelCards.map((card) => ({
  ...card,
  id: card.id.replace(officialOwner, 'sandbox'),
  owner: sandboxOwner,
  book: 'sandbox',
  source: `${card.source}; charged in play money`,
}))

/** Every main model's card that ships with this version. Rows of darkroom.yaml go after them. */
export const builtInMainModelCards: readonly MainModelPriceCard[] = [...officialMainModelCards, ...sandboxMainModelCards]
