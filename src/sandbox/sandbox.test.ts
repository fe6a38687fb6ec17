import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errorOf, pictureFacts, post, quickSandbox, readEvents } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

interface ImageReply {
  created: number
  data: { b64_json: string }[]
  size: string
  quality: string
  usage: { input_tokens: number; output_tokens: number; total_tokens: number }
}

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

const replyOf = async (answer: Promise<Response>) => (await (await answer).json()) as ImageReply
const pictures = (reply: ImageReply) => reply.data.map(({ b64_json }) => Buffer.from(b64_json, 'base64'))

describe('a generation', () => {
  test('answers in the body and with the headers of upstream', async () => {
    const response = await post(sandbox, { user: 'team "a"' })
    const text = await response.text()
    const reply = JSON.parse(text)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'openai-organization': 'sandbox',
      'openai-processing-ms': expect.stringMatching(/^\d+$/),
      'openai-version': '2020-10-01',
      'x-ratelimit-limit-input-images': '250',
      'x-ratelimit-remaining-tokens': expect.stringMatching(/^\d+$/),
      'x-ratelimit-reset-requests': expect.stringMatching(/^\d+m?s$/),
      'x-request-id': expect.stringMatching(/^req_[0-9a-f]{44}$/),
      'x-sandbox': 'true',
    })
    expect(Object.keys(reply)).toEqual([
      ...['created', 'background', 'data', 'output_format', 'quality', 'size', 'safety_identifier', 'usage'],
    ])
    expect(reply).toMatchObject({
      ...{ background: 'opaque', output_format: 'png', quality: 'low', size: '1024x1024', safety_identifier: 'team "a"' },
      usage: {
        ...{ input_tokens: 8, output_tokens: 196, total_tokens: 204 },
        input_tokens_details: { text_tokens: 8, image_tokens: 0 },
        output_tokens_details: { image_tokens: 196, text_tokens: 0 },
      },
    })
    expect(text.replace(/"b64_json": "[^"]+"/, '"b64_json": ""')).toBe(
      `${JSON.stringify({ ...reply, data: [{ b64_json: '' }] }, null, 2)}\n`,
    )
  })

  test.each(['png', 'jpeg', 'webp'] as const)('paints real %s', async (output_format) => {
    const reply = await replyOf(post(sandbox, { output_format, size: '1536x1024' }))
    const facts = pictureFacts(pictures(reply)[0]!)
    expect(facts).toEqual({ format: output_format, size: output_format === 'png' ? '1536x1024' : null })
  })

  test('makes n different pictures in one call and counts the input n times', async () => {
    const reply = await replyOf(post(sandbox, { n: 2 }))
    const [first, second] = pictures(reply)
    expect(first!.equals(second!)).toBe(false)
    expect(reply.usage).toMatchObject({ input_tokens: 16, output_tokens: 391, total_tokens: 407 })
  })

  test('paints the same picture for the same prompt, and another in a sandbox of another seed', async () => {
    await using other = await quickSandbox({ seed: 'other' })
    const [first, again, elsewhere] = await Promise.all([post(sandbox), post(sandbox), post(other)].map(replyOf))
    expect(first!.data).toEqual(again!.data)
    expect(first!.data).not.toEqual(elsewhere!.data)
  })

  test.each([
    ['a cat', '1122x1402'],
    ['a square tile', '1254x1254'],
    ['a wide valley', '1672x941'],
    ['a tall tower', '941x1672'],
  ])('turns auto into what was seen upstream: "%s" at %s, low', async (prompt, size) => {
    const reply = await replyOf(post(sandbox, { prompt, size: 'auto', quality: undefined }))
    expect(reply).toMatchObject({ size, quality: 'low' })
    expect(pictureFacts(pictures(reply)[0]!).size).toBe(size)
  })

  test('takes nulls for what is left out', async () => {
    const nulls = { n: null, output_compression: null, partial_images: null, quality: null, size: null, stream: null }
    expect((await post(sandbox, nulls)).status).toBe(200)
  })

  test('stands 64 calls at a time', async () => {
    const before = sandbox.invoice.totals()
    const replies = await Promise.all(Array.from({ length: 64 }, (_, index) => replyOf(post(sandbox, { prompt: `cat ${index % 8}` }))))
    expect(replies.every(({ data }) => pictureFacts(Buffer.from(data[0]!.b64_json, 'base64')).size === '1024x1024')).toBe(true)
    expect(sandbox.invoice.totals().calls - before.calls).toBe(64)
  })
})

