import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  AbortError,
  ConnectionError,
  createDarkroom,
  type Darkroom,
  type DarkroomOptions,
  NotFoundError,
  OutcomeUnknownError,
  RefusedError,
  TimeoutError,
} from '../../sdk/src/index.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { room } from '../support/edit-calls.ts'
import { promptWith, smallCall } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const client = (change: Partial<DarkroomOptions> = {}): Darkroom =>
  createDarkroom({ baseUrl: gateway.url, key: gateway.key, retries: { firstDelayMs: 1, longestDelayMs: 5 }, ...change })
const posts = () => gateway.gateway.sandbox!.calls.posts()
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error) => error,
  )
/** Where nobody listens: somebody did, a moment ago. */
async function nobody(): Promise<string> {
  const proxy = await startCuttingProxy(gateway.url, [])
  await proxy[Symbol.asyncDispose]()
  return proxy.url
}

/** A client whose connections break off after so many bytes of the answer. */
async function brokenClient(...cuts: (number | null)[]) {
  const proxy = await startCuttingProxy(gateway.url, cuts)
  return { darkroom: client({ baseUrl: proxy.url }), proxy, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() }
}

/** A client before which something answers in the gateway's place: `lose` = after the gateway was asked. */
function clientBehind(...answers: ('lose' | Response)[]): { darkroom: Darkroom; asked: () => number } {
  let asked = 0
  const darkroom = client({
    fetch: async (...call) => {
      asked += 1
      const answer = answers.shift()
      if (answer instanceof Response) return answer
      const response = await fetch(...call)
      if (answer !== 'lose') return response
      await response.body?.cancel()
      throw new TypeError('the connection broke')
    },
  })
  return { darkroom, asked: () => asked }
}

const page = (status: number, headers = {}) =>
  new Response('<html>busy</html>', { status, headers: { 'content-type': 'text/html', ...headers } })

/** What a gateway that stops says at its door. */
const shutDoor = () => {
  const facts = {
    type: 'server_error',
    code: 'shutting_down',
    param: null,
    generation_id: null,
    request_id: 'req_1',
    docs: '/docs/errors#shutting_down',
  }
  const error = { message: 'Darkroom is stopping.', outcome: 'not_charged', next_action: 'retry', ...facts }
  return new Response(JSON.stringify({ error }), { status: 503, headers: { 'x-should-retry': 'true' } })
}

describe('a call whose answer is lost', () => {
  it.each([
    ['before its first byte', 0],
    ['in its head', 100],
    ['in the middle of the picture', 3000],
  ])('%s is asked for again under the same key, and made once', async (_, cut) => {
    await using broken = await brokenClient(cut, cut)
    const before = posts()
    const result = await broken.darkroom.generate({ ...smallCall, prompt: `lost at ${cut}` })
    expect(result).toMatchObject({ isReplay: true, images: [{}] })
    expect(result.image.bytes().length).toBeGreaterThan(1000)
    expect([posts() - before, broken.proxy.connections()]).toEqual([1, 3])
  })

  it('is an edit: its files are brought again, also those that could be read once only', async () => {
    await using broken = await brokenClient(0)
    const before = posts()
    const image = new Blob([new Uint8Array(room)]).stream()
    const result = await broken.darkroom.edit({ model: 'gpt-image-2', prompt: 'a lamp', size: '1024x640', quality: 'low', image })
    expect([result.isReplay, posts() - before]).toEqual([true, 1])
  })

  it.each([
    ['before its first picture was told', 9000],
    ['after it', 17_000],
  ])('is a stream, %s: it goes on where it broke off, and tells no picture twice', async (when, cut) => {
    await using broken = await brokenClient(cut)
    const before = posts()
    const events: string[] = []
    const call = { ...smallCall, prompt: `lost in a stream ${when}`, n: 2, stream: true as const, partial_images: 1 }
    for await (const { type, index } of broken.darkroom.generate(call)) events.push(`${type} ${index}`)
    expect(events.filter((event) => event.startsWith('completed'))).toEqual(['completed 0', 'completed 1'])
    expect([posts() - before, broken.proxy.connections()]).toEqual([1, 2])
  })

  it('is given up after so many attempts, with its key, which still reads the answer', async () => {
    await using broken = await brokenClient(0, 0)
    const before = posts()
    const fault = await faultOf(broken.darkroom.generate({ ...smallCall, prompt: 'given up' }, { maxAttempts: 2 }))
    expect(fault).toBeInstanceOf(ConnectionError)
    expect(fault).toMatchObject({ status: null, outcome: 'unknown', nextAction: 'retry', idempotencyKey: expect.stringMatching(/^sdk-/) })
    const recovered = await client().recover(fault.idempotencyKey)
    expect(recovered).toMatchObject({ isReplay: true, idempotencyKey: fault.idempotencyKey, images: [{}] })
    expect([(await recovered.record()).status, posts() - before]).toEqual(['completed', 1])
  })
})

