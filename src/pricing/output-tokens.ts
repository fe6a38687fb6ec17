import type { PixelSize } from '../contract/image-request.ts'
import type { Quality, TokenFormula } from '../contract/model-row.ts'
import { unknownFormulaMargins } from './unknown-formula.ts'
import { unpriced } from './unpriced.ts'

/** Output tokens of one streamed preview (OpenAI's image generation guide). */
export const partialImageTokens = 100

/** How many output tokens a call may be counted at; the readings differ only where the meter's rounding is not known. */
export interface OutputTokenCandidates {
  /** Exact arithmetic, ties to even: what the published calculator states. */
  expected: number
  largest: number
  smallest: number
}

type AreaFormula = 'gpt-image-2' | 'gpt-image-2.5'

/** Tokens along the long side, by quality (arithmetic of OpenAI's price calculator; fits every published and measured row). */
const longAxisTokens: Record<AreaFormula, Partial<Record<Quality, number>>> = {
  'gpt-image-2': { low: 16, medium: 48, high: 96 },
  'gpt-image-2.5': { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 },
}

/** gpt-image-1 and its kin know three sizes (token table of OpenAI's image generation guide). */
const gptImage1Tokens: Record<string, Partial<Record<Quality, number>>> = {
  '1024x1024': { low: 272, medium: 1056, high: 4160 },
  '1024x1536': { low: 408, medium: 1584, high: 6240 },
  '1536x1024': { low: 400, medium: 1568, high: 6208 },
}

/**
 * Image output tokens of one call of `n` pictures, previews apart.
 * Whole-number arithmetic throughout; the one double is the calculator's own variant, kept as a candidate.
 * @throws Failure `price_not_configured` when the formula has no figure for this quality or size.
 */
export function outputTokenCandidates(formula: TokenFormula, quality: Quality, size: PixelSize, n: number): OutputTokenCandidates {
  if (formula === 'gpt-image-1') return tableCandidates(quality, size, n)
  if (formula === 'unknown') return marginCandidates(quality, areaCandidates('gpt-image-2.5', quality, size, n))
  return areaCandidates(formula, quality, size, n)
}

/** The qualities of a model that its formula has a figure for, in the order given. */
export function countableQualities(formula: TokenFormula, qualities: readonly Quality[]): Quality[] {
  const known =
    formula === 'gpt-image-1' ? gptImage1Tokens['1024x1024']! : longAxisTokens[formula === 'unknown' ? 'gpt-image-2.5' : formula]
  return qualities.filter((quality) => known[quality] !== undefined)
}

function areaCandidates(formula: AreaFormula, quality: Quality, size: PixelSize, n: number): OutputTokenCandidates {
  const base = longAxisTokens[formula][quality]
  if (base === undefined) throw unpriced(`The ${formula} token formula has no figure for quality ${quality}.`, 'quality')
  const { halfEven, halfUp, calculator } = shortAxisTokens(base, size)
  const tokens = (shortAxis: number) => ceilQuotient(n * base * shortAxis * (2_000_000 + size.width * size.height), 4_000_000)
  const candidates = [tokens(halfEven), tokens(halfUp), tokens(calculator)]
  return { expected: tokens(halfEven), largest: Math.max(...candidates), smallest: Math.min(...candidates) }
}

/**
 * Tokens along the short side. Sources disagree on exact ties, and no metered tie is known: the calculator is said to round
 * half to even, a published re-implementation rounds half up, and the calculator divides twice in doubles, which moves five sizes.
 */
function shortAxisTokens(base: number, size: PixelSize): { halfEven: number; halfUp: number; calculator: number } {
  const long = Math.max(size.width, size.height)
  const short = Math.min(size.width, size.height)
  const remainder = (base * short) % long
  const floor = (base * short - remainder) / long
  const halfUp = 2 * remainder >= long ? floor + 1 : floor
  const halfEven = 2 * remainder === long ? floor + (floor % 2) : halfUp
  return { halfEven, halfUp, calculator: roundDoubleHalfEven(base / (long / short)) }
}

function roundDoubleHalfEven(value: number): number {
  const floor = Math.floor(value)
  if (value - floor === 0.5) return floor + (floor % 2)
  return Math.round(value)
}

function tableCandidates(quality: Quality, size: PixelSize, n: number): OutputTokenCandidates {
  const row = gptImage1Tokens[`${size.width}x${size.height}`]
  if (!row) throw unpriced(`The gpt-image-1 token table has no size ${size.width}x${size.height}.`, 'size')
  const tokens = row[quality]
  if (tokens === undefined) throw unpriced(`The gpt-image-1 token table has no quality ${quality}.`, 'quality')
  return { expected: n * tokens, largest: n * tokens, smallest: n * tokens }
}

function marginCandidates(quality: Quality, known: OutputTokenCandidates): OutputTokenCandidates {
  const margin = unknownFormulaMargins[quality]
  return {
    expected: ceilQuotient(known.expected * margin.expectedPercent, 100),
    largest: ceilQuotient(known.largest * margin.largestPercent, 100),
    smallest: ceilQuotient(known.smallest * margin.smallestPercent, 100),
  }
}

/** Division rounded up for whole numbers below 2⁵³: the remainder is exact where a quotient in doubles need not be. */
export function ceilQuotient(dividend: number, divisor: number): number {
  const remainder = dividend % divisor
  return (dividend - remainder) / divisor + (remainder === 0 ? 0 : 1)
}
