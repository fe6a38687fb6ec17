import { describe, expect, it } from 'vitest'
import type { ImageRequest } from '../contract/image-request.ts'
import type { Quality } from '../contract/model-row.ts'
import { formatUsd } from '../primitives/money.ts'
import { type EstimateInput, estimate } from './estimate.ts'
import type { PerCallPriceCard, TokenPriceCard } from './price-card.ts'
import vectors from './price-vectors.json' with { type: 'json' }
import { imageRequest, modelRow, models, officialCard, pixels, testDayMs } from './test-support.ts'

const estimateOf = (request: Partial<ImageRequest>, rest: Partial<EstimateInput> = {}) => {
  const whole = imageRequest(request)
  const common = { inputImages: [], autoQuality: null, atMs: testDayMs }
  return estimate({ ...common, request: whole, card: rest.card ?? officialCard(whole.model.id), ...rest })
}

const square = pixels('1024x1024')
const flareEdit: Partial<ImageRequest> = { operation: 'edit', model: models['gpt-image-2.5-flare'], quality: 'high' }

describe('whole calls', () => {
  it('(a) gpt-image-2, 1024x1024 low: 8 text and 196 image tokens, $0.00592', async () => {
    const result = await estimateOf({})
    expect(result.tokens).toEqual({ text_in: 8, image_in: 0, image_out: 196, text_out: 0, partial_images: 0 })
    expect(result.perBucket).toEqual([
      { bucket: 'text_in', tokens: 8, nanos: 40_000n },
      { bucket: 'image_out', tokens: 196, nanos: 5_880_000n },
    ])
    for (const amount of [result.low, result.expected, result.high, result.reserve]) expect(formatUsd(amount)).toBe('0.00592')
    expect(result).toMatchObject({ promise: 'token', formulaKnown: true, assumptions: [], lane: 'standard' })
  })

  it('(b) gpt-image-2.5-flare edit of one 1024x1024 image, high: $0.060962', async () => {
    const result = await estimateOf(flareEdit, { inputImages: [square] })
    expect(result.tokens).toMatchObject({ text_in: 18, image_in: 1024, image_out: 1756 })
    expect(formatUsd(result.expected)).toBe('0.060962')
    expect(result.reserve).toBe(result.expected)
  })

  it('(c) the same with n = 2: inputs count twice, $0.121924', async () => {
    const result = await estimateOf({ ...flareEdit, n: 2 }, { inputImages: [square] })
    expect(result.tokens).toMatchObject({ text_in: 36, image_in: 2048, image_out: 3512 })
    expect(formatUsd(result.expected)).toBe('0.121924')
  })

  it('(d) call (a) streamed with 2 previews: $0.01192 if both come, $0.00592 if none', async () => {
    const result = await estimateOf({ stream: true, partialImages: 2 })
    expect(result.tokens?.partial_images).toBe(200)
    expect([result.low, result.expected, result.high, result.reserve].map(formatUsd)).toEqual(['0.00592', '0.01192', '0.01192', '0.01192'])
    expect(result.perBucket.at(-1)).toEqual({ bucket: 'partial_images', tokens: 200, nanos: 6_000_000n })
  })

  it('call (a) in a batch: $0.00296', async () => {
    expect(formatUsd((await estimateOf({}, { lane: 'batch' })).expected)).toBe('0.00296')
  })

  it.each(vectors.output.filter((row) => row.model !== 'gpt-image-2.6-flare'))(
    '$model $size $quality ×$n: $nanos nanos of image output',
    async (row) => {
      const model = models[row.model as keyof typeof models]
      const result = await estimateOf({ model, size: pixels(row.size), quality: row.quality as Quality, n: row.n })
      expect(result.perBucket.find((line) => line.bucket === 'image_out')?.nanos).toBe(BigInt(row.nanos))
    },
  )
})

