import type { Nanos } from '../primitives/money.ts'
import type { PriceConfidence } from './price-card.ts'

/** What a mainline model costs that calls the image tool inside Responses. Its tokens are billed beside the tool's. */
export interface MainModelPrice {
  model: string
  /** Day the price was first seen, `YYYY-MM-DD`. */
  date: string
  /** Nano-USD per token. Batch halves them. */
  textIn: Nanos
  textCachedIn: Nanos
  textOut: Nanos
  source: string
  confidence: PriceConfidence
}

const seen = { source: 'third-party price pages', confidence: 'reported' } as const

/** Known main models. One that is missing here is unpriced: its tokens are flagged in the record and never counted as zero. */
export const mainModelPrices: readonly MainModelPrice[] = [
  {
    ...seen,
    model: 'gpt-5.4',
    date: '2026-04-01',
    textIn: 2_500n,
    textCachedIn: 250n,
    textOut: 15_000n,
    source: `${seen.source}, contexts under 270,000 tokens`,
  },
  { ...seen, model: 'gpt-5.4-mini', date: '2026-04-01', textIn: 750n, textCachedIn: 75n, textOut: 4_500n },
  { ...seen, model: 'gpt-5.4-nano', date: '2026-04-01', textIn: 200n, textCachedIn: 20n, textOut: 1_250n },
  { ...seen, model: 'gpt-5.5', date: '2026-06-01', textIn: 5_000n, textCachedIn: 500n, textOut: 30_000n },
]