describe('a stream', () => {
  const streamed = async (change: Record<string, unknown>, from = sandbox) => {
    const response = await post(from, { stream: true, ...change })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    return readEvents(await response.text())
  }

  test('is one completed event when no previews are asked', async () => {
    const [only, ...more] = await streamed({ partial_images: 0 })
    expect(more).toEqual([])
    expect(only!.event).toBe('image_generation.completed')
    expect(Object.keys(only!.data)).toEqual([
      ...['type', 'b64_json', 'created_at', 'size', 'quality', 'background', 'output_format', 'usage'],
    ])
    expect(only!.data.usage).toEqual({
      ...{ input_tokens: 8, output_tokens: 196, total_tokens: 204 },
      input_tokens_details: { image_tokens: 0, text_tokens: 8 },
    })
  })

  test('sends previews with ascending indices, all of full size and all different', async () => {
    await using painting = await quickSandbox({ flat: false })
    const events = await streamed({ partial_images: 3 }, painting)
    expect(events.map(({ event, data }) => [event, data.type, data.partial_image_index])).toEqual([
      ...[0, 1, 2].map((index) => ['image_generation.partial_image', 'image_generation.partial_image', index]),
      ['image_generation.completed', 'image_generation.completed', undefined],
    ])
    const images = events.map(({ data }) => Buffer.from(String(data.b64_json), 'base64'))
    expect(images.map((image) => pictureFacts(image).size)).toEqual(Array(4).fill('1024x1024'))
    expect(new Set(images.map((image) => image.toString('base64'))).size).toBe(4)
  })

  test('completes every picture of a call, and their usage adds up to the invoice', async () => {
    const events = await streamed({ n: 2, partial_images: 1 })
    expect(events.map(({ event }) => event.split('.')[1])).toEqual(['partial_image', 'completed', 'partial_image', 'completed'])
    const outputs = events.flatMap(({ data }) => (data.usage as { output_tokens: number } | undefined)?.output_tokens ?? [])
    expect(outputs.reduce((sum, tokens) => sum + tokens)).toBe(391 + 200)
    expect(sandbox.invoice.lines().at(-1)).toMatchObject({ n: 2, text_in: 16, image_out: 591, partial_images: 2 })
  })

  test('ends in the picture that the JSON answer has', async () => {
    const [completed] = await streamed({})
    expect(completed!.data.b64_json).toBe((await replyOf(post(sandbox))).data[0]!.b64_json)
  })
})

describe('the invoice', () => {
  test('has the price of the plain call and of the call with two previews, worked out by hand', async () => {
    await using own = await quickSandbox()
    await (await post(own, {}, { 'x-client-request-id': 'att_1' })).arrayBuffer()
    await (await post(own, { stream: true, partial_images: 2 })).arrayBuffer()
    expect(own.invoice.totals()).toEqual({ calls: 2, images: 2, nanos: 5_920_000n + 11_920_000n })
    expect(own.invoice.lines()[0]).toEqual({
      ...{ at: expect.any(String), request_id: expect.stringMatching(/^req_/), client_request_id: 'att_1' },
      ...{ book: 'image_api', response_id: null, model: 'gpt-image-2', operation: 'generate', size: '1024x1024', quality: 'low', n: 1 },
      ...{ text_in: 8, text_cached_in: 0, image_in: 0, image_cached_in: 0, image_out: 196, text_out: 0, partial_images: 0 },
      ...{ nanos: '5920000', charged_at_phase: 'model_run', face: null },
    })
  })

  test('charges previews even where usage does not show them', async () => {
    await using own = await quickSandbox({ previewsInUsage: false })
    const events = readEvents(await (await post(own, { stream: true, partial_images: 2 })).text())
    expect(events.at(-1)!.data.usage).toMatchObject({ output_tokens: 196 })
    expect(own.invoice.totals().nanos).toBe(11_920_000n)
  })

  test('stays the same when the client leaves', async () => {
    await using own = await quickSandbox({ latencyMs: 600_000 })
    const leaving = new AbortController()
    await post(own, { stream: true }, {}, leaving.signal)
    leaving.abort()
    expect(own.invoice.totals().nanos).toBe(5_920_000n)
  })
})

