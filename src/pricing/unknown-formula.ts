import type { Quality } from '../contract/model-row.ts'

/** What a picture may cost in tokens where no formula is known, in percent of the gpt-image-2.5 figure. */
export interface FormulaMargin {
  smallestPercent: number
  expectedPercent: number
  largestPercent: number
}

/**
 * Margins for gpt-image-2.6, whose formula nobody has published. They come from one third-party series of runs (2026-11-05):
 *
 * | run | tokens | 2.5 figure | ratio |
 * |---|---|---|---|
 * | 1536x1024 low | 664 | 158 | 4.20 |
 * | 1536x1024 high | 1353 | 1372 | 0.99 |
 * | 3840x2160 high | about 3337 | 3336 | 1.00 |
 * | low and medium in general | | | 3 to 4 |
 * | high and above in general | | | about 1 |
 * | 1024x1024, quality left out | about 5800 | 3122 xhigh, 7024 max | 1.86, 0.83 |
 *
 * The last run does not say which tier it was: `largest` of xhigh and `smallest` of max each cover it.
 */
export const unknownFormulaMargins: Record<Quality, FormulaMargin> = {
  low: { smallestPercent: 100, expectedPercent: 420, largestPercent: 450 },
  medium: { smallestPercent: 100, expectedPercent: 350, largestPercent: 450 },
  high: { smallestPercent: 90, expectedPercent: 100, largestPercent: 110 },
  xhigh: { smallestPercent: 75, expectedPercent: 100, largestPercent: 200 },
  max: { smallestPercent: 75, expectedPercent: 100, largestPercent: 115 },
}

/** What a reservation adds on top of the margins, in percent of the whole sum: input rules of such a model are not known either. */
export const unknownFormulaGuardPercent = 5