describe('a call that is refused or unknown', () => {
  it('is not repeated when nobody knows whether it was charged', async () => {
    const { darkroom, asked } = clientBehind()
    const before = posts()
    const fault = await faultOf(darkroom.generate({ ...smallCall, prompt: promptWith('reset-before-headers') }))
    expect(fault).toBeInstanceOf(OutcomeUnknownError)
    expect(fault).toMatchObject({ status: 502, failure: 'upstream_outcome_unknown', outcome: 'unknown', shouldRetry: false })
    expect([asked(), posts() - before]).toEqual([1, 1])
    expect((await darkroom.generations.get(fault.generationId)).status).toBe('outcome_unknown')
  })

  it('is not repeated when it does not fit the contract, nor under a key that means something else', async () => {
    const { darkroom, asked } = clientBehind()
    const first = await darkroom.generate({ ...smallCall })
    const fault = await faultOf(darkroom.generate({ ...smallCall, prompt: 'another' }, { idempotencyKey: first.idempotencyKey }))
    expect(fault).toBeInstanceOf(RefusedError)
    expect(fault).toMatchObject({ status: 422, code: 'idempotency_key_reused', outcome: 'not_charged' })
    expect(asked()).toBe(2)
  })

  it('is repeated where a page of something in front stands in for an answer', async () => {
    const { darkroom, asked } = clientBehind(page(502), page(504), page(429, { 'retry-after': '0' }), page(503))
    expect(await darkroom.generate({ ...smallCall, prompt: 'behind pages' })).toMatchObject({ isReplay: false })
    expect(asked()).toBe(5)
  })

  it('is called unknown, not free, when a door is shut after an attempt was lost', async () => {
    const before = posts()
    const { darkroom } = clientBehind('lose', shutDoor())
    const fault = await faultOf(darkroom.generate({ ...smallCall, prompt: 'shut behind it' }, { maxAttempts: 2 }))
    expect(fault).toBeInstanceOf(OutcomeUnknownError)
    expect(fault).toMatchObject({ outcome: 'unknown', nextAction: 'retry', cause: { failure: 'shutting_down', outcome: 'not_charged' } })
    expect(posts() - before).toBe(1)
  })

  it('was surely free when nobody was there to take it', async () => {
    const fault = await faultOf(client({ baseUrl: await nobody() }).generate({ ...smallCall }, { maxAttempts: 2 }))
    expect(fault).toBeInstanceOf(ConnectionError)
    expect(fault).toMatchObject({ outcome: 'not_charged', nextAction: 'retry' })
  })

  it('is unknown when somebody may have taken it before nobody was there', async () => {
    await using broken = await brokenClient(0)
    let isGone = false
    const darkroom = client({
      fetch: async (url, init) => {
        if (isGone) return fetch(await nobody(), init)
        isGone = true
        return fetch(String(url).replace(gateway.url, broken.proxy.url), init)
      },
    })
    const fault = await faultOf(darkroom.generate({ ...smallCall, prompt: 'gone behind it' }, { maxAttempts: 3 }))
    expect(fault).toBeInstanceOf(ConnectionError)
    expect(fault).toMatchObject({ outcome: 'unknown' })
  })

  it('is not sent a second time when it would change something twice', async () => {
    const { darkroom, asked } = clientBehind('lose')
    const upload = darkroom.files.upload(new Blob([new Uint8Array(room)]))
    expect(await faultOf(upload)).toMatchObject({ name: 'ConnectionError', outcome: 'not_charged' })
    expect(asked()).toBe(1)
  })
})

describe('a caller that does not wait', () => {
  const slow = (text: string) => ({ ...smallCall, prompt: promptWith('latency=400', text) })

  it('by its signal: an AbortError at once; the call goes on and its key reads the picture', async () => {
    const before = posts()
    const leaving = new AbortController()
    const call = faultOf(client().generate(slow('aborted'), { signal: leaving.signal }))
    while (posts() === before) await new Promise((resolve) => setTimeout(resolve, 5))
    leaving.abort(new Error('no longer wanted'))
    const fault = await call
    expect(fault).toBeInstanceOf(AbortError)
    expect(fault).toMatchObject({ name: 'AbortError', outcome: 'unknown', cause: { message: 'no longer wanted' } })
    const recovered = await client().recover(fault.idempotencyKey)
    expect([recovered.images.length, posts() - before]).toEqual([1, 1])
  })

  it('by its time: a TimeoutError; the same call with the same key waits for the one under way', async () => {
    const before = posts()
    const options = { idempotencyKey: 'order-4711-cover' }
    const fault = await faultOf(client().generate(slow('timed out'), { ...options, timeoutMs: 100 }))
    expect(fault).toBeInstanceOf(TimeoutError)
    const again = await client().generate(slow('timed out'), options)
    expect([again.isReplay, posts() - before]).toEqual([true, 1])
  })

  it('by leaving the loop of a stream: the picture is made all the same', async () => {
    const call = { ...slow('left'), stream: true as const, partial_images: 1 }
    const stream = client().generate(call)
    for await (const event of stream) {
      expect(event.type).toBe('partial')
      break
    }
    expect((await client().recover(stream.idempotencyKey)).images).toHaveLength(1)
  })
})

describe('recover', () => {
  it('waits for a call that is under way, streamed or not', async () => {
    const slow = { ...smallCall, prompt: promptWith('latency=500') }
    const [json, stream] = [{ idempotencyKey: 'recover-1' }, { idempotencyKey: 'recover-2' }]
    const before = posts()
    const calls = [
      client().generate(slow, json),
      client()
        .generate({ ...slow, stream: true }, stream)
        .result(),
    ]
    while (posts() < before + 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const recovered = await Promise.all([json, stream].map(({ idempotencyKey }) => client().recover(idempotencyKey)))
    const made = await Promise.all(calls)
    expect(recovered.map(({ generationId }) => generationId)).toEqual(made.map(({ generationId }) => generationId))
    expect(recovered.map(({ image }) => image.base64)).toEqual(made.map(({ image }) => image.base64))
  })

  it('does not find what was never called', async () => {
    await expect(client().recover('nobody-used-this')).rejects.toBeInstanceOf(NotFoundError)
  })
})
