import { z } from 'zod'
import { parseUsd } from '../primitives/money.ts'
import { sandboxOwner } from './built-in-price-cards.ts'
import type { MainModelPriceCard } from './main-model-price-card.ts'
import type { PriceCard, PriceCardBase, TokenRates } from './price-card.ts'

const fact = z.string().trim().min(1).max(500)

/** Zero is refused: it cannot be told from a price that was forgotten. */
const aboveZero = (text: string) => /[1-9]/.test(text)
const zeroIsNoPrice = 'expected a price above zero; a route that costs you nothing still needs the figure you account it at'

const dollarsPerMillion = z
  .string('expected dollars per million tokens as a quoted decimal, e.g. "30.00"')
  .regex(/^\d{1,9}(\.\d{1,3})?$/, 'expected dollars per million tokens with at most 3 decimals, e.g. "0.625"')
  .refine(aboveZero, zeroIsNoPrice)

const dollarsPerCall = z
  .string('expected dollars as a quoted decimal, e.g. "0.03"')
  .regex(/^\d{1,6}(\.\d{1,9})?$/, 'expected dollars with at most 9 decimals, e.g. "0.03"')
  .refine(aboveZero, zeroIsNoPrice)

const ratesSchema = z
  .strictObject({
    text_in: dollarsPerMillion,
    text_cached_in: dollarsPerMillion.nullish(),
    image_in: dollarsPerMillion,
    image_cached_in: dollarsPerMillion.nullish(),
    image_out: dollarsPerMillion,
    text_out: dollarsPerMillion.nullish(),
  })
  .refine((rates) => notDearer(rates.text_cached_in, rates.text_in) && notDearer(rates.image_cached_in, rates.image_in), {
    message: 'expected cached input to cost no more than fresh input: reservations count all input as fresh',
  })
  .refine((rates) => notDearer(rates.text_out, rates.image_out), {
    message: 'expected text output to cost no more than image output: reservations count all output as image',
  })

/** Prices that cannot be read have their own message already and pass here. */
function notDearer(price: string | null | undefined, limit: string): boolean {
  return price == null || !isDecimal(price) || !isDecimal(limit) || parseUsd(price) <= parseUsd(limit)
}

const isDecimal = (text: string) => /^\d+(\.\d{1,9})?$/.test(text)

const cardFields = {
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/, 'expected lower-case letters, digits, dots and dashes'),
  date: z.iso.date('expected the first day the prices hold, YYYY-MM-DD'),
  owner: fact,
  currency: z.literal('USD').default('USD'),
  models: z.array(fact).min(1),
  markup_basis_points: z.int().min(-9_999).max(100_000).default(0),
  source: fact,
  confidence: z.enum(['confirmed', 'reported', 'inferred']).default('reported'),
}

/**
 * One row of `price_cards:` in darkroom.yaml. Prices are quoted decimals: dollars per million tokens, or dollars per call or image.
 *
 * @example
 * - { id: acme, date: 2026-11-20, owner: acme, kind: per_call, per_call: "0.03", per: call, models: [gpt-image-2], source: contract 7 }
 */
export const priceCardSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...cardFields, kind: z.literal('tokens'), rates: ratesSchema, batch: ratesSchema.nullish() }),
  z.strictObject({ ...cardFields, kind: z.literal('per_call'), per_call: dollarsPerCall, per: z.enum(['call', 'image']) }),
])

/** A price card as written in the file. */
export type PriceCardRow = z.infer<typeof priceCardSchema>

const mainModelRatesSchema = z
  .strictObject({
    main_in: dollarsPerMillion,
    main_cached_in: dollarsPerMillion.nullish(),
    main_out: dollarsPerMillion,
    web_search: dollarsPerCall.nullish(),
  })
  .refine((rates) => notDearer(rates.main_cached_in, rates.main_in), {
    message: 'expected cached input to cost no more than fresh input: reservations count all input as fresh',
  })

