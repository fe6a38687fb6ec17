import type { MainModelRow } from './main-model-row.ts'

const listed = {
  aliases: [],
  until: null,
  successor: null,
  readOn: '2026-11-20',
  source: 'openai 7.55.0 types (ChatModel)',
  confidence: 'confirmed',
} as const

/**
 * Mainline models from gpt-5.4 on, as of 2026-11-20. OpenAI's guide wants "gpt-5 or newer" under the image tool; older ones pass as
 * unknown. Days are UTC; what replaces a model that ends was not read, so no successor is named.
 */
export const shippedMainModelRows: readonly MainModelRow[] = [
  { ...listed, id: 'gpt-5.4' },
  { ...listed, id: 'gpt-5.4-mini', aliases: ['gpt-5.4-mini-2026-03-17'] },
  { ...listed, id: 'gpt-5.4-nano', aliases: ['gpt-5.4-nano-2026-03-17'], until: '2027-04-01' },
  { ...listed, id: 'gpt-5.5', aliases: ['gpt-5.5-2026-04-23'] },
  { ...listed, id: 'gpt-5.5-pro', aliases: ['gpt-5.5-pro-2026-04-23'] },
  { ...listed, id: 'gpt-5.6-sol' },
  { ...listed, id: 'gpt-5.6-terra' },
  { ...listed, id: 'gpt-5.6-luna' },
  { ...listed, id: 'gpt-6-astra' },
  { ...listed, id: 'gpt-6-sol' },
  { ...listed, id: 'gpt-6-luna' },
  { ...listed, id: 'gpt-6.1-sol' },
  { ...listed, id: 'gpt-6.1-terra' },
]
