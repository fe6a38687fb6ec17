import { describe, expect, it } from 'vitest'
import { readResponseUsage } from '../contract/response-usage.ts'
import { formatUsd } from '../primitives/money.ts'
import { chargeResponse } from './charge-response.ts'
import type { MainModelPriceCard } from './main-model-price-card.ts'
import type { PerCallPriceCard } from './price-card.ts'
import type { ResponseChargeInput } from './response-charge-input.ts'
import { catItem, oneDollar, recordedMain, responseCall, responseCards, responseCharge, responseUsage } from './response-test-support.ts'
import { imageRequest, officialCard, usageOf } from './test-support.ts'

const chargeOf = (changes: Partial<ResponseChargeInput> = {}) => chargeResponse(responseCharge(changes))
const amounts = (lines: readonly { bucket: string; tokens: number; nanos: bigint }[]) =>
  lines.map(({ bucket, tokens, nanos }) => [bucket, tokens, formatUsd(nanos)])
const unread = readResponseUsage({})
const mainCard = responseCards(responseCall()).main as MainModelPriceCard

describe('the charge of a Responses call', () => {
  it('keeps the two books apart, each bucket at its own rate', async () => {
    const tool = { text_in: 60, text_cached_in: 128, image_in: 1024, image_cached_in: 1024, image_out: 316, text_out: 10 }
    const result = await chargeOf({
      usage: responseUsage(tool, { webSearchRequests: 2 }),
      imagesCompleted: [catItem],
    })
    expect(amounts(result.lines)).toEqual([
      ['main_in', 1_021, '0.0025525'],
      ['main_cached_in', 1_920, '0.00048'],
      ['main_out', 1_249, '0.018735'],
      ['web_search', 2, '0.02'],
      ['text_in', 60, '0.0003'],
      ['text_cached_in', 128, '0.00016'],
      ['image_in', 1_024, '0.008192'],
      ['image_cached_in', 1_024, '0.002048'],
      ['image_out', 316, '0.00948'],
      ['text_out', 10, '0.0001'],
    ])
    expect([result.mainModelNanos, result.toolNanos, result.total].map(formatUsd)).toEqual(['0.0417675', '0.02028', '0.0620475'])
    expect(result).toMatchObject({ flags: [], unpriced: [], unpricedBound: 0n })
    expect(new Set(result.lines.map((line) => line.card))).toEqual(new Set(['openai-gpt-5.4@2026-04-01', 'openai-gpt-image-2@2026-04-21']))
  })

  it.each([
    ['gpt-5.4', '0.0217675'],
    ['gpt-5.4-mini', '0.00653025'],
    ['gpt-5.4-nano', '0.00180385'],
    ['gpt-5.5', '0.043535'],
  ])('prices the recorded call on %s at $%s', async (mainModel, usd) => {
    const call = responseCall({ mainModel })
    expect(formatUsd((await chargeOf({ call })).mainModelNanos)).toBe(usd)
  })

  it('books an unpriced main model at the ceiling, never at zero', async () => {
    const result = await chargeOf({ call: responseCall({ mainModel: 'gpt-9' }) })
    expect(amounts(result.lines)).toEqual([
      ['main_unpriced', 4_190, '1'],
      ['text_in', 236, '0.00118'],
      ['image_out', 196, '0.00588'],
    ])
    expect(result.flags).toEqual(['unpriced_main_model'])
  })

  it('estimates a main model whose usage is missing, and says so', async () => {
    const result = await chargeOf({ usage: responseUsage({ image_out: 196 }, { main: null }) })
    expect(amounts(result.lines).slice(0, 2)).toEqual([
      ['main_in', 2_902, '0.007255'],
      ['main_out', 1_250, '0.01875'],
    ])
    expect(result.flags).toEqual(['main_usage_estimated'])
  })

  it('counts all input as fresh where upstream does not say what was cached', async () => {
    const main = { ...recordedMain, cachedTokens: null }
    const imageGen = { usage: usageOf({ text_in: 236, image_out: 196 }), source: 'upstream', cachedKnown: false } as const
    const result = await chargeOf({ usage: responseUsage({}, { main, imageGen }) })
    expect(result.lines[0]).toMatchObject({ bucket: 'main_in', tokens: 2_941 })
    expect(result.flags).toEqual(['main_cached_unknown', 'tool_cached_unknown'])
  })

  it.each<[string, Partial<ResponseChargeInput>]>([
    ['other_service_tier', { usage: responseUsage({ image_out: 196 }, { serviceTier: 'priority' }) }],
    [
      'other_service_tier',
      { call: responseCall({ serviceTier: 'flex' }), usage: responseUsage({ image_out: 196 }, { serviceTier: null }) },
    ],
    ['context_beyond_card', { usage: responseUsage({ image_out: 196 }, { main: { ...recordedMain, inputTokens: 270_001 } }) }],
    ['cache_writes_as_fresh', { usage: responseUsage({ image_out: 196 }, { main: { ...recordedMain, cacheWriteTokens: 5 } }) }],
    [
      'web_search_unknown',
      { call: responseCall({ hasOtherTools: true }), usage: responseUsage({ image_out: 196 }, { webSearchRequests: null }) },
    ],
    ['usage_without_details', { usage: responseUsage({}, { imageGen: readWithoutDetails() }) }],
  ])('flags %s and prices on', async (flag, changes) => {
    const result = await chargeOf(changes)
    expect(result.flags).toEqual([flag])
    expect(result.total).toBeGreaterThan(0n)
  })

  it('believes the tier that answered, not the one that was asked', async () => {
    expect((await chargeOf({ call: responseCall({ serviceTier: 'flex' }) })).flags).toEqual([])
  })

  it('holds searches without a rate at the ceiling instead of booking them free', async () => {
    const card: MainModelPriceCard = { ...mainCard, rates: { ...mainCard.rates, web_search: null } }
    const call = responseCall()
    const usage = responseUsage({ image_out: 196 }, { webSearchRequests: 3 })
    const result = await chargeOf({ call, usage, cards: { ...responseCards(call), main: card } })
    expect(result).toMatchObject({ unpriced: [{ bucket: 'web_search', tokens: 3 }], unpricedBound: oneDollar })
    expect(result.flags).toEqual(['unpriced_web_search'])
  })

  it('counts cached input as fresh on a card without a cached price, with the markup of its owner', async () => {
    const card: MainModelPriceCard = { ...mainCard, markupBasisPoints: 1000, rates: { ...mainCard.rates, main_cached_in: null } }
    const call = responseCall()
    const { lines } = await chargeOf({ call, cards: { ...responseCards(call), main: card } })
    expect(lines[1]).toMatchObject({ bucket: 'main_cached_in', nanos: (1_920n * 2_500n * 11n) / 10n })
  })
})

