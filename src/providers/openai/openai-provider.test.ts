import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOutbound, type Outbound } from '../../outbound/index.ts'
import { systemClock } from '../../primitives/clock.ts'
import { Secret } from '../../primitives/secret.ts'
import { readForm, watchedInput } from '../edit-test-kit.ts'
import type { DispatchOutcome, ImageProvider, ProviderCall, ReplySink } from '../image-provider.ts'
import { describeImageProvider } from '../provider-conformance.ts'
import { httpAnswer, type ScriptedUpstream, startScriptedUpstream, type UpstreamScript } from '../scripted-upstream.ts'
import { createOpenAiProvider } from './openai-provider.ts'

describeImageProvider({
  name: 'openai',
  operations: ['generate', 'edit', 'respond'],
  create() {
    const outbound = createOutbound({ userAgent: 'darkroom/test' })
    return { provider: createOpenAiProvider({ outbound, clock: systemClock }), close: () => outbound.close() }
  },
})

describe('the openai protocol', () => {
  let outbound: Outbound
  let upstream: ScriptedUpstream

  beforeEach(() => {
    outbound = createOutbound({ userAgent: 'darkroom/1.2.3' })
  })

  afterEach(async () => {
    await outbound.close()
    await upstream?.close()
  })

  const ignore: ReplySink = { sent() {}, begin() {}, data: () => true, end() {} }

  async function dispatch(script: UpstreamScript, options: Partial<ProviderCall> = {}, maxAnswerBytes = 1_000): Promise<DispatchOutcome> {
    upstream = await startScriptedUpstream(script)
    const call: ProviderCall = {
      operation: 'generate',
      baseUrl: `${upstream.origin}/v1`,
      key: new Secret('sk-live'),
      clientRequestId: 'att_7',
      body: { model: 'gpt-image-2' },
      inputs: [],
      stream: false,
      timeoutMs: 9_000,
      ...options,
    }
    return createOpenAiProvider({ outbound, clock: systemClock, maxAnswerBytes }).dispatch(call, ignore)
  }

  const json = { 'content-type': 'application/json' }
  const answering =
    (...answer: Parameters<typeof httpAnswer>): UpstreamScript =>
    (socket) =>
      socket.write(httpAnswer(...answer))

  it('asks the generations endpoint below the base URL, as itself', async () => {
    await dispatch(answering(200, json, '{}'))
    expect(upstream.calls[0]).toMatchObject({
      requestLine: 'POST /v1/images/generations HTTP/1.1',
      headers: {
        authorization: 'Bearer sk-live',
        'content-type': 'application/json',
        'content-length': '23',
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'darkroom/1.2.3',
        'x-client-request-id': 'att_7',
      },
    })
  })

  it('asks the edits endpoint with a form, however few inputs there are', async () => {
    await dispatch(answering(200, json, '{}'), { operation: 'edit', inputs: [watchedInput(9, { format: 'webp' })], stream: true })
    expect(upstream.calls[0]).toMatchObject({
      requestLine: 'POST /v1/images/edits HTTP/1.1',
      headers: {
        authorization: 'Bearer sk-live',
        'content-type': expect.stringMatching(/^multipart\/form-data; boundary=darkroom-[0-9a-f]{48}$/),
        accept: 'text/event-stream',
        'accept-encoding': 'identity',
        'user-agent': 'darkroom/1.2.3',
        'x-client-request-id': 'att_7',
      },
    })
    const { files } = await readForm(upstream.calls[0]!)
    expect(files).toMatchObject([{ name: 'image', fileName: 'image-1.webp', mediaType: 'image/webp' }])
  })

  it('names several inputs as OpenAI’s clients do, with file names of its own', async () => {
    const inputs = [
      watchedInput(1),
      watchedInput(2, { format: 'jpeg' }),
      watchedInput(3, { role: 'mask' }),
      watchedInput(4, { role: 'markup' }),
    ]
    await dispatch(answering(200, json, '{}'), { operation: 'edit', inputs })
    expect(upstream.calls[0]!.headers['accept']).toBe('application/json')
    const { files } = await readForm(upstream.calls[0]!)
    expect(files.map(({ name, fileName, mediaType, byteLength }) => [name, fileName, mediaType, byteLength])).toEqual([
      ['image[]', 'image-1.png', 'image/png', 1],
      ['image[]', 'image-2.jpg', 'image/jpeg', 2],
      ['mask', 'mask-1.png', 'image/png', 3],
      ['markup', 'markup-1.png', 'image/png', 4],
    ])
  })

  it('draws another boundary for every call', async () => {
    await dispatch(answering(200, json, '{}'), { operation: 'edit', inputs: [watchedInput(1)] })
    const [first] = upstream.calls
    await upstream.close()
    await dispatch(answering(200, json, '{}'), { operation: 'edit', inputs: [watchedInput(1)] })
    expect(upstream.calls[0]!.headers['content-type']).not.toBe(first!.headers['content-type'])
  })

  it('says that it wants a stream when it asks for one', async () => {
    await dispatch(answering(200, json, '{}'), { stream: true })
    expect(upstream.calls[0]!.headers['accept']).toBe('text/event-stream')
  })

  it.each([
    [false, 'application/json'],
    [true, 'text/event-stream'],
  ])('asks the responses endpoint in JSON, stream: %s', async (stream, accept) => {
    const body = { model: 'gpt-5.4', input: [{ image_url: 'data:' }] }
    const inputs = [Object.assign(watchedInput(4), { place: 'input[0].image_url' })]
    await dispatch(answering(200, json, '{}'), { operation: 'respond', body, inputs, stream })
    expect(upstream.calls[0]).toMatchObject({
      requestLine: 'POST /v1/responses HTTP/1.1',
      headers: {
        authorization: 'Bearer sk-live',
        'content-type': 'application/json',
        'content-length': String(JSON.stringify(body).length + 'image/png;base64,'.length + 8),
        accept,
        'x-client-request-id': 'att_7',
      },
    })
  })

  describe('with a response that upstream keeps', () => {
    const stored = { key: new Secret('sk-live'), clientRequestId: 'att_8', timeoutMs: 9_000, responseId: 'resp_0df93c' }

    async function ask(way: (provider: ImageProvider, baseUrl: string) => Promise<unknown> | undefined) {
      upstream = await startScriptedUpstream(answering(200, json, '{}'))
      await way(createOpenAiProvider({ outbound, clock: systemClock }), `${upstream.origin}/v1`)
      return upstream.calls[0]!
    }

    it.each([
      ['', { stream: false, startingAfter: 7, include: [] }],
      ['?stream=true', { stream: true, startingAfter: null, include: [] }],
      [
        '?include%5B%5D=reasoning.encrypted_content&include%5B%5D=a%26b&stream=true&starting_after=0',
        { stream: true, startingAfter: 0, include: ['reasoning.encrypted_content', 'a&b'] },
      ],
    ])('retrieves it by GET, with the query %j', async (query, options) => {
      const call = await ask((provider, baseUrl) => provider.retrieveResponse?.({ ...stored, baseUrl, ...options }, ignore))
      expect(call.requestLine).toBe(`GET /v1/responses/resp_0df93c${query} HTTP/1.1`)
      expect(call.headers).toMatchObject({ authorization: 'Bearer sk-live', 'x-client-request-id': 'att_8' })
      expect(call.headers['accept']).toBe(options.stream ? 'text/event-stream' : 'application/json')
      expect(call.headers['content-type']).toBeUndefined()
    })

    it('cancels it by POST without a body', async () => {
      const call = await ask((provider, baseUrl) => provider.cancelResponse?.({ ...stored, baseUrl }))
      expect(call).toMatchObject({ requestLine: 'POST /v1/responses/resp_0df93c/cancel HTTP/1.1', headers: { accept: 'application/json' } })
      expect(call.headers['content-length']).toBe('0')
    })

    it('deletes it by DELETE', async () => {
      const call = await ask((provider, baseUrl) => provider.deleteResponse?.({ ...stored, baseUrl }))
      expect(call.requestLine).toBe('DELETE /v1/responses/resp_0df93c HTTP/1.1')
    })
  })

  it('reads the facts of the call from the head', async () => {
    const headers = {
      ...json,
      'x-request-id': 'req_abc',
      'openai-processing-ms': '812',
      'x-ratelimit-remaining-input-images': '4',
      'x-ratelimit-reset-tokens': '58.891s',
      'set-cookie': 'session=1',
    }
    const outcome = await dispatch(answering(200, headers, '{}'))
    expect(outcome).toMatchObject({
      class: 'ok',
      httpStatus: 200,
      requestId: 'req_abc',
      processingMs: 812,
      rateLimits: { 'x-ratelimit-remaining-input-images': '4', 'x-ratelimit-reset-tokens': '58.891s' },
    })
    expect(Object.keys(outcome.rateLimits)).toHaveLength(2)
    expect(outcome.firstByteMs).toBeLessThanOrEqual(outcome.totalMs)
  })

  it.each([
    [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '99999999999' }, 86_400_000],
    [{ 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
    [{ 'retry-after': new Date(Date.now() + 9 * 86_400_000).toUTCString() }, 86_400_000],
    [{}, null],
  ])('reads %o as a wait of %s ms', async (headers, expected) => {
    expect(await dispatch(answering(429, { ...json, ...headers }, '{"error":{}}'))).toMatchObject({ retryAfterMs: expected })
  })

  it('keeps the moderation details of a policy refusal, and only the published members', async () => {
    const details = { moderation_stage: 'input', categories: ['violence', 7, null], inner: { score: 0.9 } }
    const body = JSON.stringify({
      error: { message: 'no', type: 'image_generation_user_error', param: '', code: 'moderation_blocked', moderation_details: details },
    })
    expect(await dispatch(answering(400, json, body))).toMatchObject({
      error: { code: 'moderation_blocked', param: null, moderationDetails: { moderation_stage: 'input', categories: ['violence', '7'] } },
    })
  })

  it.each([
    ['{"error":"quota exhausted"}', 'quota exhausted'],
    ['{"message":"quota exhausted","code":4290}', 'quota exhausted'],
    ['{"detail":[]}', null],
  ])('reads the looser dialects of providers: %s', async (body, message) => {
    expect(await dispatch(answering(422, { 'content-type': 'text/plain' }, body))).toMatchObject({ class: 'rejected', error: { message } })
  })

  it('takes the bare 404 of a retired address as a refusal', async () => {
    const silent = { message: null, type: null, code: null, param: null }
    expect(await dispatch(answering(404, {}))).toMatchObject({ class: 'rejected', error: silent })
  })

  it.each([
    ['a page', { 'content-type': 'text/html' }, '<html>413 Request Entity Too Large</html>'],
    ['nothing', {}, ''],
    ['something compressed', { ...json, 'content-encoding': 'br' }, 'zipped'],
  ])('takes a 413 as a refusal, even with %s', async (_case, headers, body) => {
    expect(await dispatch(answering(413, headers, body))).toMatchObject({ class: 'rejected', error: { message: null, code: null } })
  })

  it.each([408, 499])('does not trust a %i: gateways say it when they stop waiting for a model that works', async (status) => {
    expect(await dispatch(answering(status, { ...json, 'x-request-id': 'req_1' }, '{"error":{}}'))).toMatchObject({
      class: 'edge_failed',
      cause: 'status',
    })
  })

  it('does not read a refusal that is compressed', async () => {
    expect(await dispatch(answering(400, { ...json, 'content-encoding': 'br' }, '{}'))).toMatchObject({
      class: 'edge_failed',
      cause: 'content_encoding',
    })
  })

  it('cuts an answer that is longer than any image answer', async () => {
    expect(await dispatch(answering(200, json, 'x'.repeat(5_000)))).toMatchObject({ class: 'partial', cause: 'too_large' })
  })

  it('is not fooled by texts that would forge a log line', async () => {
    const outcome = await dispatch(
      answering(400, json, JSON.stringify({ error: { message: 'a\r\n{"level":50}\u2028b\u0007', code: 'x\n' } })),
    )
    expect(outcome).toMatchObject({ error: { message: 'a {"level":50} b ', code: 'x ' } })
  })
})
