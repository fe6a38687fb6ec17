import type { ModelRow, OutputFormat, Quality } from './model-row.ts'

const threeTiers: readonly Quality[] = ['low', 'medium', 'high']
const fiveTiers: readonly Quality[] = ['low', 'medium', 'high', 'xhigh', 'max']
const stillFormats: readonly OutputFormat[] = ['png', 'jpeg', 'webp']
const threeSizes = ['1024x1024', '1536x1024', '1024x1536'] as const

const shared = {
  aliases: [],
  until: null,
  successor: null,
  outputFormats: stillFormats,
  inputFidelity: [],
  maxN: 10,
  maxInputImages: 16,
} as const

/** gpt-image-2 and later: any size within the pixel rules. */
const freeSizes = { ...shared, sizes: 'free', complexity: true, markup: true } as const

const sunburstAndFlare25 = {
  ...freeSizes,
  family: 'gpt-image-2.5',
  from: '2026-09-08',
  state: 'current',
  qualities: fiveTiers,
  transparent: 'yes',
  tokenFormula: 'gpt-image-2.5',
  source: 'openai 7.55.0 types (ids, tiers, transparency); token arithmetic of the official calculator as several projects copied it',
  confidence: 'confirmed',
} as const

const sunburstAndFlare26 = {
  ...freeSizes,
  family: 'gpt-image-2.6',
  from: '2026-11-04',
  state: 'current',
  qualities: fiveTiers,
  outputFormats: [...stillFormats, 'gif', 'svg'],
  transparent: 'unknown',
  tokenFormula: 'unknown',
  source: 'openai 7.55.0 types (ids); tiers and release day from third-party runs; size rules taken over from 2.5',
  confidence: 'reported',
} as const

/** The gpt-image-1 family: three fixed sizes, no planning effort. */
const firstFamily = {
  ...shared,
  family: 'gpt-image-1',
  qualities: threeTiers,
  sizes: threeSizes,
  complexity: false,
  markup: false,
} as const

const retired = { ...firstFamily, state: 'retired', transparent: 'unknown', tokenFormula: 'unknown', confidence: 'confirmed' } as const
const dallE = {
  ...retired,
  family: 'dall-e',
  until: '2026-05-12',
  successor: 'gpt-image-2.5-sunburst',
  source: 'OpenAI deprecations page: retired 2026-05-12',
} as const

/**
 * The models Darkroom knows without being told, as of 2026-11-20. Dates are UTC days.
 * Further rows come from `models:` in `darkroom.yaml`; what is not known for sure is listed in `unknowns.ts`.
 */
export const shippedModelRows: readonly ModelRow[] = [
  {
    ...freeSizes,
    id: 'gpt-image-2',
    aliases: ['gpt-image-2-2026-04-21'],
    family: 'gpt-image-2',
    from: '2026-04-21',
    state: 'older',
    qualities: threeTiers,
    transparent: 'preview',
    markup: false,
    tokenFormula: 'gpt-image-2',
    source: 'OpenAI image generation guide and openai 7.55.0 types; transparency is a preview since 2026-08-20',
    confidence: 'confirmed',
  },
  { ...sunburstAndFlare25, id: 'gpt-image-2.5-sunburst', aliases: ['gpt-image-2.5-sunburst-2026-09-08'] },
  { ...sunburstAndFlare25, id: 'gpt-image-2.5-flare', aliases: ['gpt-image-2.5-flare-2026-09-08'] },
  { ...sunburstAndFlare26, id: 'gpt-image-2.6-sunburst' },
  { ...sunburstAndFlare26, id: 'gpt-image-2.6-flare' },
  {
    ...firstFamily,
    id: 'gpt-image-1-mini',
    from: '2025-10-06',
    state: 'current',
    transparent: 'unknown',
    inputFidelity: ['low'],
    tokenFormula: 'gpt-image-1',
    source: 'openai 7.55.0 types; sizes and token table taken over from gpt-image-1',
    confidence: 'inferred',
  },
  {
    ...firstFamily,
    id: 'gpt-image-1.5',
    from: '2025-12-16',
    until: '2026-12-01',
    state: 'older',
    successor: 'gpt-image-2.5-sunburst',
    transparent: 'yes',
    inputFidelity: ['high', 'low'],
    tokenFormula: 'gpt-image-1',
    source: 'OpenAI guide (shut-down day); sizes and token table taken over from gpt-image-1',
    confidence: 'inferred',
  },
  {
    ...freeSizes,
    id: 'chatgpt-image-latest',
    family: 'chatgpt-image-latest',
    from: '2026-09-08',
    state: 'current',
    qualities: threeTiers,
    transparent: 'unknown',
    tokenFormula: 'unknown',
    source: 'openai 7.55.0 types accept the alias; what it points to moves, so it is never priced as if it were known',
    confidence: 'inferred',
  },
  {
    ...retired,
    id: 'gpt-image-1',
    from: '2025-04-23',
    until: '2026-10-23',
    successor: 'gpt-image-2.5-sunburst',
    source: 'OpenAI deprecations page: shut down 2026-10-23',
  },
  { ...dallE, id: 'dall-e-2', from: '2022-11-03' },
  { ...dallE, id: 'dall-e-3', from: '2023-11-06' },
]
