import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../primitives/json.ts'
import { jobRequest } from './job-request.ts'

const asked = { model: 'gpt-image-2', prompt: 'a cat' }
const parametersOf = (body: JsonObject) => {
  const request = jobRequest({ ...asked, ...body })
  return request.ok ? request.body['gptImage2Params'] : request.error
}

describe('a request in the job API’s words', () => {
  it('has prompt and model at the top, and png where OpenAI’s default is meant', () => {
    expect(jobRequest(asked)).toEqual({ ok: true, body: { ...asked, gptImage2Params: { output_format: 'png' } } })
  })

  it('names what both know by the job API’s names', () => {
    const body = { size: '1536x1024', quality: 'low', background: 'opaque', n: 4, output_format: 'webp', moderation: 'low' }
    expect(parametersOf(body)).toEqual({
      aspect_ratio: '3:2',
      quality: 'low',
      background: 'opaque',
      number_of_images: 4,
      output_format: 'webp',
      moderation: 'low',
    })
  })

  it('leaves out what the answer is made by, what changes no picture, and what is null', () => {
    const body = {
      stream: true,
      partial_images: 2,
      user: 'u',
      safety_identifier: 's',
      size: 'auto',
      quality: null,
      output_compression: 100,
    }
    expect(parametersOf(body)).toEqual({ output_format: 'png' })
  })

  it.each([
    ['1024x1024', '1:1'],
    ['2048x2048', '1:1'],
    ['1536x1024', '3:2'],
    ['1024x1536', '2:3'],
    ['1200x1800', '2:3'],
  ])('asks %s as %s', (size, ratio) => {
    expect(parametersOf({ size })).toMatchObject({ aspect_ratio: ratio })
  })

  it.each<[string, JsonObject]>([
    ['size', { size: '1024x1008' }],
    ['size', { size: '1920x1088' }],
    ['size', { size: '3072x2048' }],
    ['quality', { quality: 'xhigh' }],
    ['background', { background: 'transparent' }],
    ['output_format', { output_format: 'svg' }],
    ['output_compression', { output_compression: 40 }],
    ['complexity', { complexity: 'high' }],
  ])('refuses a %s that has no words rather than paying for another picture: %j', (param, body) => {
    expect(parametersOf(body)).toMatchObject({
      param,
      code: 'invalid_value',
      message: expect.stringContaining('Nothing was sent or charged'),
    })
  })

  it('takes exactly the sizes of three shapes up to 2048 pixels', () => {
    const edge = fc.integer({ min: 1, max: 4_000 })
    fc.assert(
      fc.property(edge, edge, (width, height) => {
        const fits = Math.max(width, height) <= 2_048 && [1, 3 / 2, 2 / 3].some((ratio) => width / height === ratio)
        expect(jobRequest({ ...asked, size: `${width}x${height}` }).ok).toBe(fits)
      }),
      {
        examples: [
          [2_048, 2_048],
          [2_049, 2_049],
          [3, 2],
          [2, 3],
          [1_500, 1_000],
        ],
      },
    )
  })
})
