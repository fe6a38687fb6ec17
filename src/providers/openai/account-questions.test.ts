import { afterEach, describe, expect, it } from 'vitest'
import { createOutbound } from '../../outbound/index.ts'
import { systemClock } from '../../primitives/clock.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { Secret } from '../../primitives/secret.ts'
import { type ScriptedUpstream, startScriptedUpstream } from '../scripted-upstream.ts'
import { createOpenAiProvider } from './openai-provider.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** An upstream that answers with these documents in turn, and the provider that asks it. */
async function asking(status: number, ...answers: unknown[]) {
  const left = answers.map((answer) => (typeof answer === 'string' ? answer : JSON.stringify(answer)))
  const upstream: ScriptedUpstream = await startScriptedUpstream((socket) => {
    const body = left.shift() ?? ''
    const head = `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\nx-request-id: req_1\r\nconnection: close\r\n`
    socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  })
  const outbound = createOutbound({ userAgent: 'test', allow: [], denyRanges: [] })
  closing.push(
    () => outbound.close(),
    () => upstream.close(),
  )
  const provider = createOpenAiProvider({ outbound, clock: systemClock })
  const where = { baseUrl: `${upstream.origin}/v1`, key: new Secret('sk-admin-canary') }
  return {
    upstream,
    count: (apiKeyId: string | null = null) => provider.countUsage!({ ...where, apiKeyId, fromMs: 60_000, toMs: 180_000 }),
    bill: (apiKeyId: string | null = null) => provider.countCosts!({ ...where, apiKeyId, fromMs: 0, toMs: 172_800_000 }),
    event: (body: JsonObject) => provider.readEvent!(body),
  }
}

const result = (changes: object = {}) => ({ images: 2, num_model_requests: 1, model: 'm', size: 's', source: 'image.edit', ...changes })
const page = (results: unknown[], rest: object = {}) => ({ data: [{ start_time: 60, end_time: 120, results }], has_more: false, ...rest })

describe('counting what an account was used for', () => {
  it('asks for minutes by model, size, source and key, of the one key, and reads every page', async () => {
    const { upstream, count } = await asking(200, page([result()], { has_more: true, next_page: 'p2' }), page([result({ model: null })]))
    expect(await count('key_7')).toEqual({
      counts: [
        { fromMs: 60_000, model: 'm', size: 's', source: 'image.edit', requests: 1, images: 2 },
        { fromMs: 60_000, model: null, size: 's', source: 'image.edit', requests: 1, images: 2 },
      ],
    })
    const asked = upstream.calls.map(({ requestLine }) => new URL(requestLine.split(' ')[1]!, 'http://x'))
    expect(asked[0]!.pathname).toBe('/v1/organization/usage/images')
    expect(Object.fromEntries(asked[0]!.searchParams)).toMatchObject({ start_time: '60', end_time: '180', bucket_width: '1m' })
    expect(asked[0]!.searchParams.getAll('group_by[]')).toEqual(['model', 'size', 'source', 'api_key_id'])
    expect(asked[0]!.searchParams.getAll('api_key_ids[]')).toEqual(['key_7'])
    expect(asked.map(({ searchParams }) => searchParams.get('page'))).toEqual([null, 'p2'])
    expect(upstream.calls[0]!.headers['authorization']).toBe('Bearer sk-admin-canary')
  })

  it.each([
    ['a refusal', 403, { error: { message: 'You have insufficient permissions' } }, /^rejected \(403\)$/],
    ['no JSON', 200, '<html>', /^bad_response/],
    ['no buckets', 200, { object: 'page' }, /no buckets/],
    ['a bucket without results', 200, { data: [{ start_time: 60 }] }, /cannot be read/],
    ['a negative count', 200, page([result({ num_model_requests: -1 })]), /cannot be read/],
    ['a count in words', 200, page([result({ images: 'many' })]), /cannot be read/],
    ['a next page that it does not name', 200, page([], { has_more: true }), /no next page/],
  ])('is not available, never half a count, where upstream answers with %s', async (_what, status, answer, reason) => {
    const { count } = await asking(status, answer)
    expect(await count()).toEqual({ unavailable: expect.stringMatching(reason) })
  })
})

describe('asking what an account was billed', () => {
  const day = (...amounts: unknown[]) => ({ object: 'bucket', results: amounts.map((amount) => ({ amount })) })
  const usd = (value: unknown) => ({ value, currency: 'usd' })

  it('adds up every line of every day, to the nano-dollar, of the one key', async () => {
    const { upstream, bill } = await asking(200, { data: [day(usd(0.1), usd('0.20000000')), day(), day(usd(1.5e-9))], has_more: false })
    expect(await bill('key_7')).toEqual({ nanos: 300_000_002n })
    const asked = new URL(upstream.calls[0]!.requestLine.split(' ')[1]!, 'http://x')
    expect(asked.pathname).toBe('/v1/organization/costs')
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({ start_time: '0', end_time: '172800', bucket_width: '1d' })
    expect(asked.searchParams.getAll('api_key_ids[]')).toEqual(['key_7'])
  })

  it.each([
    ['a refusal', 403, { error: { message: 'You have insufficient permissions' } }],
    ['no days', 200, { object: 'page' }],
    ['more days than it gives', 200, { data: [day(usd(1))], has_more: true }],
    ['euros', 200, { data: [day({ value: 1, currency: 'eur' })] }],
    ['no amount', 200, { data: [day(null)] }],
    ['an amount in words', 200, { data: [day(usd('much'))] }],
    ['an amount beyond all measure', 200, { data: [day(usd(1e300))] }],
  ])('is not available, never half a bill, where upstream answers with %s', async (_what, status, answer) => {
    const { bill } = await asking(status, answer)
    expect(await bill()).toEqual({ unavailable: expect.any(String) })
  })
})

describe('an event of a webhook', () => {
  it.each<[JsonObject, unknown]>([
    [
      { type: 'response.completed', data: { id: 'resp_1' } },
      { about: 'response', responseId: 'resp_1' },
    ],
    [
      { type: 'response.incomplete', data: { id: 'resp_1' } },
      { about: 'response', responseId: 'resp_1' },
    ],
    [
      { type: 'batch.expired', data: { id: 'batch_1' } },
      { about: 'batch', batchId: 'batch_1' },
    ],
    [{ type: 'fine_tuning.job.failed', data: { id: 'x' } }, null],
    [{ type: 'response.completed', data: { id: 7 } }, null],
    [{ type: 'response.completed' }, null],
    [{}, null],
  ])('%j is read as %j', async (body, expected) => {
    const { event } = await asking(200)
    expect(event(body)).toEqual(expected)
  })
})
