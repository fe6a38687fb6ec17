import type { Quality } from '../contract/model-row.ts'
import { isoTime } from '../primitives/clock.ts'
import type { Nanos } from '../primitives/money.ts'
import type { PricePromise } from './estimate.ts'
import { countMainModel, type MainModelTokens, mainModelOutput } from './main-model-tokens.ts'
import { isInForce, type PriceCardBase, priceCardName } from './price-card.ts'
import { type PriceLine, totalOf, withMarkup } from './price-lines.ts'
import type { TokenCount } from './request-tokens.ts'
import { isStandardTier, type ResponseCall, type ResponseCards, type ResponseLine } from './response-call.ts'
import { noTool, type ToolReadings, toolReadings } from './tool-readings.ts'
import { unpriced } from './unpriced.ts'

/** What the estimate of a Responses call is made from. */
export interface ResponseEstimateInput {
  call: ResponseCall
  cards: ResponseCards
  /** What the project holds for one Responses call. */
  ceiling: Nanos
  /** What the project reads quality `auto` as; null = the model's dearest. */
  autoQuality: Quality | null
  /** Time of the call: a card that is not in force yet prices nothing. */
  atMs: number
}

type CardFacts = Pick<PriceCardBase, 'id' | 'date' | 'owner' | 'book'>

/** Money and tokens of a Responses call before it is made. `low ≤ expected ≤ high ≤ reserve`, and `ceiling ≤ reserve`. */
export interface ResponseEstimate {
  mainModel: string
  /** The tool's image model; null without image tool. */
  model: string | null
  cards: { main: CardFacts | null; image: CardFacts | null }
  /** The expected reading of the main model. */
  mainTokens: MainModelTokens
  /** The expected reading of the image tool; null on a per-call card and without image tool. */
  toolTokens: TokenCount | null
  /** The model answers in a few words and, unless it must, draws nothing. */
  low: Nanos
  /** One picture. */
  expected: Nanos
  /** One picture in its dearest reading, `max_output_tokens` written out, all input read twice. */
  high: Nanos
  /** What the ledger holds while the call runs: the project's ceiling, or `high` with its guards where that is more. */
  reserve: Nanos
  /** Each reading bucket by bucket: the main model's book, then the tool's. */
  lines: Readonly<Record<'low' | 'expected' | 'high', readonly ResponseLine[]>>
  /** `expected` at every quality the image model has. */
  perQuality: Readonly<Partial<Record<Quality, Nanos>>>
  /** Always `none`: how often the tool is called and what upstream adds to the input nobody bounds. An overshoot is booked. */
  promise: Extract<PricePromise, 'none'>
  /** False = the main model has no price; its part stands at the ceiling. */
  mainModelPriced: boolean
  assumptions: readonly string[]
  /** False where the image model's output tokens are guessed with a margin. */
  formulaKnown: boolean
}

/**
 * Prices a Responses call before it is made: the main model's tokens and one call of the image tool, on a card each.
 * @throws Failure `price_not_configured` when the image tool has no price, or a card is not in force. An unpriced main model is no failure.
 */
export async function estimateResponse(input: ResponseEstimateInput): Promise<ResponseEstimate> {
  const { call, cards, ceiling, atMs } = input
  refuseEarlyCards(cards, atMs)
  const [main, tool] = await Promise.all([countMainModel(call), readTool(input)])
  const mainLines = (tokens: MainModelTokens) => mainModelLines(tokens, cards, ceiling)
  const toolLines = (lines: readonly PriceLine[]) => lines.map((line) => ({ ...line, card: cards.image && priceCardName(cards.image) }))
  const lines = {
    low: [...mainLines(main.low), ...toolLines(tool.low)],
    expected: [...mainLines(main.expected), ...toolLines(tool.expected)],
    high: [...mainLines(main.high), ...toolLines(tool.high)],
  }
  const bound = totalOf(mainLines(main.high)) + tool.bound
  return {
    mainModel: call.mainModel,
    model: call.tool?.model.id ?? null,
    cards: { main: factsOf(cards.main), image: factsOf(cards.image) },
    mainTokens: main.expected,
    toolTokens: tool.tokens,
    low: totalOf(lines.low),
    expected: totalOf(lines.expected),
    high: totalOf(lines.high),
    reserve: bound > ceiling ? bound : ceiling,
    lines,
    perQuality: withMainModel(tool.perQuality, totalOf(mainLines(main.expected))),
    promise: 'none',
    mainModelPriced: cards.main !== null,
    assumptions: [...mainModelAssumptions(call, cards), ...tool.assumptions],
    formulaKnown: tool.formulaKnown,
  }
}

function refuseEarlyCards({ main, image }: ResponseCards, atMs: number): void {
  for (const card of [main, image])
    if (card && !isInForce(card, atMs))
      throw unpriced(`Price card ${card.id} holds from ${card.date}, after ${isoTime(atMs).slice(0, 10)}.`)
}

async function readTool({ call, cards, autoQuality }: ResponseEstimateInput): Promise<ToolReadings> {
  if (!call.tool) return noTool
  if (!cards.image) throw unpriced(`No price card covers the image tool's model ${call.tool.model.id}.`, 'tools')
  return toolReadings(call, call.tool, cards.image, autoQuality)
}

function mainModelLines(tokens: MainModelTokens, { main: card }: ResponseCards, ceiling: Nanos): ResponseLine[] {
  if (!card) return [{ bucket: 'main_unpriced', tokens: tokens.main_in + tokens.main_out, nanos: ceiling, card: null }]
  return (['main_in', 'main_out'] as const).map((bucket) => ({
    bucket,
    tokens: tokens[bucket],
    nanos: withMarkup(BigInt(tokens[bucket]) * card.rates[bucket], card),
    card: priceCardName(card),
  }))
}

function withMainModel(perQuality: ToolReadings['perQuality'], mainModel: Nanos): ResponseEstimate['perQuality'] {
  return Object.fromEntries(Object.entries(perQuality).map(([quality, nanos]) => [quality, nanos + mainModel]))
}

function factsOf(card: PriceCardBase | null): CardFacts | null {
  return card && { id: card.id, date: card.date, owner: card.owner, book: card.book }
}

function mainModelAssumptions(call: ResponseCall, { main: card }: ResponseCards): string[] {
  const sentences: (string | false)[] = [
    card === null && `No price card covers the main model ${call.mainModel}: its part is counted at the project's ceiling.`,
    card !== null && card.confidence !== 'confirmed' && `The prices of card ${card.id} are ${card.confidence}, not confirmed.`,
    card !== null && card.contextTokens !== null && `The prices of card ${card.id} hold up to ${card.contextTokens} input tokens.`,
    'The text and the pictures of the call are counted; what upstream adds to them is taken from one recorded call.',
    call.maxOutputTokens === null
      ? `The main model's output is unknown before the call: ${mainModelOutput.expected} tokens are expected and ${mainModelOutput.largest} held.`
      : `The main model writes at most ${call.maxOutputTokens} tokens, reasoning included.`,
    call.tool !== null && 'One picture is expected; the model may draw none or several, and every one is charged.',
    call.hasUncountedInput && 'Earlier turns, files and addresses are input that is not counted here.',
    call.hasOtherTools && 'Other tools of the call are not counted; web searches are charged in a bucket of their own.',
    !isStandardTier(call.serviceTier) && `What service tier ${call.serviceTier} does to prices is not known; standard prices are counted.`,
    'A charge above the reservation is booked in full.',
  ]
  return sentences.filter((sentence) => sentence !== false)
}
