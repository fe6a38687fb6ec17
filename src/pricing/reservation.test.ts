import fc from 'fast-check'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { expect, it } from 'vitest'
import type { ImageRequest, PixelSize } from '../contract/image-request.ts'
import type { ModelRow, Quality } from '../contract/model-row.ts'
import type { UsageSource } from '../contract/usage.ts'
import { charge } from './charge.ts'
import { estimate } from './estimate.ts'
import { estimatedUsage } from './estimated-usage.ts'
import { imageRequest, models, officialCard, testDayMs, usageOf } from './test-support.ts'

/** Tokens of one picture by a second, independent calculation, in one of the roundings a meter may use. */
function meteredTokens(model: ModelRow, quality: Quality, size: PixelSize, n: number, rounding: number): number {
  if (model.tokenFormula === 'gpt-image-1') {
    const row = { low: [272, 408, 400], medium: [1056, 1584, 1568], high: [4160, 6240, 6208] }[quality as 'low' | 'medium' | 'high']
    return n * row[size.width === size.height ? 0 : size.width < size.height ? 1 : 2]!
  }
  const bases =
    model.tokenFormula === 'gpt-image-2' ? { low: 16, medium: 48, high: 96 } : { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 }
  const base = bases[quality as keyof typeof bases]!
  const ratio = Math.min(size.width, size.height) / Math.max(size.width, size.height)
  const short =
    rounding === 0 ? Math.floor(base * ratio + 0.5) : rounding === 1 ? Math.ceil(base * ratio - 0.5) : Math.round(base / (1 / ratio))
  const known = Math.ceil((n * base * short * (2_000_000 + size.width * size.height)) / 4_000_000)
  if (model.tokenFormula !== 'unknown') return known
  return Math.ceil(known * { low: 4.2, medium: 4, high: 1.01, xhigh: 1.86, max: 1.01 }[quality])
}

/** Input image tokens by the measured rule, in doubles as the measuring tool had it. */
function meteredInputTokens({ width, height }: PixelSize): number {
  const long = Math.max(width, height)
  const scale = Math.min(1, Math.max(0.5, 512 / long))
  const scaledWidth = Math.max(width, long / 3) * scale
  const scaledHeight = Math.max(height, long / 3) * scale
  const columns = Math.ceil(scaledWidth / 16 - 1e-9)
  const rows = Math.ceil(scaledHeight / 16 - 1e-9)
  if (columns * rows <= 1536) return columns * rows
  return Math.floor(Math.sqrt((1536 * scaledWidth) / scaledHeight)) * Math.floor(Math.sqrt((1536 * scaledHeight) / scaledWidth))
}

const corpus = 'A red fox at dusk, 35 mm film. 夜の路地、雨。看板は「居酒屋」。画一只撑伞的猫，水墨。 Größe: 4:3 — café 🦊\n'
  .repeat(400)
  .slice(0, 32_000)
const isLegal = ({ width, height }: PixelSize) =>
  Math.max(width, height) <= 3 * Math.min(width, height) && width * height >= 655_360 && width * height <= 8_294_400
const legalSize = fc
  .tuple(fc.integer({ min: 30, max: 240 }), fc.integer({ min: 30, max: 240 }))
  .map(([across, down]) => ({ width: across * 16, height: down * 16 }))
  .filter(isLegal)
const listedSize = fc.constantFrom({ width: 1024, height: 1024 }, { width: 1024, height: 1536 }, { width: 1536, height: 1024 })
const autoSize = fc.double({ min: 1 / 3, max: 3, noNaN: true }).map((aspect) => ({
  width: Math.round(Math.sqrt(1_572_864 * aspect)),
  height: Math.round(Math.sqrt(1_572_864 / aspect)),
}))

