import { describe, expect, it } from 'vitest'
import type { ImageRequest } from '../contract/image-request.ts'
import type { UsageSource } from '../contract/usage.ts'
import { formatUsd } from '../primitives/money.ts'
import { type ChargeInput, charge } from './charge.ts'
import { estimatedUsage, type ReplyWithoutUsage } from './estimated-usage.ts'
import type { PerCallPriceCard, TokenPriceCard } from './price-card.ts'
import { imageRequest, models, officialCard, pixels, usageOf } from './test-support.ts'

const chargeOf = (input: Partial<ChargeInput>) =>
  charge({
    usage: usageOf({ text_in: 8, image_out: 196 }),
    usageSource: 'upstream',
    card: officialCard('gpt-image-2'),
    images: 1,
    previews: 0,
    ...input,
  })

describe('charging by tokens', () => {
  it('prices every bucket at its own rate and shows no empty line', () => {
    const result = chargeOf({ usage: usageOf({ text_in: 18, image_in: 1024, image_out: 1756 }), card: officialCard('gpt-image-2.5-flare') })
    expect(result.lines).toEqual([
      { bucket: 'text_in', tokens: 18, nanos: 90_000n },
      { bucket: 'image_in', tokens: 1024, nanos: 8_192_000n },
      { bucket: 'image_out', tokens: 1756, nanos: 52_680_000n },
    ])
    expect(formatUsd(result.total)).toBe('0.060962')
    expect(result).toMatchObject({ previewsNanos: 0n, flags: [], unpriced: [], unpricedBound: 0n })
  })

  it('prices cached input and text output when usage shows them', () => {
    const result = chargeOf({ usage: usageOf({ text_cached_in: 100, image_cached_in: 1000, image_out: 1, text_out: 335 }) })
    expect(result.total).toBe(100n * 1250n + 1000n * 2000n + 30_000n + 335n * 10_000n)
  })

  it('halves everything in a batch', () => {
    expect(formatUsd(chargeOf({ lane: 'batch' }).total)).toBe('0.00296')
  })

  it('adds the markup of the owner to each line', () => {
    expect(chargeOf({ card: { ...officialCard('gpt-image-2'), markupBasisPoints: 2000 } }).total).toBe(7_104_000n)
  })

  it('lets usage win over previews: their cost is told, not added', () => {
    const result = chargeOf({ usage: usageOf({ text_in: 8, image_out: 396, partial_images: 2 }), previews: 2 })
    expect(formatUsd(result.total)).toBe('0.01192')
    expect(result.previewsNanos).toBe(6_000_000n)
    expect(result.lines.map((line) => line.bucket)).toEqual(['text_in', 'image_out'])
  })

  it('gives previews a line when usage was estimated', () => {
    const result = chargeOf({ usageSource: 'estimated', previews: 2 })
    expect(formatUsd(result.total)).toBe('0.01192')
    expect(result.lines.at(-1)).toEqual({ bucket: 'partial_images', tokens: 200, nanos: 6_000_000n })
    expect(result.flags).toEqual(['usage_estimated'])
  })

  it('flags tokens of a bucket without a rate and bounds what they may cost', () => {
    const card: TokenPriceCard = { ...officialCard('gpt-image-2'), rates: { ...officialCard('gpt-image-2').rates, text_out: null } }
    const result = chargeOf({ usage: usageOf({ image_out: 196, text_out: 50 }), card })
    expect(result.total).toBe(5_880_000n)
    expect(result).toMatchObject({ flags: ['unpriced_tokens'], unpriced: [{ bucket: 'text_out', tokens: 50 }], unpricedBound: 1_500_000n })
  })

  it.each([
    ['upstream', 1, 0, 'no_output_tokens'],
    ['upstream', 0, 196, 'no_images'],
    ['upstream_without_details', 1, 196, 'usage_without_details'],
  ] as const)('usage %s with %i pictures and %i output tokens is flagged %s', (usageSource: UsageSource, images, imageOut, flag) => {
    expect(chargeOf({ usage: usageOf({ image_out: imageOut }), usageSource, images }).flags).toEqual([flag])
  })

  it.each([1.5, -1, Number.NaN, 2 ** 60])('refuses %d tokens', (tokens) => {
    expect(() => chargeOf({ usage: usageOf({ image_out: tokens }) })).toThrowError(RangeError)
  })
})

describe('charging by call', () => {
  const { rates: _rates, batchRates: _batch, batchConfidence: _confidence, ...head } = officialCard('gpt-image-2')
  const card: PerCallPriceCard = { ...head, kind: 'per_call', owner: 'acme', perCallNanos: 30_000_000n, perCallUnit: 'call' }

  it('ignores tokens altogether', () => {
    const result = chargeOf({ card, usage: usageOf({ text_in: 9999, image_out: 99_999, text_out: 7 }), images: 4, previews: 3 })
    expect(result).toEqual({
      lines: [{ bucket: 'per_call', tokens: 0, nanos: 30_000_000n }],
      total: 30_000_000n,
      previewsNanos: 0n,
      flags: [],
      unpriced: [],
      unpricedBound: 0n,
    })
  })

  it('counts the pictures that came where the card says so', () => {
    expect(chargeOf({ card: { ...card, perCallUnit: 'image' }, images: 3 }).total).toBe(90_000_000n)
    expect(chargeOf({ card: { ...card, perCallUnit: 'image' }, images: 0 })).toMatchObject({ total: 0n, lines: [], flags: ['no_images'] })
  })
})

describe('usage of a reply that gave none', () => {
  const usageFor = (request: Partial<ImageRequest>, rest: Partial<ReplyWithoutUsage> = {}) =>
    estimatedUsage({
      request: imageRequest(request),
      inputImages: [],
      images: 1,
      previews: 0,
      quality: null,
      size: null,
      autoQuality: null,
      ...rest,
    })

  it('is the expected reading of the request, previews beside it', async () => {
    expect(await usageFor({ stream: true, partialImages: 3 }, { previews: 2 })).toEqual(
      usageOf({ text_in: 8, image_out: 196, partial_images: 2 }),
    )
  })

  it('takes quality and pixels from what came', async () => {
    const usage = await usageFor({ quality: 'auto', size: 'auto' }, { quality: 'medium', size: pixels('1254x1254') })
    expect(usage.image_out).toBe(2058)
  })

  it('counts the pictures that came, and all that were asked when none did', async () => {
    expect((await usageFor({ n: 4 }, { images: 2 })).image_out).toBe(391)
    expect((await usageFor({ n: 2 }, { images: 0 })).image_out).toBe(391)
  })

  it('falls back on the request when what came cannot be counted', async () => {
    const usage = await usageFor({ model: models['gpt-image-1.5'] }, { size: pixels('1254x1254') })
    expect(usage).toMatchObject({ image_out: 272, text_out: 320 })
  })
})