describe('the image tool’s book, when upstream does not count it', () => {
  it('is counted from the pictures that came, in the size and quality they came in', async () => {
    const items = [catItem, { quality: 'high', size: { width: 1536, height: 1024 }, revisedPrompt: 'a cat' } as const]
    const result = await chargeOf({ usage: { ...unread, main: recordedMain }, imagesCompleted: items, partials: 2 })
    expect(amounts(result.lines).slice(3)).toEqual([
      ['text_in', 230 + 8, '0.00119'],
      ['image_out', 196 + 5_488, '0.17052'],
      ['partial_images', 200, '0.006'],
    ])
    expect(result.flags).toEqual(['usage_estimated'])
    expect(formatUsd(result.previewsNanos)).toBe('0.006')
  })

  it('is counted as asked where a picture echoes nothing', async () => {
    const item = { quality: null, size: null, revisedPrompt: null }
    const call = responseCall({ tool: imageRequest({ operation: 'respond', quality: 'medium' }) })
    const result = await chargeOf({ call, usage: unread, imagesCompleted: [item] })
    expect(result.lines.find((line) => line.bucket === 'image_out')?.tokens).toBe(1_756)
  })

  it('is estimated too where upstream’s counts are all zero although a picture came: it lost the record', async () => {
    const result = await chargeOf({ usage: responseUsage({}) })
    expect(result.flags).toEqual(['usage_estimated'])
    expect(formatUsd(result.toolNanos)).toBe('0.00703')
  })

  it('flags counts that are too low for the pictures that came', async () => {
    const result = await chargeOf({ imagesCompleted: [catItem, catItem] })
    expect(result.flags).toEqual(['tool_usage_incomplete'])
    expect(formatUsd(result.toolNanos)).toBe('0.00706')
  })

  it('costs nothing when the model chose to draw nothing', async () => {
    const result = await chargeOf({ usage: responseUsage({}), imagesCompleted: [] })
    expect(result).toMatchObject({ toolNanos: 0n, flags: [] })
  })

  it('is one picture as asked when the answer broke off before any came', async () => {
    const result = await chargeOf({ usage: unread, imagesCompleted: [], brokeOff: true })
    expect(formatUsd(result.toolNanos)).toBe('0.00703')
    expect(result.flags).toEqual(['main_usage_estimated', 'usage_estimated'])
    const came = await chargeOf({ usage: unread, imagesCompleted: [catItem, catItem], brokeOff: true })
    expect(formatUsd(came.toolNanos)).toBe('0.01406')
  })

  it('books the tokens of failed items where upstream counts them', async () => {
    const result = await chargeOf({ usage: responseUsage({ text_in: 236 }), imagesCompleted: [], imagesFailed: 1 })
    expect(formatUsd(result.toolNanos)).toBe('0.00118')
    expect(result.flags).toEqual(['no_images', 'failed_items'])
  })

  it('bounds what failed items cost where nobody counts them, and books nothing for them', async () => {
    const result = await chargeOf({ usage: responseUsage({}), imagesCompleted: [], imagesFailed: 2 })
    expect(result).toMatchObject({ toolNanos: 0n, flags: ['failed_items_unmetered', 'failed_items'] })
    expect(formatUsd(result.unpricedBound)).toBe('0.01406')
  })

  it('is bounded by the ceiling for a tool the call did not ask for', async () => {
    const result = await chargeOf({ call: responseCall({ tool: null }), imagesCompleted: [] })
    expect(result).toMatchObject({ toolNanos: 0n, unpricedBound: oneDollar, flags: ['unpriced_tokens'] })
    expect(result.unpriced).toEqual([
      { bucket: 'text_in', tokens: 236 },
      { bucket: 'image_out', tokens: 196 },
    ])
  })

  it('is one price a picture on a card of that kind', async () => {
    const { id, date, owner, currency, models, markupBasisPoints, book, source, confidence } = officialCard('gpt-image-2')
    const base = { id, date, owner, currency, models, markupBasisPoints, book, source, confidence }
    const image: PerCallPriceCard = { ...base, kind: 'per_call', perCallNanos: 30_000_000n, perCallUnit: 'image' }
    const call = responseCall()
    const cards = { ...responseCards(call), image }
    expect(formatUsd((await chargeOf({ call, cards, imagesCompleted: [catItem, catItem] })).toolNanos)).toBe('0.06')
    expect(formatUsd((await chargeOf({ call, cards, usage: unread })).toolNanos)).toBe('0.03')
  })
})

function readWithoutDetails() {
  const image_gen = { input_tokens: 236, output_tokens: 196, total_tokens: 432, cached_tokens: 0 }
  return readResponseUsage({ tool_usage: { image_gen } }).imageGen
}
