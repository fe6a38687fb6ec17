import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOutbound, type Outbound } from '../../outbound/index.ts'
import { systemClock } from '../../primitives/clock.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { Secret } from '../../primitives/secret.ts'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { callTo, RecordingSink } from '../provider-test-kit.ts'
import { createApiframeProvider } from './apiframe-provider.ts'

describe('the apiframe protocol against the sandbox', () => {
  let sandbox: Sandbox
  let outbound: Outbound
  let sink: RecordingSink

  beforeEach(async () => {
    sandbox = await startSandbox({ latencyMs: 0, flat: true })
    outbound = createOutbound({ userAgent: 'darkroom/test', allow: [sandbox.url] })
    sink = new RecordingSink()
  })

  afterEach(async () => {
    await outbound.close()
    await sandbox.close()
  })

  const small = { model: 'gpt-image-2', prompt: 'a cat', size: '1024x1024', quality: 'low', output_format: 'png' }

  function dispatch(faults = '', change: JsonObject = {}, options: { key?: string; timeoutMs?: number } = {}) {
    const { key = 'afk_test', timeoutMs = 20_000 } = options
    const provider = createApiframeProvider({ outbound, clock: systemClock, pause: async () => {} })
    const body = { ...small, ...(faults && { prompt: `a cat [[sandbox: ${faults}]]` }), ...change }
    const call = callTo(sandbox.url, {
      body,
      key: new Secret(key),
      timeoutMs,
      clientRequestId: 'dk-att_1',
      stream: change['stream'] === true,
    })
    return provider.dispatch(call, sink)
  }

  const pictures = () => {
    const { data } = JSON.parse(sink.body.toString()) as { data: { b64_json: string }[] }
    return data.map(({ b64_json }) => Buffer.from(b64_json, 'base64'))
  }
  const sizeOf = (png: Buffer) => `${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`
  const posts = () => sandbox.calls.countFor('dk-att_1')

  it('serves a synchronous generation by a job: exact pixels, one purchase, charged in credits', async () => {
    expect(await dispatch('', { size: '1536x1024' })).toMatchObject({ class: 'ok', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(pictures().map(sizeOf)).toEqual(['1536x1024'])
    expect(sandbox.invoice.lines()).toMatchObject([
      { book: 'image_api', operation: 'job', client_request_id: 'dk-att_1', credits: 4, nanos: '40000000', n: 1 },
    ])
    expect(posts()).toBe(1)
  })

  it('serves several pictures, different ones, for so many times the credits', async () => {
    await dispatch('', { n: 3, quality: 'medium' })
    const made = pictures()
    expect(made.map(sizeOf)).toEqual(['1024x1024', '1024x1024', '1024x1024'])
    expect(new Set(made.map((bytes) => bytes.toString('base64'))).size).toBe(3)
    expect(sandbox.invoice.lines()).toMatchObject([{ credits: 27 }])
  })

  it('waits out the queue and the work', async () => {
    expect(await dispatch('queued=30, slowbackground=40')).toMatchObject({ class: 'ok' })
  })

  it.each<[string, object, number]>([
    ['status=400', { class: 'rejected', httpStatus: 400 }, 0],
    ['status=429, retry-after=3', { class: 'rejected', retryAfterMs: 3_000 }, 0],
    ['status=402', { class: 'rejected', httpStatus: 402 }, 0],
    ['status=500', { class: 'server_refused' }, 0],
    ['status=500, no-request-id', { class: 'edge_failed', cause: 'no_request_id' }, 0],
    ['status=502', { class: 'edge_failed' }, 0],
    ['html', { class: 'edge_failed', cause: 'html' }, 0],
    ['redirect', { class: 'bad_response', cause: 'redirect' }, 0],
    ['reset-before-headers', { class: 'lost', cause: 'reset' }, 1],
    ['moderation', { class: 'rejected', error: { code: 'moderation_blocked' } }, 0],
    ['failresponse', { class: 'server_refused', error: { code: 'server_error' } }, 0],
    ['failresponse=invalid_prompt', { class: 'rejected', error: { code: 'invalid_prompt' } }, 0],
    ['failresponse, charged', { class: 'server_refused' }, 1],
    ['url', { class: 'partial', cause: 'picture_unreachable' }, 1],
    ['cut=40%', { class: 'partial', cause: 'reset' }, 1],
    ['gzip', { class: 'partial', cause: 'picture_unreachable' }, 1],
    ['forget', { class: 'lost', cause: 'unreadable' }, 1],
    ['no-data', { class: 'ok' }, 1],
  ])('says of %s what it is, and buys once', async (faults, expected, charges) => {
    expect(await dispatch(faults)).toMatchObject(expected)
    expect([posts(), sandbox.invoice.totals().calls]).toEqual([1, charges])
  })

  it('gives up a silence at the deadline and leaves the outcome open', async () => {
    expect(await dispatch('silence', {}, { timeoutMs: 300 })).toMatchObject({ class: 'lost', cause: 'timeout' })
    expect([posts(), sandbox.invoice.totals().calls]).toEqual([1, 1])
  })

  it('gives up broken looks at the deadline, too', async () => {
    expect(await dispatch('broken-json', {}, { timeoutMs: 300 })).toMatchObject({ class: 'lost', cause: 'timeout' })
    expect(posts()).toBe(1)
  })

  it('passes on the picture that came, whatever was asked', async () => {
    expect(await dispatch('size=1264x848, model=gpt-image-2-codex')).toMatchObject({ class: 'ok' })
    expect(pictures().map(sizeOf)).toEqual(['1264x848'])
    expect(JSON.parse(sink.body.toString()).model).toBe('gpt-image-2-codex')
  })

  it('tells a refused key and a model that does not exist', async () => {
    expect(await dispatch('', {}, { key: 'afk_bad_1' })).toMatchObject({ class: 'rejected', httpStatus: 401 })
    expect(await dispatch('', { model: 'gpt-image-nonsense' })).toMatchObject({
      class: 'rejected',
      httpStatus: 400,
      error: { param: 'model' },
    })
  })
})
