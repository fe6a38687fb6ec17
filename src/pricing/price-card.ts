import type { TokenBucket } from '../contract/usage.ts'
import { isoTime } from '../primitives/clock.ts'
import type { Nanos } from '../primitives/money.ts'
import { unpriced } from './unpriced.ts'

/** Column of a price list: calls made now, or through the batch endpoint. */
export type Lane = 'standard' | 'batch'

/** Nano-USD per token by bucket; null = no price is known, which is not the same as free. */
export type TokenRates = Readonly<Record<TokenBucket, Nanos | null>>

/** How sure a price is. */
export type PriceConfidence = 'confirmed' | 'reported' | 'inferred'

/** What every dated price list says of itself. */
export interface PriceCardBase {
  /** Name of a line of cards; a later card of the same id replaces the earlier from its date on. */
  id: string
  /** First day the card holds, `YYYY-MM-DD`, UTC. */
  date: string
  /** Whom the money goes to. A card prices calls of this owner's routes and of no others. */
  owner: string
  currency: 'USD'
  /** Model ids the card prices, as the route sends them. */
  models: readonly string[]
  /** Added to every price, in hundredths of a percent: 2000 = 20 %. */
  markupBasisPoints: number
  /** Real money, or the sandbox's play money; the two are never in one sum. */
  book: 'provider' | 'sandbox'
  /** Where the prices were read, and when. */
  source: string
  confidence: PriceConfidence
}

/** Priced by token counts, bucket by bucket. */
export interface TokenPriceCard extends PriceCardBase {
  kind: 'tokens'
  rates: TokenRates
  /** Null = this owner has no known batch price. */
  batchRates: TokenRates | null
  batchConfidence: PriceConfidence | null
}

/** One price whatever the tokens. */
export interface PerCallPriceCard extends PriceCardBase {
  kind: 'per_call'
  perCallNanos: Nanos
  /** Whether a call of n pictures costs the price once or n times. */
  perCallUnit: 'call' | 'image'
}

/** A dated price list of one owner. */
export type PriceCard = TokenPriceCard | PerCallPriceCard

/** Which card a call needs. */
export interface PriceCardQuery {
  /** Model id as the route sends it. */
  model: string
  owner: string
  /** Time of the call. */
  atMs: number
  /** Card id the route names; left out or null, any card of the owner will do. */
  id?: string | null
}

/** Name of one dated card: `openai-gpt-image-2@2026-04-21`. */
export function priceCardName(card: Pick<PriceCard, 'id' | 'date'>): string {
  return `${card.id}@${card.date}`
}

/** Name of the prices of an estimate for records and ledger lines: that of the card, and `:batch` behind it where its batch prices hold. */
export function pricesName({ card, lane }: { card: Pick<PriceCard, 'id' | 'date'>; lane: Lane }): string {
  return `${priceCardName(card)}${lane === 'batch' ? ':batch' : ''}`
}

/** True from the card's day on. */
export function isInForce(card: Pick<PriceCard, 'date'>, atMs: number): boolean {
  return card.date <= isoTime(atMs).slice(0, 10)
}

/**
 * The card in force for a model of an owner: the newest by date, of equal dates the last in the list, so that rows of darkroom.yaml
 * put after the built-in ones win. Null when none is: another owner's card never stands in.
 */
export function findPriceCard<Card extends PriceCardBase = PriceCard>(
  cards: readonly Card[],
  { model, owner, atMs, id }: PriceCardQuery,
): Card | null {
  let found: Card | null = null
  for (const card of cards) {
    const fits = card.owner === owner && card.models.includes(model) && (id == null || card.id === id) && isInForce(card, atMs)
    if (fits && (!found || card.date >= found.date)) found = card
  }
  return found
}

/**
 * As `findPriceCard`, for a call about to be made.
 * @throws Failure `price_not_configured` when no card is in force.
 */
export function requirePriceCard(cards: readonly PriceCard[], query: PriceCardQuery): PriceCard {
  const card = findPriceCard(cards, query)
  if (card) return card
  const wanted = query.id == null ? 'No price card' : `No price card ${query.id}`
  throw unpriced(`${wanted} of ${query.owner} covers ${query.model} on ${isoTime(query.atMs).slice(0, 10)}.`, 'model')
}
