import { expect, test } from 'vitest'
import { ModelCatalogue } from '../../contract/model-catalogue.ts'
import type { Quality } from '../../contract/model-row.ts'
import { billFor } from './bill.ts'
import { textInputTokens } from './text-tokens.ts'
import { imageOutputTokens } from './token-formula.ts'
import { sharedCounts, usageReport } from './usage.ts'

const atMs = Date.UTC(2026, 10, 20)
const catalogue = new ModelCatalogue()
const model = (id: string) => catalogue.find(id, atMs)!.row
const pixels = (size: string) => ({ width: Number(size.split('x')[0]), height: Number(size.split('x')[1]) })
const square = { width: 1024, height: 1024 }

/** Published prices, calculator readings and metered calls, as the fact sheet lists them. */
const knownRows: [id: string, size: string, quality: Quality, tokens: number][] = [
  ['gpt-image-2', '1024x1024', 'low', 196],
  ['gpt-image-2', '1024x1024', 'medium', 1756],
  ['gpt-image-2', '1024x1024', 'high', 7024],
  ['gpt-image-2', '1536x1024', 'low', 158],
  ['gpt-image-2', '1024x1536', 'medium', 1372],
  ['gpt-image-2', '1536x1024', 'high', 5488],
  ['gpt-image-2', '1024x640', 'high', 3824],
  ['gpt-image-2', '2048x2048', 'low', 397],
  ['gpt-image-2', '2048x2048', 'high', 14_272],
  ['gpt-image-2', '2560x1440', 'high', 7370],
  ['gpt-image-2', '3072x1024', 'high', 3952],
  ['gpt-image-2', '3840x2160', 'low', 371],
  ['gpt-image-2', '3840x2160', 'high', 13_342],
  ['gpt-image-2', '1254x1254', 'low', 229],
  ['gpt-image-2', '1672x941', 'low', 129],
  ['gpt-image-2', '1122x1402', 'low', 186],
  ['gpt-image-2.5-flare', '1024x1024', 'medium', 439],
  ['gpt-image-2.5-flare', '1024x1024', 'high', 1756],
  ['gpt-image-2.5-sunburst', '1024x1024', 'xhigh', 3122],
  ['gpt-image-2.5-sunburst', '1024x1024', 'max', 7024],
  ['gpt-image-2.5-flare', '2880x2880', 'high', 5930],
  ['gpt-image-2.5-flare', '3840x2160', 'high', 3336],
  ['gpt-image-1.5', '1024x1536', 'high', 6240],
]

test.each(knownRows)('counts %s %s %s as %i output tokens', (id, size, quality, tokens) => {
  expect(imageOutputTokens(model(id), quality, pixels(size), 1)).toBe(tokens)
})

test('invents a price for a model of unknown formula: dearer at low, like 2.5 at high', () => {
  const [known, unknown] = [model('gpt-image-2.5-flare'), model('gpt-image-2.6-flare')]
  const at = (row: typeof known, quality: Quality) => imageOutputTokens(row, quality, square, 1)
  expect(at(unknown, 'low') / at(known, 'low')).toBeCloseTo(4.2, 1)
  expect(at(unknown, 'high')).toBe(at(known, 'high'))
})

test('rounds once for the whole call: two low squares are 391 tokens, not 392', () => {
  expect(imageOutputTokens(model('gpt-image-2'), 'low', square, 2)).toBe(391)
})

test('rounds a short side of exactly 10.5 to the even 10', () => {
  expect(imageOutputTokens(model('gpt-image-2'), 'low', { width: 1024, height: 672 }, 1)).toBe(108)
})

test('counts a prompt of two tokens as eight', async () => {
  expect(await textInputTokens('a cat')).toBe(8)
})

test('takes special tokens in a prompt for text', async () => {
  expect(await textInputTokens('<|endoftext|>')).toBeGreaterThan(7)
})

test('charges the plain call 0.00592 dollars, and 0.01192 with two previews', async () => {
  const work = { model: model('gpt-image-2'), prompt: 'a cat', inputSizes: [], size: square, quality: 'low', n: 1 } as const
  expect((await billFor({ ...work, previews: 0 })).nanos).toBe(5_920_000n)
  expect((await billFor({ ...work, previews: 2 })).nanos).toBe(11_920_000n)
})

test('charges the input once for every picture', async () => {
  const bill = await billFor({
    model: model('gpt-image-2.5-flare'),
    prompt: 'a cat',
    inputSizes: [],
    size: square,
    quality: 'high',
    n: 2,
    previews: 0,
  })
  expect(bill).toMatchObject({ textIn: 16, pictureOut: 3512, nanos: 16n * 5_000n + 3512n * 30_000n })
})

test('charges the older models by their own rates', async () => {
  const work = { prompt: 'a cat', inputSizes: [], size: square, quality: 'low', n: 1, previews: 0 } as const
  expect((await billFor({ ...work, model: model('gpt-image-1.5') })).nanos).toBe(8n * 5_000n + 272n * 32_000n)
  expect((await billFor({ ...work, model: model('gpt-image-1-mini') })).nanos).toBe(8n * 2_000n + 272n * 8_000n)
})

test('shares a call among its pictures so that the shares add up to the whole', () => {
  const counts = { textIn: 16, imageIn: 0, pictureOut: 391, previewOut: 600 }
  const outputs = sharedCounts(counts, 2).map((share) => usageReport(share, true).output_tokens)
  expect(outputs).toEqual([495, 496])
  expect(usageReport(counts, true).output_tokens).toBe(991)
})
