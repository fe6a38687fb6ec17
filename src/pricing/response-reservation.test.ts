import fc from 'fast-check'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { expect, it } from 'vitest'
import type { PixelSize } from '../contract/image-request.ts'
import type { ResponseUsage } from '../contract/response-usage.ts'
import { chargeResponse } from './charge-response.ts'
import { estimateResponse } from './estimate-response.ts'
import { inputImageTokens } from './input-tokens.ts'
import { outputTokenCandidates } from './output-tokens.ts'
import { responseCall, responseCards, responseUsage } from './response-test-support.ts'
import { imageRequest, models, testDayMs, usageOf } from './test-support.ts'

const corpus = 'Draw a red fox at dusk. 夜の路地、雨。画一只撑伞的猫。 Größe: 4:3 — café 🦊\n'.repeat(60)
const side = fc.integer({ min: 1, max: 6000 })
const legalSize = fc
  .tuple(fc.integer({ min: 30, max: 240 }), fc.integer({ min: 30, max: 240 }))
  .map(([across, down]): PixelSize => ({ width: across * 16, height: down * 16 }))
  .filter(({ width, height }) => {
    return Math.max(width, height) <= 3 * Math.min(width, height) && width * height >= 655_360 && width * height <= 8_294_400
  })
const share = fc.double({ min: 0, max: 1, noNaN: true })

const made = fc.constantFrom(models['gpt-image-2'], models['gpt-image-2.5-flare']).chain((model) =>
  fc.record({
    mainModel: fc.constantFrom('gpt-5.4', 'gpt-5.4-mini', 'gpt-5.4-nano', 'gpt-5.5'),
    model: fc.constant(model),
    quality: fc.constantFrom(...model.qualities),
    qualityIsAuto: fc.boolean(),
    size: legalSize,
    textLength: fc.integer({ min: 1, max: 3_000 }),
    inputImages: fc.array(fc.record({ width: side, height: side }), { maxLength: 5 }),
    maxOutputTokens: fc.option(fc.integer({ min: 16, max: 200_000 })),
    ceiling: fc.bigInt({ min: 1n, max: 2_000_000_000n }),
    partialImages: fc.integer({ min: 0, max: 3 }),
    previewsAreInUsage: fc.boolean(),
    hiddenTokens: fc.integer({ min: 0, max: 8_000 }),
    timesRead: fc.integer({ min: 1, max: 2 }),
    imagePatchFactor: fc.constantFrom(1, 1.2, 1.62),
    outputShare: share,
    cachedShare: share,
    writtenTokens: fc.integer({ min: 0, max: 2_000 }),
    draws: fc.boolean(),
    toolIsMetered: fc.boolean(),
    mainIsMetered: fc.boolean(),
  }),
)
type Made = typeof made extends fc.Arbitrary<infer T> ? T : never

/** The usage upstream could report for the call, within the bounds that the estimate states. */
function upstreamUsage(call: Made, text: string): ResponseUsage {
  const patches = (image: PixelSize) => Math.min(10_000, Math.ceil(image.width / 32) * Math.ceil(image.height / 32)) * call.imagePatchFactor
  const read = countTokens(text) + call.inputImages.reduce((sum, image) => sum + Math.ceil(patches(image)), 0)
  const inputTokens = call.timesRead * read + call.hiddenTokens
  const main = {
    inputTokens,
    cachedTokens: Math.floor(inputTokens * call.cachedShare),
    cacheWriteTokens: null,
    outputTokens: Math.floor((call.maxOutputTokens ?? 16_000) * call.outputShare),
    reasoningTokens: null,
  }
  const textPerImage = call.model.tokenFormula === 'gpt-image-2' ? 0 : 10
  const textIn = countTokens(text) + 6 + textPerImage * call.inputImages.length + call.writtenTokens
  const imageIn = call.inputImages.reduce((sum, image) => sum + inputImageTokens(call.model.tokenFormula, image, 'high'), 0)
  const picture = outputTokenCandidates(call.model.tokenFormula, call.quality, call.size, 1).largest
  const cachedText = Math.floor(textIn * call.cachedShare)
  const tool = usageOf({
    text_in: textIn - cachedText,
    text_cached_in: cachedText,
    image_in: imageIn,
    image_out: picture + (call.previewsAreInUsage ? call.partialImages * 100 : 0),
  })
  const noted = call.draws ? tool : usageOf({})
  return {
    ...responseUsage({}),
    main: call.mainIsMetered ? main : null,
    imageGen: call.toolIsMetered ? { usage: noted, source: 'upstream', cachedKnown: true } : null,
  }
}

it('the reservation covers every charge of one picture within the stated bounds, metered or estimated', async () => {
  await fc.assert(
    fc.asyncProperty(made, async (call) => {
      const text = corpus.slice(0, call.textLength)
      const tool = imageRequest({
        operation: 'respond',
        model: call.model,
        prompt: text,
        size: call.size,
        quality: call.qualityIsAuto ? 'auto' : call.quality,
        stream: call.partialImages > 0,
        partialImages: call.partialImages,
      })
      const { mainModel, inputImages, maxOutputTokens, ceiling } = call
      const asked = responseCall({ mainModel, texts: [text], inputImages, maxOutputTokens, tool })
      const cards = responseCards(asked)
      const before = await estimateResponse({ call: asked, cards, ceiling, autoQuality: null, atMs: testDayMs })
      const after = await chargeResponse({
        usage: upstreamUsage(call, text),
        call: asked,
        cards,
        ceiling,
        imagesCompleted: call.draws ? [{ quality: call.quality, size: call.size, revisedPrompt: null }] : [],
        imagesFailed: 0,
        partials: call.draws ? call.partialImages : 0,
        autoQuality: null,
      })
      expect(before.reserve).toBeGreaterThanOrEqual(after.total)
      expect(before.reserve).toBeGreaterThanOrEqual(ceiling)
      const ordered = [0n, before.low, before.expected, before.high, before.reserve]
      expect(ordered.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))).toEqual(ordered)
      expect(after.lines.reduce((sum, line) => sum + line.nanos, 0n)).toBe(after.total)
      expect(after.mainModelNanos + after.toolNanos).toBe(after.total)
      expect(new Set(after.lines.map((line) => line.bucket)).size).toBe(after.lines.length)
    }),
    { numRuns: 2_000, seed: 20_261_121 },
  )
})

it('a project’s ceiling holds the unpriced main model and the picture beside it', async () => {
  const call = responseCall({ mainModel: 'gpt-9' })
  const cards = responseCards(call)
  await fc.assert(
    fc.asyncProperty(fc.bigInt({ min: 1n, max: 10n ** 10n }), fc.integer({ min: 0, max: 10 ** 9 }), async (ceiling, tokens) => {
      const { reserve } = await estimateResponse({ call, cards, ceiling, autoQuality: null, atMs: testDayMs })
      const main = { inputTokens: tokens, cachedTokens: null, cacheWriteTokens: null, outputTokens: tokens, reasoningTokens: null }
      const usage = responseUsage({ text_in: 236, image_out: 196 }, { main })
      const { total, mainModelNanos } = await chargeResponse({
        usage,
        call,
        cards,
        ceiling,
        imagesCompleted: [{ quality: 'low', size: { width: 1024, height: 1024 }, revisedPrompt: null }],
        imagesFailed: 0,
        partials: 0,
        autoQuality: null,
      })
      expect(mainModelNanos).toBe(ceiling)
      expect(total).toBeLessThanOrEqual(reserve)
    }),
  )
})