const call = fc.constantFrom(...Object.values(models)).chain((model) =>
  fc.record({
    model: fc.constant(model),
    sizeIsAuto: fc.boolean(),
    qualityIsAuto: fc.boolean(),
    /** What upstream makes of the request: a size and quality of its own where it says `auto`. */
    legalSize: model.sizes === 'free' ? legalSize : listedSize,
    autoSize: model.sizes === 'free' ? autoSize : listedSize,
    quality: fc.constantFrom(...model.qualities),
    n: fc.integer({ min: 1, max: 10 }),
    partialImages: fc.integer({ min: 0, max: 3 }),
    promptLength: fc.oneof(
      { weight: 60, arbitrary: fc.integer({ min: 1, max: 400 }) },
      { weight: 1, arbitrary: fc.integer({ min: 401, max: 32_000 }) },
    ),
    inputImages: fc.array(fc.record({ width: fc.integer({ min: 1, max: 9000 }), height: fc.integer({ min: 1, max: 9000 }) }), {
      maxLength: 16,
    }),
    rounding: fc.integer({ min: 0, max: 2 }),
    previewsThatCome: fc.double({ min: 0, max: 1, noNaN: true }),
    previewsAreInUsage: fc.boolean(),
    batch: fc.boolean(),
    markupBasisPoints: fc.oneof(fc.constant(0), fc.integer({ min: -5000, max: 5000 })),
    legacyTextOut: fc.integer({ min: 0, max: 500 }),
    usageSource: fc.constantFrom<UsageSource>('upstream', 'upstream_without_details', 'estimated'),
  }),
)
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never

/** The usage a meter could report for the call, by the second calculation. */
function meteredUsage(made: Call, request: ImageRequest, size: PixelSize, previews: number) {
  const { model, n, quality, inputImages } = made
  const legacy = model.tokenFormula === 'gpt-image-1'
  const textPerImage = legacy ? 45 : model.tokenFormula === 'gpt-image-2' ? 0 : 10
  const textOut = legacy ? n * made.legacyTextOut : 0
  const withDetails = made.usageSource === 'upstream'
  const imageIn = legacy ? inputImages.length * 65 : inputImages.reduce((total, image) => total + meteredInputTokens(image), 0)
  return usageOf({
    text_in: n * (countTokens(request.prompt) + 6 + textPerImage * inputImages.length),
    image_in: n * imageIn,
    image_out:
      meteredTokens(model, quality, size, n, made.rounding) + (made.previewsAreInUsage ? previews * 100 : 0) + (withDetails ? 0 : textOut),
    text_out: withDetails ? textOut : 0,
    partial_images: previews,
  })
}

it('the reservation covers the charge of any legal request, however upstream reads it', async () => {
  await fc.assert(
    fc.asyncProperty(call, async (made) => {
      const { model, n, inputImages, partialImages } = made
      const size = made.sizeIsAuto ? made.autoSize : made.legalSize
      const card = { ...officialCard(model.id), markupBasisPoints: made.markupBasisPoints }
      const lane = made.batch && card.batchRates ? 'batch' : 'standard'
      const request = imageRequest({
        model,
        n,
        partialImages,
        operation: inputImages.length > 0 ? 'edit' : 'generate',
        prompt: corpus.slice(0, made.promptLength),
        size: made.sizeIsAuto ? 'auto' : size,
        quality: made.qualityIsAuto ? 'auto' : made.quality,
        stream: partialImages > 0,
      })
      const before = await estimate({ request, inputImages, card, autoQuality: null, atMs: testDayMs, lane })
      const previews = Math.round(n * partialImages * made.previewsThatCome)
      const { usageSource } = made
      const usage =
        usageSource === 'estimated'
          ? await estimatedUsage({ request, inputImages, images: n, previews, quality: made.quality, size, autoQuality: null })
          : meteredUsage(made, request, size, previews)
      const after = charge({ usage, usageSource, card, images: n, previews, lane })

      expect(before.reserve).toBeGreaterThanOrEqual(after.total)
      expect(after.total).toBeGreaterThan(0n)
      expect(before.low).toBeGreaterThan(0n)
      expect(before.low).toBeLessThanOrEqual(before.expected)
      expect(before.expected).toBeLessThanOrEqual(before.high)
      expect(before.high).toBeLessThanOrEqual(before.reserve)
      expect(after.lines.reduce((total, line) => total + line.nanos, 0n)).toBe(after.total)
      for (const amount of [before.low, before.reserve, after.total, after.previewsNanos]) expect(typeof amount).toBe('bigint')
    }),
    { numRuns: 10_000, seed: 20_261_120 },
  )
})
