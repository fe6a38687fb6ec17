import { describe, expect, it } from 'vitest'
import { formatUsd } from '../primitives/money.ts'
import { estimateResponse, type ResponseEstimate, type ResponseEstimateInput } from './estimate-response.ts'
import type { PerCallPriceCard } from './price-card.ts'
import { oneDollar, responseCall, responseCards } from './response-test-support.ts'
import { imageRequest, models, officialCard, testDayMs } from './test-support.ts'

const estimateOf = (call = responseCall(), changes: Partial<ResponseEstimateInput> = {}) =>
  estimateResponse({ call, cards: responseCards(call), ceiling: oneDollar, autoQuality: null, atMs: testDayMs, ...changes })
const readings = ({ low, expected, high, reserve }: ResponseEstimate) => [low, expected, high, reserve].map(formatUsd)

describe('the estimate of a Responses call', () => {
  it('prices both books, a line for every bucket under the card that prices it', async () => {
    const result = await estimateOf()
    expect(result.lines).toEqual({
      low: [
        { bucket: 'main_in', tokens: 2, nanos: 5_000n, card: 'openai-gpt-5.4@2026-04-01' },
        { bucket: 'main_out', tokens: 16, nanos: 240_000n, card: 'openai-gpt-5.4@2026-04-01' },
      ],
      expected: [
        { bucket: 'main_in', tokens: 2_902, nanos: 7_255_000n, card: 'openai-gpt-5.4@2026-04-01' },
        { bucket: 'main_out', tokens: 1_250, nanos: 18_750_000n, card: 'openai-gpt-5.4@2026-04-01' },
        { bucket: 'text_in', tokens: 230, nanos: 1_150_000n, card: 'openai-gpt-image-2@2026-04-21' },
        { bucket: 'image_out', tokens: 196, nanos: 5_880_000n, card: 'openai-gpt-image-2@2026-04-21' },
      ],
      high: [
        { bucket: 'main_in', tokens: 8_004, nanos: 20_010_000n, card: 'openai-gpt-5.4@2026-04-01' },
        { bucket: 'main_out', tokens: 16_000, nanos: 240_000_000n, card: 'openai-gpt-5.4@2026-04-01' },
        { bucket: 'text_in', tokens: 2_008, nanos: 10_040_000n, card: 'openai-gpt-image-2@2026-04-21' },
        { bucket: 'image_out', tokens: 196, nanos: 5_880_000n, card: 'openai-gpt-image-2@2026-04-21' },
      ],
    })
    expect(readings(result)).toEqual(['0.000245', '0.033035', '0.27593', '1'])
    expect(result).toMatchObject({ mainModel: 'gpt-5.4', model: 'gpt-image-2', promise: 'none', mainModelPriced: true })
  })

  it('holds more than the ceiling where one picture and the allowed output may cost more', async () => {
    const result = await estimateOf(responseCall({ maxOutputTokens: 100_000 }))
    expect(result.reserve).toBe(result.high)
    expect(formatUsd(result.reserve)).toBe('1.53593')
  })

  it('counts no more output than the call allows', async () => {
    const result = await estimateOf(responseCall({ maxOutputTokens: 200 }))
    expect(result.mainTokens.main_out).toBe(200)
    expect(result.lines.high.find((line) => line.bucket === 'main_out')?.tokens).toBe(200)
  })

  it('counts a picture in the cheapest reading only when the call forces one', async () => {
    const forced = await estimateOf(responseCall({ toolForced: true }))
    expect(forced.lines.low.map((line) => line.bucket)).toEqual(['main_in', 'main_out', 'text_in', 'image_out'])
  })

  it('lets both models read the input pictures', async () => {
    const { lines } = await estimateOf(responseCall({ inputImages: [{ width: 1024, height: 1024 }] }))
    expect(lines.expected.find((line) => line.bucket === 'image_in')?.tokens).toBe(1_024)
    expect(lines.expected[0]).toMatchObject({ bucket: 'main_in', tokens: 2 + 2_900 + 1_024 })
  })

  it('stands at the ceiling for a main model without a price, and holds the picture beside it', async () => {
    const result = await estimateOf(responseCall({ mainModel: 'gpt-9' }))
    expect(result.lines.low).toEqual([{ bucket: 'main_unpriced', tokens: 18, nanos: oneDollar, card: null }])
    expect(readings(result)).toEqual(['1', '1.00703', '1.01592', '1.01592'])
    expect(result).toMatchObject({ promise: 'none', mainModelPriced: false, cards: { main: null } })
    expect(result.assumptions[0]).toContain('gpt-9')
  })

  it('prices a call without image tool by its main model alone', async () => {
    const result = await estimateOf(responseCall({ tool: null }))
    expect(result).toMatchObject({ model: null, toolTokens: null, perQuality: {}, cards: { image: null } })
    expect(result.lines.expected.map((line) => line.bucket)).toEqual(['main_in', 'main_out'])
  })

  it('shows what each quality would cost with the main model around it', async () => {
    const { perQuality } = await estimateOf()
    expect(Object.entries(perQuality).map(([quality, nanos]) => [quality, formatUsd(nanos)])).toEqual([
      ['low', '0.033035'],
      ['medium', '0.079835'],
      ['high', '0.237875'],
    ])
  })

  it('reserves a model of unknown formula with its guards', async () => {
    const call = responseCall({ tool: imageRequest({ operation: 'respond', model: models['gpt-image-2.6-flare'] }) })
    const result = await estimateOf(call, { ceiling: 1n })
    expect(result.formulaKnown).toBe(false)
    expect(result.reserve).toBeGreaterThan(result.high)
  })

  it('takes the one price of a card per call, whatever the picture', async () => {
    const { id, date, owner, currency, models: priced, markupBasisPoints, book, source, confidence } = officialCard('gpt-image-2')
    const base = { id, date, owner, currency, models: priced, markupBasisPoints, book, source, confidence }
    const perImage: PerCallPriceCard = { ...base, kind: 'per_call', perCallNanos: 30_000_000n, perCallUnit: 'image' }
    const call = responseCall()
    const cards = responseCards(call)
    expect(readings(await estimateOf(call, { cards: { ...cards, image: perImage } }))).toEqual(['0.000245', '0.056005', '0.29001', '1'])
    const perCall = await estimateOf(call, { cards: { ...cards, image: { ...perImage, perCallUnit: 'call' } } })
    expect(formatUsd(perCall.low)).toBe('0.030245')
  })

  it('says what it could not count', async () => {
    const call = responseCall({ hasUncountedInput: true, hasOtherTools: true, serviceTier: 'priority' })
    const said = (await estimateOf(call)).assumptions.join('\n')
    for (const words of ['Earlier turns', 'web searches', 'priority', 'booked in full', '270000 input tokens'])
      expect(said).toContain(words)
    expect((await estimateOf()).assumptions.join('\n')).not.toMatch(/Earlier turns|web searches|service tier/)
  })

  it.each([
    ['without a card for the image model', { image: null }, testDayMs],
    ['before a card is in force', {}, Date.parse('2026-03-31T23:59:59Z')],
  ])('is refused %s', async (_case, cards, atMs) => {
    const call = responseCall()
    await expect(estimateOf(call, { cards: { ...responseCards(call), ...cards }, atMs })).rejects.toMatchObject({
      code: 'price_not_configured',
      outcome: 'not_charged',
    })
  })
})
