import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type CheckReply,
  checkReplySchema,
  type ErrorObject,
  type EstimateReply,
  estimateReplySchema,
  type ModelsV2Reply,
  modelsV2ReplySchema,
} from '../../src/contract/record.ts'
import { ledgerLines, postGeneration, readRecord, seeReply, smallCall } from '../support/generation-calls.ts'
import { movedClock } from '../support/moved-clock.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  // Models come and go by date: what is listed here holds on this day.
  gateway = await startTestGateway({ clock: movedClock('2026-11-20') })
})
afterAll(() => gateway.close())

function postJson(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return gateway.fetch(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
}

async function check(change: object, headers: Record<string, string> = {}): Promise<CheckReply> {
  const response = await postJson('/v2/check?operation=generate', { ...smallCall, ...change }, headers)
  expect(response.status).toBe(200)
  return checkReplySchema.parse(await response.json())
}

async function estimate(request: object): Promise<EstimateReply> {
  const response = await postJson('/v2/estimate', { operation: 'generate', request })
  expect(response.status).toBe(200)
  return estimateReplySchema.parse(await response.json())
}

/** What an error says, without the id of the request that was answered. */
function withoutId({ request_id: _, ...rest }: ErrorObject) {
  return rest
}

describe('POST /v2/check', () => {
  it.each([
    ['a bad size', { size: '9x9' }],
    ['a bad size and a bad n', { size: '9x9', n: 11 }],
    ['an unknown key and a bad prompt', { foo: 1, prompt: '' }],
    ['an unknown model and a bad size', { model: 'gpt-image-9', size: '9x9' }],
    ['a model that was shut down', { model: 'gpt-image-1' }],
    ['wrong types', { n: '2', stream: 'true', partial_images: 1.5 }],
    ['a quality of another model', { quality: 'max' }],
    ['transparency', { background: 'transparent' }],
    ['compressed png', { output_format: 'png', output_compression: 10 }],
    ['a model without a price', { model: 'chatgpt-image-latest' }],
    ['a wish that nobody fulfils', { darkroom: { spells: {} } }],
    ['a long prompt', { prompt: 'x'.repeat(32_001) }],
    ['remarks under strictness', { partial_images: 1 }, { 'x-darkroom-strict': 'true' }],
    ['a route that nobody configured', {}, { 'x-darkroom-route': 'elsewhere' }],
  ] as [string, object, Record<string, string>?][])('says first what the call is answered: %s', async (_what, change, headers = {}) => {
    const { ok, refusals, estimate } = await check(change, headers)
    const answer = await seeReply(postGeneration(gateway, change, { headers }))
    expect(ok).toBe(false)
    expect(estimate).toBeNull()
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect({ status: refusals[0]!.status, error: withoutId(refusals[0]!.error) }).toEqual({
      status: answer.status,
      error: withoutId(answer.error!),
    })
  })

  it('says everything that is wrong at once, in the order the call would', async () => {
    const { refusals } = await check({ model: 'gpt-image-9', foo: 1, prompt: '', n: 0, quality: 'ultra' })
    expect(refusals.map(({ error }) => error.param)).toEqual(['model', 'foo', 'prompt', 'n', 'quality'])
  })

  it('resolves a good call, prices it as the estimate does, and passes its remarks on', async () => {
    const request = { ...smallCall, prompt: 'a wide fox', size: '2880x2880', n: 2 }
    const verdict = await check(request)
    expect(verdict).toMatchObject({
      ok: true,
      refusals: [],
      warnings: [{ code: 'experimental_size', param: 'size' }],
      resolved: { model: 'gpt-image-2', size: '2880x2880', quality: 'low', output_format: 'png', n: 2 },
    })
    expect(verdict.estimate).toEqual(await estimate(request))
  })

  it('makes no call and leaves nothing in the books', async () => {
    await using fresh = await startTestGateway()
    await fresh.fetch('/v2/check', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(smallCall) })
    await fresh.fetch('/v2/estimate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ request: smallCall }),
    })
    expect(fresh.gateway.sandbox!.calls.posts()).toBe(0)
    expect(await ledgerLines(fresh)).toEqual([])
  })
})