describe('quality auto', () => {
  it('is expected as low on gpt-image-2, held at the dearest, bounded by the cheapest', async () => {
    const result = await estimateOf({ quality: 'auto' })
    expect([result.low, result.expected, result.high, result.reserve].map(formatUsd)).toEqual(['0.00592', '0.00592', '0.21076', '0.21076'])
    expect(Object.entries(result.perQuality).map(([quality, nanos]) => [quality, formatUsd(nanos)])).toEqual([
      ['low', '0.00592'],
      ['medium', '0.05272'],
      ['high', '0.21076'],
    ])
  })

  it('is held at what the project chose, and says that a dearer answer is charged', async () => {
    const result = await estimateOf({ quality: 'auto' }, { autoQuality: 'medium' })
    expect(formatUsd(result.reserve)).toBe('0.05272')
    expect(formatUsd(result.high)).toBe('0.21076')
    expect(result.assumptions.join(' ')).toContain('charged in full')
  })

  it('ignores a choice the model does not have', async () => {
    expect(formatUsd((await estimateOf({ quality: 'auto' }, { autoQuality: 'max' })).reserve)).toBe('0.21076')
  })

  it('is expected at what is held where nobody has seen what it becomes', async () => {
    const dearest = await estimateOf({ model: models['gpt-image-2.5-flare'], quality: 'auto' })
    expect(dearest.expected).toBe(dearest.reserve)
    const chosen = await estimateOf({ model: models['gpt-image-2.5-flare'], quality: 'auto' }, { autoQuality: 'medium' })
    expect(chosen.tokens?.image_out).toBe(439)
  })
})

describe('size auto', () => {
  it('is expected as measured for a generation and held at the square of the band plus a tenth', async () => {
    const result = await estimateOf({ size: 'auto' })
    expect(result.tokens?.image_out).toBe(186)
    expect(result.reserve).toBe(40_000n + 252n * 30_000n)
    expect(result.high).toBe(40_000n + 229n * 30_000n)
    expect(result.low).toBeLessThan(result.expected)
  })

  it.each([
    ['1024x1024', 229],
    ['1920x1080', 129],
    ['160x90', 129],
  ])('of an edit follows its first image: %s gives %i tokens', async (image, tokens) => {
    const result = await estimateOf({ operation: 'edit', size: 'auto' }, { inputImages: [pixels(image), pixels('2000x1000')] })
    expect(result.tokens?.image_out).toBe(tokens)
  })

  it('on a model of listed sizes is the dearest of the list, with no tenth', async () => {
    const result = await estimateOf({ model: models['gpt-image-1.5'], size: 'auto', quality: 'high' })
    expect(result.tokens?.image_out).toBe(4160)
    expect(result.reserve).toBe(40_000n + (6240n + 640n) * 32_000n)
  })
})

describe('what is not known', () => {
  it('estimates 2.6 with a margin, adds 5 % to the reservation and says so', async () => {
    const result = await estimateOf({ model: models['gpt-image-2.6-flare'], size: pixels('1536x1024') })
    expect(result.formulaKnown).toBe(false)
    expect(result.tokens?.image_out).toBe(664)
    expect(result.high).toBe(40_000n + 711n * 30_000n)
    expect(result.reserve).toBe((result.high * 105n + 99n) / 100n)
    expect(result.assumptions[0]).toContain('No token formula is known')
  })

  it('holds a mask as an input image without expecting it', async () => {
    const result = await estimateOf({ operation: 'edit' }, { inputImages: [square], maskImages: [square] })
    expect(result.tokens?.image_in).toBe(1024)
    expect(result.reserve - result.expected).toBe(1024n * 8_000n)
  })

  it('holds the larger count at a rounding tie and names both', async () => {
    const result = await estimateOf({ size: pixels('1024x672') })
    expect(result.tokens?.image_out).toBe(108)
    expect(result.reserve).toBe(40_000n + 119n * 30_000n)
    expect(result.assumptions[0]).toContain('108 or 119')
  })

  it('counts the text that older models write: prices of gpt-image-1-mini come out as published', async () => {
    for (const { size, quality, publishedUsd } of vectors.mini) {
      const result = await estimateOf({ model: models['gpt-image-1-mini'], size: pixels(size), quality: quality as Quality })
      const output = result.perBucket.filter((line) => line.bucket !== 'text_in').reduce((total, line) => total + line.nanos, 0n)
      expect((Number(output) / 1e9).toFixed(3)).toBe(publishedUsd)
    }
  })

  it.each([
    ['a formula that is not known', { model: models['gpt-image-2.6-flare'] }, {}],
    ['text output that is guessed', { model: models['gpt-image-1-mini'] }, {}],
    ['quality auto held below the dearest', { quality: 'auto' }, { autoQuality: 'low' }],
    ['a main model beside the tool', { operation: 'respond' }, {}],
  ] as [string, Partial<ImageRequest>, Partial<EstimateInput>][])('promises nothing for %s, and says why', async (_, request, rest) => {
    const result = await estimateOf(request, rest)
    expect(result.promise).toBe('none')
    expect(result.assumptions).not.toEqual([])
  })

  it('promises nothing where the owner does not say what failed calls cost', async () => {
    expect(await estimateOf({}, { billingKnown: false })).toMatchObject({
      promise: 'none',
      assumptions: [expect.stringContaining('failed calls')],
    })
  })
})

