import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readUsage, tokenBuckets } from './usage.ts'

const live = {
  input_tokens: 8,
  input_tokens_details: { text_tokens: 8, image_tokens: 0 },
  output_tokens: 196,
  output_tokens_details: { image_tokens: 196, text_tokens: 0 },
  total_tokens: 204,
}

describe('readUsage', () => {
  it('reads a live answer bucket by bucket', () => {
    expect(readUsage(live, 0)).toEqual({
      usage: { text_in: 8, text_cached_in: 0, image_in: 0, image_cached_in: 0, image_out: 196, text_out: 0, partial_images: 0 },
      source: 'upstream',
    })
  })

  it('counts text output where upstream names it', () => {
    const read = readUsage({ ...live, output_tokens: 200, output_tokens_details: { image_tokens: 190, text_tokens: 10 } }, 2)
    expect(read?.usage).toMatchObject({ image_out: 190, text_out: 10, partial_images: 2 })
  })

  it.each([undefined, null, {}])('takes all output as image tokens when its details are %j', (details) => {
    const read = readUsage({ ...live, output_tokens_details: details }, 0)
    expect(read).toMatchObject({ usage: { image_out: 196, text_out: 0 }, source: 'upstream_without_details' })
  })

  it('takes input without details as text, or as image tokens when images were sent', () => {
    const bare = { ...live, input_tokens: 1042, input_tokens_details: null }
    expect(readUsage(bare, 0)?.usage).toMatchObject({ text_in: 1042, image_in: 0 })
    expect(readUsage(bare, 0, 1)?.usage).toMatchObject({ text_in: 0, image_in: 1042 })
  })

  it('fills in the one detail that is missing from the total', () => {
    const read = readUsage({ ...live, input_tokens: 1042, input_tokens_details: { text_tokens: 18 } }, 0, 1)
    expect(read).toMatchObject({ usage: { text_in: 18, image_in: 1024 }, source: 'upstream_without_details' })
  })

  it('counts what no detail names as image tokens', () => {
    const read = readUsage({ ...live, output_tokens: 300 }, 0)
    expect(read).toMatchObject({ usage: { image_out: 300, text_out: 0 }, source: 'upstream_without_details' })
  })

  it('takes cached tokens out of their buckets where their kind is named', () => {
    const cached = { ...live, input_tokens: 1042, input_tokens_details: { text_tokens: 18, image_tokens: 1024 } }
    const read = readUsage(
      { ...cached, cached_tokens: 1000, cached_tokens_details: { cached_image_tokens: 990, cached_text_tokens: 10 } },
      0,
      1,
    )
    expect(read?.usage).toMatchObject({ text_in: 8, text_cached_in: 10, image_in: 34, image_cached_in: 990 })
    expect(readUsage({ ...cached, cached_tokens: 1000 }, 0, 1)?.usage).toMatchObject({ text_in: 18, text_cached_in: 0 })
  })

  it.each([
    ['no usage', undefined],
    ['null', null],
    ['a list', []],
    ['a text', '196'],
    ['no totals', {}],
    ['a negative total', { ...live, output_tokens: -196 }],
    ['a negative detail', { ...live, output_tokens_details: { image_tokens: 206, text_tokens: -10 } }],
    ['10¹² tokens', { ...live, output_tokens: 1e12, output_tokens_details: null }],
    ['a fraction', { ...live, output_tokens: 195.5, output_tokens_details: null }],
    ['a text as a count', { ...live, input_tokens: '8' }],
    ['infinity', { ...live, input_tokens: Number.POSITIVE_INFINITY, input_tokens_details: null }],
    ['not a number', { ...live, total_tokens: Number.NaN }],
    ['details above their total', { ...live, output_tokens: 100 }],
    ['details that are a list', { ...live, input_tokens_details: [8] }],
    ['more cached than there were', { ...live, cached_tokens_details: { cached_text_tokens: 9 } }],
    ['cached counts that are no numbers', { ...live, cached_tokens_details: { cached_text_tokens: '1' } }],
  ])('rejects %s, so that the caller estimates', (_title, raw) => {
    expect(readUsage(raw, 0)).toBeNull()
  })

  it('loses no token: the buckets of any accepted usage add up to its totals', () => {
    const count = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.constantFrom(null, undefined, -1, 1.5, 'x', 2e9))
    const details = fc.oneof(
      fc.record({ text_tokens: count, image_tokens: count }, { requiredKeys: [] }),
      fc.constantFrom(null, undefined, 3),
    )
    const usage = fc.record({ input_tokens: count, output_tokens: count, input_tokens_details: details, output_tokens_details: details })
    let accepted = 0
    fc.assert(
      fc.property(usage, fc.nat(16), (raw, inputImages) => {
        const read = readUsage(raw, 0, inputImages)
        if (read === null) return
        accepted += 1
        const buckets = read.usage
        for (const bucket of tokenBuckets) expect(buckets[bucket]).toBeGreaterThanOrEqual(0)
        expect(buckets.text_in + buckets.text_cached_in + buckets.image_in + buckets.image_cached_in).toBe(raw.input_tokens)
        expect(buckets.image_out + buckets.text_out).toBe(raw.output_tokens)
      }),
      { numRuns: 3000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })
})