describe('POST /v2/estimate', () => {
  const explicitCalls = [
    { model: 'gpt-image-2', size: '1024x640', quality: 'low' },
    { model: 'gpt-image-2', size: '1024x1024', quality: 'high' },
    { model: 'gpt-image-2', size: '1536x1024', quality: 'medium', n: 3 },
    { model: 'gpt-image-2', size: '1440x480', quality: 'low', stream: true, partial_images: 3 },
    { model: 'gpt-image-2-2026-04-21', size: '816x816', quality: 'medium', stream: true, partial_images: 1, n: 2 },
    { model: 'gpt-image-2.5-sunburst', size: '1024x1024', quality: 'max' },
    { model: 'gpt-image-2.5-flare', size: '640x1024', quality: 'xhigh', n: 4 },
  ]

  it.each(explicitCalls)('is what $model $size $quality costs to the nano-dollar', async (call) => {
    const request = { ...call, prompt: 'First flush / 新茶入荷' }
    const { expected, reserve, promise, tokens } = await estimate(request)
    const seen = await seeReply(postGeneration(gateway, request))
    const record = await readRecord(gateway, seen.generationId!)
    expect(record.cost).toMatchObject({ settled_nanos: expected.nanos, estimated_nanos: expected.nanos, reserved_nanos: reserve.nanos })
    expect(record.usage).toMatchObject({ text_in: tokens!.text_in, image_out: tokens!.image_out + tokens!.partial_images })
    expect(promise).toBe('token')
  })

  it('gives the price at every quality of the model, each what the call then costs', async () => {
    const { per_quality } = await estimate({ ...smallCall, prompt: 'a fox at every quality' })
    expect(Object.keys(per_quality)).toEqual(['low', 'medium', 'high'])
    for (const [quality, money] of Object.entries(per_quality)) {
      const seen = await seeReply(postGeneration(gateway, { prompt: 'a fox at every quality', quality }))
      expect((await readRecord(gateway, seen.generationId!)).cost.settled_nanos).toBe(money.nanos)
    }
  })

  it('adds up: buckets to the expected price, bounds around it, the reservation above', async () => {
    for (const change of [
      {},
      { size: 'auto', quality: 'auto' },
      { n: 4, stream: true, partial_images: 2 },
      { model: 'gpt-image-2.6-flare' },
    ]) {
      const { low, expected, high, reserve, per_bucket } = await estimate({ ...smallCall, ...change })
      const [lowest, likely, highest, held] = [low, expected, high, reserve].map(({ nanos }) => BigInt(nanos)) as [
        bigint,
        bigint,
        bigint,
        bigint,
      ]
      expect(Object.values(per_bucket).reduce((sum, { nanos }) => sum + BigInt(nanos), 0n)).toBe(likely)
      expect(lowest).toBeLessThanOrEqual(likely)
      expect(likely).toBeLessThanOrEqual(highest)
      expect(held).toBeGreaterThanOrEqual(likely)
    }
  })

  it('says what it assumes where the call leaves something open, and promises nothing where the formula is not known', async () => {
    const open = await estimate({ ...smallCall, size: 'auto', quality: 'auto' })
    expect(open.assumptions.length).toBeGreaterThan(0)
    expect(await estimate({ ...smallCall, model: 'gpt-image-2.6-flare' })).toMatchObject({
      promise: 'none',
      route_owner: 'darkroom-sandbox',
    })
  })

  it.each([
    ['a bad size', { size: '9x9' }],
    ['a model without a price', { model: 'chatgpt-image-latest' }],
  ])('is refused with the error of the call: %s', async (_what, change) => {
    const estimated = await seeReply(postJson('/v2/estimate', { request: { ...smallCall, ...change } }))
    const called = await seeReply(postGeneration(gateway, change))
    expect({ status: estimated.status, error: withoutId(estimated.error!) }).toEqual({
      status: called.status,
      error: withoutId(called.error!),
    })
  })

  it.each([
    ['no request', {}, 'request'],
    ['an unknown member', { request: smallCall, spell: 1 }, 'spell'],
    ['an unknown operation', { request: smallCall, operation: 'dream' }, 'operation'],
    ['a route that nobody configured', { request: smallCall, route: 'elsewhere' }, 'x-darkroom-route'],
  ])('names what is wrong with its own body: %s', async (_what, body, param) => {
    const seen = await seeReply(postJson('/v2/estimate', body))
    expect(seen).toMatchObject({ status: 400, error: { param, outcome: 'not_charged' } })
  })
})

describe('GET /v2/models', () => {
  let models: ModelsV2Reply['models']

  beforeAll(async () => {
    const reply = await (await gateway.fetch('/v2/models')).json()
    models = modelsV2ReplySchema.parse(reply).models
    expect({ models }).toEqual(reply)
  })

  const modelOf = (id: string) => models.find((model) => model.id === id)!

  it('types what each model takes', () => {
    expect(modelOf('gpt-image-2')).toMatchObject({
      aliases: ['gpt-image-2-2026-04-21'],
      capabilities: {
        sizes: { rule: 'free', step: 16, longest_edge: 3840, pixels_min: 655_360, pixels_max: 8_294_400 },
        qualities: ['low', 'medium', 'high'],
      },
    })
    expect(modelOf('gpt-image-1-mini').capabilities.sizes).toEqual({ rule: 'listed', listed: ['1024x1024', '1536x1024', '1024x1536'] })
  })

  it('dates what comes and goes', () => {
    expect(modelOf('gpt-image-1.5')).toMatchObject({ until: '2026-12-01', successor: 'gpt-image-2.5-sunburst' })
  })

  it('names the route, its owner and the price card of each, and has none where a call is refused as unpriced', () => {
    const sandbox = { route_id: 'sandbox', route_owner: 'darkroom-sandbox', kind: 'sandbox', grade: 'production' }
    expect(modelOf('gpt-image-2').routes).toMatchObject([{ ...sandbox, price_card: { id: 'sandbox-gpt-image-2', date: '2026-04-21' } }])
    expect(modelOf('chatgpt-image-latest').routes).toMatchObject([{ ...sandbox, price_card: null }])
  })

  it('lists only what is accepted: the smallest call of each model passes the check or is unpriced', async () => {
    for (const { id, capabilities } of models) {
      const size = capabilities.sizes.rule === 'free' ? '1024x640' : capabilities.sizes.listed[0]
      const { ok, refusals } = await check({ model: id, size, quality: capabilities.qualities[0] })
      const isUnpriced = modelOf(id).routes.every((route) => route.price_card === null)
      expect({ id, ok, code: refusals[0]?.error.code }).toEqual({
        id,
        ok: !isUnpriced,
        code: isUnpriced ? 'price_not_configured' : undefined,
      })
    }
  })
})
