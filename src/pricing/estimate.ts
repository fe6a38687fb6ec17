import type { ImageRequest, PixelSize } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import { isoTime } from '../primitives/clock.ts'
import { ceilDivide, type Nanos } from '../primitives/money.ts'
import { assumptionsOf } from './assumptions.ts'
import { isInForce, type Lane, type PerCallPriceCard, type PriceCard, type TokenPriceCard } from './price-card.ts'
import { type PriceLine, perCallPrice, priceTokens, totalOf } from './price-lines.ts'
import { countRequest, type TokenCount } from './request-tokens.ts'
import { unknownFormulaGuardPercent } from './unknown-formula.ts'
import { unpriced } from './unpriced.ts'

/** What an estimate is made from. */
export interface EstimateInput {
  request: ImageRequest
  /** Pixels of the input images, in their order; empty for a generation. */
  inputImages: readonly PixelSize[]
  /** Pixels of mask or markup. */
  maskImages?: readonly PixelSize[]
  /** The card of the route that will serve. */
  card: PriceCard
  /** What the project holds for quality `auto`; null = the model's dearest. */
  autoQuality: Quality | null
  /** Time of the call: a card that is not in force yet prices nothing. */
  atMs: number
  /** @default 'standard' */
  lane?: Lane
  /**
   * False when the route's owner has not said what failed calls cost: then no cost can be promised.
   * @default true
   */
  billingKnown?: boolean
}

/**
 * What can be promised. `token` and `per_call`: a charge never exceeds `reserve`. `none`: it may, because the token formula or the
 * text output is guessed, the project holds less than the dearest quality, or the owner's billing is not known.
 */
export type PricePromise = 'token' | 'per_call' | 'none'

/** Money and tokens of a call before it is made. `low ≤ expected ≤ high`, `expected ≤ reserve`. */
export interface Estimate {
  model: string
  card: Pick<PriceCard, 'id' | 'date' | 'owner' | 'book'>
  lane: Lane
  /** The expected reading; null on a per-call card, where tokens have no price. `partial_images` is in tokens too. */
  tokens: TokenCount | null
  /** Cheapest reading: cheapest quality and shape where the request says `auto`, no preview. */
  low: Nanos
  expected: Nanos
  /** Dearest reading the model could answer with. */
  high: Nanos
  /** What the ledger holds while the call runs. */
  reserve: Nanos
  /** Lines of `expected`. */
  perBucket: readonly PriceLine[]
  /** `expected` at every quality the model has. */
  perQuality: Readonly<Partial<Record<Quality, Nanos>>>
  promise: PricePromise
  assumptions: readonly string[]
  /** False where output tokens are guessed with a margin. */
  formulaKnown: boolean
}

/**
 * Prices a call before it is made.
 * @throws Failure `price_not_configured` when the card is not in force or has no price for what the call may use; never returns zero.
 */
export async function estimate(input: EstimateInput): Promise<Estimate> {
  const { card, request, lane = 'standard', billingKnown = true } = input
  if (!isInForce(card, input.atMs))
    throw unpriced(`Price card ${card.id} holds from ${card.date}, after ${isoTime(input.atMs).slice(0, 10)}.`)
  const priced = card.kind === 'per_call' ? perCallEstimate(request, card, lane) : await tokenEstimate(input, card, lane)
  return {
    ...priced,
    model: request.model.id,
    card: { id: card.id, date: card.date, owner: card.owner, book: card.book },
    lane,
    promise: billingKnown ? priced.promise : 'none',
    assumptions: billingKnown
      ? priced.assumptions
      : [...priced.assumptions, 'The owner does not say what failed calls cost: no cost is promised.'],
  }
}

type Priced = Omit<Estimate, 'model' | 'card' | 'lane'>

async function tokenEstimate(input: EstimateInput, card: TokenPriceCard, lane: Lane): Promise<Priced> {
  const tokens = await countRequest(input, input.autoQuality)
  const price = (count: TokenCount) => totalOf(priceTokens(count, card, lane))
  const formulaKnown = input.request.model.tokenFormula !== 'unknown'
  const high = price(tokens.high)
  const reserve = formulaKnown ? price(tokens.reserve) : withGuard(price(tokens.reserve))
  const perQuality: Partial<Record<Quality, Nanos>> = {}
  for (const [quality, count] of Object.entries(tokens.perQuality)) perQuality[quality as Quality] = price(count)
  return {
    tokens: tokens.expected,
    low: price(tokens.low),
    expected: price(tokens.expected),
    high,
    reserve,
    perBucket: priceTokens(tokens.expected, card, lane),
    perQuality,
    promise: isCountable(input.request) && reserve >= high ? 'token' : 'none',
    assumptions: assumptionsOf(input, tokens, card, lane),
    formulaKnown,
  }
}

/** True where every token of the call follows a known rule: not the text that older models write, not a main model beside the tool. */
function isCountable({ model, operation }: ImageRequest): boolean {
  return (model.tokenFormula === 'gpt-image-2' || model.tokenFormula === 'gpt-image-2.5') && operation !== 'respond'
}

function withGuard(amount: Nanos): Nanos {
  return ceilDivide(amount * BigInt(100 + unknownFormulaGuardPercent), 100n)
}

function perCallEstimate(request: ImageRequest, card: PerCallPriceCard, lane: Lane): Priced {
  if (lane === 'batch') throw unpriced(`Price card ${card.id} has no batch prices.`)
  const price = perCallPrice(card, request.n)
  const unit = card.perCallUnit === 'call' ? 'call' : 'picture'
  return {
    tokens: null,
    low: price,
    expected: price,
    high: price,
    reserve: price,
    perBucket: [{ bucket: 'per_call', tokens: 0, nanos: price }],
    perQuality: Object.fromEntries(request.model.qualities.map((quality) => [quality, price])),
    promise: 'per_call',
    assumptions: [`${card.owner} charges one price per ${unit}: size, quality and tokens do not change it.`],
    formulaKnown: request.model.tokenFormula !== 'unknown',
  }
}
