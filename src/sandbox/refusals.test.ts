import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, post, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

describe('a refusal', () => {
  /** Section 12.5 of the wire contract: otherwise valid calls with one change. */
  const rows: [change: Record<string, unknown>, code: string | null, param: string | null][] = [
    [{ model: undefined }, 'missing_required_parameter', 'model'],
    [{ model: 'foo' }, 'invalid_value', 'model'],
    [{ model: 'dall-e-3' }, 'invalid_value', 'model'],
    [{ model: 123 }, 'invalid_type', 'model'],
    [{ prompt: undefined }, 'missing_required_parameter', 'prompt'],
    [{ prompt: '' }, 'empty_string', 'prompt'],
    [{ prompt: null }, 'invalid_type', 'prompt'],
    [{ n: 0 }, 'integer_below_min_value', 'n'],
    [{ n: 11 }, 'integer_above_max_value', 'n'],
    [{ n: 1.5 }, 'invalid_type', 'n'],
    [{ n: '2' }, 'invalid_type', 'n'],
    [{ quality: 'ultra' }, 'invalid_value', 'quality'],
    [{ quality: 1 }, 'invalid_type', 'quality'],
    [{ size: '9x9' }, 'invalid_value', 'size'],
    [{ size: 'bogus' }, 'invalid_value', 'size'],
    [{ size: '4096x4096' }, 'invalid_value', 'size'],
    [{ size: '800x800' }, 'invalid_value', 'size'],
    [{ size: 123 }, 'invalid_type', 'size'],
    [{ output_compression: 101, output_format: 'jpeg' }, 'integer_above_max_value', 'output_compression'],
    [{ output_compression: -1, output_format: 'jpeg' }, 'integer_below_min_value', 'output_compression'],
    [{ output_compression: 80, output_format: 'png' }, 'invalid_png_output_compression', null],
    [{ partial_images: 4 }, 'integer_above_max_value', 'partial_images'],
    [{ stream: 'yes' }, 'invalid_type', 'stream'],
    [{ moderation: 'off' }, 'invalid_value', 'moderation'],
    [{ response_format: 'b64_json' }, 'unknown_parameter', 'response_format'],
    [{ response_format: null }, 'unknown_parameter', 'response_format'],
    [{ style: 'vivid' }, 'unknown_parameter', 'style'],
    [{ input_fidelity: 'high' }, 'unknown_parameter', 'input_fidelity'],
    [{ darkroom: {} }, 'unknown_parameter', 'darkroom'],
    [{ foo: 1 }, 'unknown_parameter', 'foo'],
    [{ foo: 1, n: 0 }, 'unknown_parameter', 'foo'],
  ]

  test.each(rows)('answers %j with 400 %s, and charges nothing', async (change, code, param) => {
    const before = sandbox.invoice.totals()
    const error = await errorOf(post(sandbox, change))
    expect(error).toMatchObject({ status: 400, code, param })
    expect(Object.keys(error)).toEqual(['status', 'message', 'type', 'param', 'code'])
    expect(sandbox.invoice.totals()).toEqual(before)
  })

  test('takes a blank prompt, as upstream does', async () => {
    expect((await post(sandbox, { prompt: '   ' })).status).toBe(200)
  })

  test.each(['', 'not json', '[]', '{"model":"gpt-image-2","model":"gpt-image-2"}'])('cannot read the body %j', async (body) => {
    const headers = { authorization: 'Bearer x', 'content-type': 'application/json' }
    const error = await errorOf(fetch(`${sandbox.url}/v1/images/generations`, { method: 'POST', headers, body }))
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', code: null })
  })

  test('wants JSON', async () => {
    expect(await errorOf(post(sandbox, {}, { 'content-type': 'text/plain' }))).toMatchObject({
      status: 400,
      code: 'unsupported_content_type',
    })
  })

  test('does not take a body beyond its limit, announced or not', async () => {
    await using small = await quickSandbox({ maxBodyBytes: 1000 })
    expect(await errorOf(post(small, { prompt: 'x'.repeat(2000) }))).toMatchObject({ status: 413 })
    const pieces = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(600, 0x20))
      },
    })
    const headers = { authorization: 'Bearer x', 'content-type': 'application/json' }
    const init: RequestInit = { method: 'POST', headers, body: pieces, duplex: 'half' }
    expect(await errorOf(fetch(`${small.url}/v1/images/generations`, init))).toMatchObject({ status: 413 })
  })

  test.each([{}, { authorization: 'Bearer ' }, { authorization: 'Basic abc' }, { authorization: 'Bearer sk-bad-revoked' }])(
    'does not let %j in, nor count it',
    async (headers) => {
      const before = sandbox.calls.posts()
      const response = await fetch(`${sandbox.url}/v1/images/generations`, { method: 'POST', headers, body: '{}' })
      const text = await response.text()
      expect(response.status).toBe(401)
      expect(JSON.parse(text).error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_api_key' })
      expect(text).not.toContain('sk-bad-revoked')
      expect(sandbox.calls.posts()).toBe(before)
    },
  )
})

describe('limits', () => {
  test('answer 429 with the wait beyond the pictures of a minute, free of charge', async () => {
    await using limited = await quickSandbox({ limits: { imagesPerMinute: 2 } })
    const [first, second] = [await post(limited), await post(limited)]
    expect(first.headers.get('x-ratelimit-remaining-input-images')).toBe('1')
    expect([first.status, second.status]).toEqual([200, 200])
    const third = await post(limited)
    expect(third.status).toBe(429)
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(((await third.json()) as { error: unknown }).error).toMatchObject({
      type: 'input-images',
      code: 'rate_limit_exceeded',
      param: null,
    })
    expect(limited.invoice.totals().calls).toBe(2)
  })

  test('count tokens as well', async () => {
    await using limited = await quickSandbox({ limits: { tokensPerMinute: 300 } })
    expect((await post(limited)).status).toBe(200)
    expect(await errorOf(post(limited))).toMatchObject({ status: 429, type: 'tokens' })
  })
})
