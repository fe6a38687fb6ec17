import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseUsd } from '../primitives/money.ts'
import { builtInPriceCards, officialPriceCards, sandboxPriceCards } from './built-in-price-cards.ts'
import { findMainModelCard } from './main-model-price-card.ts'
import { builtInMainModelCards } from './main-model-price-cards.ts'
import { findPriceCard, type PriceCard, priceCardName, requirePriceCard } from './price-card.ts'
import { anyPriceCardSchema, mainModelCardSchema, priceCardFromRow, priceCardSchema, priceListsFromRows } from './price-card-schema.ts'
import { testDayMs } from './test-support.ts'

const acmePerCall = {
  id: 'acme',
  date: '2026-11-01',
  owner: 'acme',
  kind: 'per_call',
  models: ['gpt-image-2', 'gpt-image-2-vip'],
  per_call: '0.03',
  per: 'call',
  source: 'contract of 2026-11-01',
}
const acmeTokens = {
  id: 'acme-enterprise',
  date: '2026-11-01',
  owner: 'acme',
  kind: 'tokens',
  models: ['gpt-image-2'],
  rates: { text_in: '5.00', text_cached_in: '1.25', image_in: '8.00', image_cached_in: '2', image_out: '30.00', text_out: '10' },
  batch: { text_in: '2.50', text_cached_in: '0.625', image_in: '4', image_out: '15' },
  markup_basis_points: 2000,
  source: 'contract of 2026-11-01',
}
const cardOf = (row: unknown): PriceCard => priceCardFromRow(priceCardSchema.parse(row))