/**
 * One row of `price_cards:` for mainline models of the Responses API. Token prices are dollars per million, `web_search` dollars per
 * search.
 *
 * @example
 * - { id: acme-main, date: 2026-11-20, owner: acme, kind: main_model, rates: { main_in: "2.50", main_out: "15" }, models: [gpt-5.4], source: contract 7 }
 */
export const mainModelCardSchema = z.strictObject({
  ...cardFields,
  kind: z.literal('main_model'),
  rates: mainModelRatesSchema,
  context_tokens: z.int().min(1).nullish(),
})

/** A main model's price card as written in the file. */
export type MainModelCardRow = z.infer<typeof mainModelCardSchema>

/** Any row of `price_cards:`, of images and of main models. */
export const anyPriceCardSchema = z.discriminatedUnion('kind', [priceCardSchema, mainModelCardSchema])

/** The two kinds of lists that rows of the file become. */
export interface PriceLists {
  priceCards: PriceCard[]
  mainModelCards: MainModelPriceCard[]
}

/** Sorts checked rows of the file into cards, each kind in the order of the file. */
export function priceListsFromRows(rows: readonly (PriceCardRow | MainModelCardRow)[]): PriceLists {
  const lists: PriceLists = { priceCards: [], mainModelCards: [] }
  for (const row of rows) {
    if (row.kind === 'main_model') lists.mainModelCards.push(mainModelCardFromRow(row))
    else lists.priceCards.push(priceCardFromRow(row))
  }
  return lists
}

/** Turns a checked row of the file into a card. A card of the sandbox's owner is play money, every other one is real. */
export function priceCardFromRow(row: PriceCardRow): PriceCard {
  const base = baseFromRow(row)
  if (row.kind === 'per_call') return { ...base, kind: 'per_call', perCallNanos: parseUsd(row.per_call), perCallUnit: row.per }
  return {
    ...base,
    kind: 'tokens',
    rates: ratesFromRow(row.rates),
    batchRates: row.batch ? ratesFromRow(row.batch) : null,
    batchConfidence: row.batch ? row.confidence : null,
  }
}

/** As `priceCardFromRow`, for a main model. */
function mainModelCardFromRow(row: MainModelCardRow): MainModelPriceCard {
  const { main_in, main_cached_in, main_out, web_search } = row.rates
  return {
    ...baseFromRow(row),
    kind: 'main_model',
    rates: {
      main_in: nanosPerToken(main_in),
      main_cached_in: nanosPerToken(main_cached_in),
      main_out: nanosPerToken(main_out),
      web_search: web_search == null ? null : parseUsd(web_search),
    },
    contextTokens: row.context_tokens ?? null,
  }
}

function baseFromRow(row: PriceCardRow | MainModelCardRow): PriceCardBase {
  return {
    id: row.id,
    date: row.date,
    owner: row.owner,
    currency: row.currency,
    models: row.models,
    markupBasisPoints: row.markup_basis_points,
    book: row.owner === sandboxOwner ? 'sandbox' : 'provider',
    source: row.source,
    confidence: row.confidence,
  }
}

type RatesRow = z.infer<typeof ratesSchema>

function ratesFromRow(row: RatesRow): TokenRates {
  return {
    text_in: nanosPerToken(row.text_in),
    text_cached_in: nanosPerToken(row.text_cached_in),
    image_in: nanosPerToken(row.image_in),
    image_cached_in: nanosPerToken(row.image_cached_in),
    image_out: nanosPerToken(row.image_out),
    text_out: nanosPerToken(row.text_out),
  }
}

/** Exact: three decimals of a dollar per million are whole nanos per token. */
function nanosPerToken(price: string): bigint
function nanosPerToken(price: string | null | undefined): bigint | null
function nanosPerToken(price: string | null | undefined): bigint | null {
  return price == null ? null : parseUsd(price) / 1_000_000n
}