describe('the rest of the surface', () => {
  const get = (path: string) => fetch(`${sandbox.url}${path}`, { headers: { authorization: 'Bearer x' } })
  const postTo = (path: string) => fetch(`${sandbox.url}${path}`, { method: 'POST', headers: { authorization: 'Bearer x' } })

  test('lists models with their snapshots, without the retired', async () => {
    const { data } = (await (await get('/v1/models')).json()) as { data: { id: string; object: string }[] }
    const ids = data.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['gpt-image-2', 'gpt-image-2-2026-04-21', 'gpt-image-2.5-flare']))
    expect(ids).not.toContain('dall-e-3')
    expect(data[0]).toMatchObject({ object: 'model', owned_by: 'system', created: expect.any(Number) })
  })

  test('shows one model, and 404 for one that does not exist', async () => {
    expect(await (await get('/v1/models/gpt-image-2')).json()).toMatchObject({ id: 'gpt-image-2' })
    expect(await errorOf(get('/v1/models/gpt-9'))).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
  })

  test.each(['/v1/responses/resp_1?stream=true'])('says that %s is not emulated, and that repeating it is useless', async (path) => {
    const response = await get(path)
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(await errorOf(Promise.resolve(response))).toMatchObject({ status: 501, code: 'sandbox_not_emulated' })
  })

  test('answers variations with a bare 404', async () => {
    const response = await postTo('/v1/images/variations')
    expect([response.status, await response.text()]).toEqual([404, ''])
  })

  test('knows no other address and no other method', async () => {
    expect(await errorOf(postTo('/v1/chat/completions'))).toMatchObject({ status: 404, code: null })
    expect(await errorOf(get('/v1/images/generations'))).toMatchObject({ status: 405, code: 'method_not_supported' })
  })

  test('counts POSTs by client request id, refused ones too', async () => {
    await post(sandbox, {}, { 'x-client-request-id': 'att_twice' })
    await post(sandbox, { n: 0 }, { 'x-client-request-id': 'att_twice', 'x-stainless-retry-count': '1' })
    expect(sandbox.calls.countFor('att_twice')).toBe(2)
    expect(sandbox.calls.countFor('att_never')).toBe(0)
    expect(sandbox.calls.list().at(-1)).toMatchObject({ client_request_id: 'att_twice', retry_count: '1', status: 400, charged: false })
  })
})

describe('closing', () => {
  test('ends open connections, also one that waits for a picture', async () => {
    const closing = await quickSandbox({ latencyMs: 600_000 })
    const idle = connect(closing.port, '127.0.0.1')
    await once(idle, 'connect')
    const waiting = post(closing).catch((error: Error) => error.message)
    await expect.poll(() => closing.invoice.totals().calls).toBe(1)
    const idleEnds = once(idle, 'close')
    idle.resume()
    await Promise.all([closing.close(), closing.close(), idleEnds])
    expect(await waiting).toBe('fetch failed')
    await expect(post(closing)).rejects.toThrow('fetch failed')
  })

  test('refuses to start on a port that is taken', async () => {
    await expect(quickSandbox({ port: sandbox.port })).rejects.toThrow(/EADDRINUSE/)
  })
})