describe('per-call cards', () => {
  const perCall: PerCallPriceCard = {
    id: 'acme',
    date: '2026-11-01',
    owner: 'acme',
    currency: 'USD',
    models: ['gpt-image-2'],
    markupBasisPoints: 0,
    book: 'provider',
    source: 'test',
    confidence: 'confirmed',
    kind: 'per_call',
    perCallNanos: 30_000_000n,
    perCallUnit: 'call',
  }

  it('never add token prices: every reading is the price of the call', async () => {
    const result = await estimateOf(
      { quality: 'auto', size: 'auto', n: 4, stream: true, partialImages: 3 },
      { card: perCall, inputImages: [square] },
    )
    for (const amount of [result.low, result.expected, result.high, result.reserve, ...Object.values(result.perQuality)])
      expect(amount).toBe(30_000_000n)
    expect(result).toMatchObject({ tokens: null, promise: 'per_call', perBucket: [{ bucket: 'per_call', nanos: 30_000_000n }] })
  })

  it('count pictures where the card says so, with the markup', async () => {
    const result = await estimateOf({ n: 4 }, { card: { ...perCall, perCallUnit: 'image', markupBasisPoints: 1000 } })
    expect(result.expected).toBe(132_000_000n)
  })

  it('have no batch price', async () => {
    await expect(estimateOf({}, { card: perCall, lane: 'batch' })).rejects.toMatchObject({ code: 'price_not_configured' })
  })
})

describe('refused as unpriced, never zero', () => {
  const withoutImageIn: TokenPriceCard = { ...officialCard('gpt-image-2'), rates: { ...officialCard('gpt-image-2').rates, image_in: null } }
  const noQuality = modelRow('gpt-image-9', 'gpt-image-2', { qualities: ['max'] })
  const noSize = modelRow('gpt-image-9', 'gpt-image-1', { sizes: ['auto'] })
  const cases: [string, Partial<ImageRequest>, Partial<EstimateInput>][] = [
    ['a bucket without a rate that has tokens', { operation: 'edit' }, { card: withoutImageIn, inputImages: [square] }],
    ['a batch of 2.6', { model: models['gpt-image-2.6-flare'] }, { lane: 'batch' }],
    ['a quality the formula lacks', { quality: 'xhigh' }, {}],
    ['quality auto on a model without a countable quality', { model: noQuality, quality: 'auto' }, { card: officialCard('gpt-image-2') }],
    ['a size the table lacks', { model: models['gpt-image-1.5'], size: pixels('2048x2048') }, {}],
    ['size auto on a model without a size', { model: noSize, size: 'auto' }, { card: officialCard('gpt-image-2') }],
    ['gif frames', { model: models['gpt-image-2.6-flare'], outputFormat: 'gif' }, {}],
    ['an svg author', { model: models['gpt-image-2.6-flare'], outputFormat: 'svg' }, {}],
    ['a card that is not in force yet', {}, { atMs: Date.parse('2026-04-20T00:00:00Z') }],
  ]
  it.each(cases)('%s', async (_, request, rest) => {
    await expect(estimateOf(request, rest)).rejects.toMatchObject({ code: 'price_not_configured', outcome: 'not_charged' })
  })

  it('but a card without an image input rate prices a generation', async () => {
    expect(formatUsd((await estimateOf({}, { card: withoutImageIn })).expected)).toBe('0.00592')
  })
})