describe('finding the card of a call', () => {
  const find = (cards: readonly PriceCard[], model: string, owner: string, id?: string) =>
    findPriceCard(cards, { model, owner, atMs: testDayMs, id })

  it('finds the official card of every current model and snapshot', () => {
    for (const model of [
      'gpt-image-2',
      'gpt-image-2-2026-04-21',
      'gpt-image-2.5-flare',
      'gpt-image-2.6-sunburst',
      'gpt-image-1.5',
      'gpt-image-1-mini',
    ])
      expect(find(builtInPriceCards, model, 'openai')?.book).toBe('provider')
  })

  it('never lets one owner stand in for another', () => {
    expect(find(builtInPriceCards, 'gpt-image-2', 'acme')).toBeNull()
    expect(find([...builtInPriceCards, cardOf(acmePerCall)], 'gpt-image-2', 'acme')?.id).toBe('acme')
    expect(find(builtInPriceCards, 'gpt-image-2', 'acme', 'openai-gpt-image-2')).toBeNull()
  })

  it('gives the sandbox the same rates in a book of its own', () => {
    const card = find(builtInPriceCards, 'gpt-image-2', 'darkroom-sandbox')
    expect(card).toMatchObject({ id: 'sandbox-gpt-image-2', book: 'sandbox', rates: officialPriceCards[0]!.rates })
    expect(sandboxPriceCards.every((sandbox) => sandbox.id.startsWith('sandbox-') && sandbox.book === 'sandbox')).toBe(true)
  })

  it('takes the newest card in force, and of equal dates the last in the list', () => {
    const older = cardOf(acmePerCall)
    const newer = cardOf({ ...acmePerCall, date: '2026-11-20', per_call: '0.04' })
    const future = cardOf({ ...acmePerCall, date: '2026-11-21', per_call: '0.05' })
    const override = cardOf({ ...acmePerCall, date: '2026-11-20', per_call: '0.06' })
    expect(find([newer, future, older], 'gpt-image-2', 'acme')).toBe(newer)
    expect(find([newer, override, older], 'gpt-image-2', 'acme')).toBe(override)
  })

  it('keeps to the card a route names', () => {
    const cards = [cardOf(acmePerCall), cardOf(acmeTokens)]
    expect(find(cards, 'gpt-image-2', 'acme', 'acme')?.kind).toBe('per_call')
    expect(find(cards, 'gpt-image-2', 'acme', 'acme-enterprise')?.kind).toBe('tokens')
    expect(find(cards, 'gpt-image-2', 'acme', 'nobody')).toBeNull()
  })

  it.each([
    ['an unknown model', { model: 'gpt-image-9', owner: 'openai', atMs: testDayMs }],
    ['an unknown owner', { model: 'gpt-image-2', owner: 'acme', atMs: testDayMs }],
    ['a day before the first card', { model: 'gpt-image-2', owner: 'openai', atMs: Date.parse('2026-04-20T23:59:59Z') }],
  ])('refuses %s before the call instead of pricing it zero', (_, query) => {
    expect(() => requirePriceCard(builtInPriceCards, query)).toThrowError(
      expect.objectContaining({ code: 'price_not_configured', outcome: 'not_charged', message: expect.stringContaining(query.model) }),
    )
  })

  it('names dated cards apart', () => {
    const names = builtInPriceCards.map(priceCardName)
    expect(names).toContain('openai-gpt-image-2@2026-04-21')
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('price cards in darkroom.yaml', () => {
  it('reads dollars per million into whole nanos per token', () => {
    expect(cardOf(acmeTokens)).toMatchObject({
      kind: 'tokens',
      book: 'provider',
      currency: 'USD',
      markupBasisPoints: 2000,
      rates: { text_in: 5000n, text_cached_in: 1250n, image_in: 8000n, image_cached_in: 2000n, image_out: 30_000n, text_out: 10_000n },
      batchRates: { text_in: 2500n, text_cached_in: 625n, image_in: 4000n, image_cached_in: null, image_out: 15_000n, text_out: null },
    })
  })

  it('reads a price per call and whom it counts', () => {
    expect(cardOf({ ...acmePerCall, per: 'image' })).toMatchObject({
      kind: 'per_call',
      perCallNanos: 30_000_000n,
      perCallUnit: 'image',
    })
  })

  it('books a card of the sandbox owner as play money', () => {
    expect(cardOf({ ...acmePerCall, owner: 'darkroom-sandbox' }).book).toBe('sandbox')
  })

  it.each([
    ['a number, whose decimals YAML would round', { ...acmePerCall, per_call: 0.03 }, 'quoted decimal'],
    ['a price of zero', { ...acmePerCall, per_call: '0.000' }, 'above zero'],
    ['a price finer than a nano-dollar', { ...acmePerCall, per_call: '0.0000000001' }, 'at most 9 decimals'],
    ['a negative price', { ...acmePerCall, per_call: '-1' }, 'at most 9 decimals'],
    ['a rate finer than a nano per token', { ...acmeTokens, rates: { ...acmeTokens.rates, text_in: '0.0625' } }, 'at most 3 decimals'],
    ['a missing image output rate', { ...acmeTokens, rates: { text_in: '5', image_in: '8' } }, 'quoted decimal'],
    [
      'cached input dearer than fresh',
      { ...acmeTokens, rates: { ...acmeTokens.rates, text_cached_in: '5.001' } },
      'no more than fresh input',
    ],
    [
      'text output dearer than image output',
      { ...acmeTokens, rates: { ...acmeTokens.rates, text_out: '31' } },
      'no more than image output',
    ],
    ['per-call and token prices on one card', { ...acmePerCall, rates: acmeTokens.rates }, 'rates'],
    ['another currency', { ...acmePerCall, currency: 'EUR' }, 'USD'],
    ['a discount of everything', { ...acmeTokens, markup_basis_points: -10_000 }, '-9999'],
    ['no source', { ...acmePerCall, source: '' }, 'source'],
    ['a day that does not exist', { ...acmePerCall, date: '2026-02-30' }, 'YYYY-MM-DD'],
  ])('refuses %s', (_, row, words) => {
    const result = priceCardSchema.safeParse(row)
    expect(result.success).toBe(false)
    expect(JSON.stringify(result.error?.issues)).toContain(words)
  })
})

describe('price cards of main models', () => {
  it.each([
    ['gpt-5.4', '2.50', '0.25', '15.00'],
    ['gpt-5.4-mini', '0.75', '0.075', '4.50'],
    ['gpt-5.4-nano', '0.20', '0.02', '1.25'],
    ['gpt-5.5', '5.00', '0.50', '30.00'],
  ])('price %s at $%s, $%s cached and $%s out per million', (model, freshIn, cachedIn, out) => {
    const perToken = (dollars: string) => parseUsd(dollars) / 1_000_000n
    for (const owner of ['openai', 'darkroom-sandbox'])
      expect(findMainModelCard(builtInMainModelCards, { model, owner, atMs: testDayMs })?.rates).toEqual({
        main_in: perToken(freshIn),
        main_cached_in: perToken(cachedIn),
        main_out: perToken(out),
        web_search: 10_000_000n,
      })
  })

  it('are dated, sourced and named apart, and play money stays in its own book', () => {
    const names = [...builtInMainModelCards, ...builtInPriceCards].map(priceCardName)
    expect(new Set(names).size).toBe(names.length)
    for (const card of builtInMainModelCards) {
      expect(card.source).toMatch(/20\d\d/)
      expect(card.book).toBe(card.owner === 'openai' ? 'provider' : 'sandbox')
    }
  })

  it('do not stand in for a snapshot nobody priced', () => {
    expect(findMainModelCard(builtInMainModelCards, { model: 'gpt-5.4-2026-03-05', owner: 'openai', atMs: testDayMs })).toBeNull()
  })

  const acmeMain = {
    id: 'acme-main',
    date: '2026-11-01',
    owner: 'acme',
    kind: 'main_model',
    models: ['gpt-5.4'],
    rates: { main_in: '3.00', main_cached_in: '0.30', main_out: '18', web_search: '0.012' },
    context_tokens: 270_000,
    source: 'contract 7',
  }

  it('are rows of the same list of darkroom.yaml as those of images', () => {
    const rows = z.array(anyPriceCardSchema).parse([acmePerCall, acmeMain, { ...acmeMain, rates: { main_in: '1', main_out: '2' } }])
    const { priceCards, mainModelCards } = priceListsFromRows(rows)
    expect(priceCards).toEqual([cardOf(acmePerCall)])
    expect(mainModelCards[0]).toMatchObject({
      kind: 'main_model',
      book: 'provider',
      rates: { main_in: 3000n, main_cached_in: 300n, main_out: 18_000n, web_search: 12_000_000n },
      contextTokens: 270_000,
      confidence: 'reported',
    })
    expect(mainModelCards[1]?.rates).toEqual({ main_in: 1000n, main_cached_in: null, main_out: 2000n, web_search: null })
    expect(findMainModelCard([...builtInMainModelCards, ...mainModelCards], { model: 'gpt-5.4', owner: 'acme', atMs: testDayMs })).toBe(
      mainModelCards[1],
    )
  })

  it.each([
    ['a price of zero', { ...acmeMain.rates, web_search: '0.00' }, 'above zero'],
    ['cached input dearer than fresh', { ...acmeMain.rates, main_cached_in: '3.01' }, 'no more than fresh input'],
    ['a rate of an image bucket', { ...acmeMain.rates, image_out: '30' }, 'image_out'],
  ])('refuse %s', (_, rates, words) => {
    const result = mainModelCardSchema.safeParse({ ...acmeMain, rates })
    expect(JSON.stringify(result.error?.issues)).toContain(words)
  })
})
