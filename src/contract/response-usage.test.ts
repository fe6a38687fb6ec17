import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { readResponseUsage } from './response-usage.ts'

const main = {
  input_tokens: 2941,
  input_tokens_details: { cached_tokens: 1920 },
  output_tokens: 1249,
  output_tokens_details: { reasoning_tokens: 1024 },
  total_tokens: 4190,
}
const imageGen = {
  input_tokens: 2236,
  input_tokens_details: { text_tokens: 188, image_tokens: 2048 },
  output_tokens: 316,
  output_tokens_details: { text_tokens: 0, image_tokens: 316 },
  total_tokens: 2552,
  cached_tokens: 1152,
  cached_tokens_details: { cached_text_tokens: 128, cached_image_tokens: 1024 },
}
const read = (response: JsonObject) => readResponseUsage(response)
const readMain = (changes: JsonObject) => read({ usage: { ...main, ...changes } }).main
const readTool = (changes: JsonObject) => read({ tool_usage: { image_gen: { ...imageGen, ...changes } } }).imageGen

describe('the usage of a response', () => {
  it('is read in two books, with searches and tier beside them', () => {
    const tool_usage = { image_gen: imageGen, web_search: { num_requests: 2 } }
    expect(read({ usage: main, tool_usage, service_tier: 'default' })).toEqual({
      main: { inputTokens: 2941, cachedTokens: 1920, cacheWriteTokens: null, outputTokens: 1249, reasoningTokens: 1024 },
      imageGen: {
        usage: {
          text_in: 60,
          text_cached_in: 128,
          image_in: 1024,
          image_cached_in: 1024,
          image_out: 316,
          text_out: 0,
          partial_images: 0,
        },
        source: 'upstream',
        cachedKnown: true,
      },
      webSearchRequests: 2,
      serviceTier: 'default',
    })
  })

  it('is unknown, not zero, where nothing is said', () => {
    expect(read({})).toEqual({ main: null, imageGen: null, webSearchRequests: null, serviceTier: null })
    expect(readMain({ input_tokens_details: null, output_tokens_details: null })).toMatchObject({
      cachedTokens: null,
      cacheWriteTokens: null,
      reasoningTokens: null,
    })
  })

  it('takes a cached count of the tool only where upstream says of which kind', () => {
    const { cached_tokens_details: _, ...withoutKinds } = imageGen
    const unknown = read({ tool_usage: { image_gen: withoutKinds } }).imageGen
    expect(unknown).toMatchObject({ cachedKnown: false, usage: { text_in: 188, text_cached_in: 0, image_in: 2048, image_cached_in: 0 } })
    expect(read({ tool_usage: { image_gen: { ...withoutKinds, cached_tokens: 0 } } }).imageGen?.cachedKnown).toBe(true)
    expect(readTool({ cached_tokens: null, cached_tokens_details: null })?.cachedKnown).toBe(false)
  })

  it('counts undivided tool tokens as image tokens, the dearer kind', () => {
    const whole = { input_tokens: 100, output_tokens: 200, total_tokens: 300 }
    expect(read({ tool_usage: { image_gen: whole } }).imageGen).toMatchObject({
      usage: { text_in: 0, image_in: 100, image_out: 200, text_out: 0 },
      source: 'upstream_without_details',
    })
  })

  it.each<[string, JsonObject]>([
    ['more cached than read', { input_tokens_details: { cached_tokens: 2942 } }],
    ['more reasoning than output', { output_tokens_details: { reasoning_tokens: 1250 } }],
    ['a total that is not the sum', { total_tokens: 4191 }],
    ['a negative count', { input_tokens: -1, total_tokens: null }],
    ['half a token', { output_tokens: 0.5, total_tokens: null }],
    ['a count as text', { input_tokens: '2941' }],
    ['a count beyond any call', { input_tokens: 2e9, total_tokens: null }],
    ['a cached count as text', { input_tokens_details: { cached_tokens: '9' } }],
  ])('is not believed of the main model with %s', (_case, changes) => {
    expect(readMain(changes)).toBeNull()
  })

  it.each<[string, JsonObject]>([
    ['a total that is not the sum', { total_tokens: 1 }],
    ['cached kinds that are not the cached total', { cached_tokens: 1151 }],
    ['more cached than read', { cached_tokens: null, cached_tokens_details: { cached_text_tokens: 189, cached_image_tokens: 0 } }],
    ['details above their total', { output_tokens_details: { text_tokens: 1, image_tokens: 316 } }],
    ['a cached total as text', { cached_tokens: '1152' }],
  ])('is not believed of the image tool with %s', (_case, changes) => {
    expect(readTool(changes)).toBeNull()
  })

  it('is read from anything without throwing', () => {
    const member = fc.oneof(
      fc.jsonValue(),
      fc.record({ image_gen: fc.jsonValue(), web_search: fc.jsonValue(), input_tokens_details: fc.jsonValue() }),
    )
    fc.assert(
      fc.property(fc.record({ usage: member, tool_usage: member, service_tier: fc.jsonValue() }), (response) => {
        const { webSearchRequests, serviceTier } = read(response as JsonObject)
        expect(webSearchRequests ?? 0).toBeGreaterThanOrEqual(0)
        expect(['string', 'object']).toContain(typeof serviceTier)
      }),
    )
  })
})
