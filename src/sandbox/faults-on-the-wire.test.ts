import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pictureFacts, post, postOverSocket, postWith, quickSandbox, readEvents, spoiled, type WireAnswer } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

/** How many calls were charged while something happened. */
async function chargedBy(act: () => Promise<unknown>): Promise<number> {
  const before = sandbox.invoice.totals().calls
  await act()
  return sandbox.invoice.totals().calls - before
}

/** Lengths of the HTTP chunks that a body came in. */
function chunkLengths({ rawBody }: WireAnswer): number[] {
  const borders = rawBody.toString('latin1').matchAll(/(?:^|\r\n)([0-9a-f]+)\r\n/g)
  return Array.from(borders, ([, hex]) => Number.parseInt(hex!, 16))
}

describe('instead of a picture', () => {
  test.each([
    ['status=500', 500, 'server_error', null],
    ['status=503', 503, 'server_error', null],
    ['status=429', 429, 'input-images', 'rate_limit_exceeded'],
    ['status=401', 401, 'invalid_request_error', 'invalid_api_key'],
    ['status=403', 403, 'invalid_request_error', null],
    ['status=418', 418, 'invalid_request_error', null],
    ['code=insufficient_quota', 429, 'insufficient_quota', 'insufficient_quota'],
    ['code=billing_hard_limit_reached', 400, 'billing_limit_user_error', 'billing_hard_limit_reached'],
    ['status=503 code=server_error', 503, 'server_error', 'server_error'],
    ['moderation', 400, 'image_generation_user_error', 'moderation_blocked'],
  ])('%s answers %i in the envelope, free of charge', async (faults, status, type, code) => {
    const charged = await chargedBy(async () => {
      const { response, reply } = await spoiled(sandbox, faults)
      expect(response.status).toBe(status)
      expect(reply.error).toMatchObject({ type, code, param: null })
      expect(response.headers.get('x-request-id')).toMatch(/^req_/)
    })
    expect(charged).toBe(0)
  })

  test('moderation names the stage, the categories and the request', async () => {
    const { response, reply } = await spoiled(sandbox, 'moderation=output')
    expect(reply.error.moderation_details).toEqual({ moderation_stage: 'output', categories: ['violence'] })
    expect(reply.error.message).toContain(response.headers.get('x-request-id'))
  })

  test('retry-after goes with any answer', async () => {
    const { response } = await spoiled(sandbox, 'status=429 retry-after=20')
    expect(response.headers.get('retry-after')).toBe('20')
  })

  test('html is a page of somebody in between: no envelope, no request id', async () => {
    const response = await postWith(sandbox, 'html, status=504')
    expect([response.status, response.headers.get('content-type'), response.headers.get('x-request-id')]).toEqual([504, 'text/html', null])
    expect(await response.text()).toMatch(/^<html>/)
    expect((await postWith(sandbox, 'html')).status).toBe(502)
  })

  test('redirect sends to another host', async () => {
    const response = await postWith(sandbox, 'redirect')
    expect([response.status, new URL(response.headers.get('location')!).host]).toEqual([302, 'elsewhere.sandbox.invalid'])
  })

  test('status-then-ok fails the first call of a prompt only', async () => {
    const statuses = [(await postWith(sandbox, 'status-then-ok=500')).status, (await postWith(sandbox, 'status-then-ok=500')).status]
    expect(statuses).toEqual([500, 200])
  })

  test('charged and free turn the fault table round', async () => {
    expect(await chargedBy(() => postWith(sandbox, 'status=500 charged'))).toBe(1)
    expect(sandbox.invoice.lines().at(-1)!.charged_at_phase).toBe('failure_answer')
    expect(await chargedBy(() => postWith(sandbox, 'usage=missing free'))).toBe(0)
  })

  test('an unknown word is refused, not ignored', async () => {
    const { response, reply } = await spoiled(sandbox, 'cutt=60%')
    expect([response.status, reply.error.code, reply.error.param]).toEqual([400, 'sandbox_unknown_fault', 'prompt'])
    expect((await spoiled(sandbox, 'swap=gpt-9')).reply.error.message).toContain('no such model')
  })
})

describe('a lost answer', () => {
  test('reset-before-headers resets the connection and charges', async () => {
    expect(
      await chargedBy(async () => {
        expect(await postOverSocket(sandbox, 'reset-before-headers')).toMatchObject({ head: '', ending: 'reset' })
      }),
    ).toBe(1)
  })

  test('silence answers nothing until the client gives up, and charges', async () => {
    const charged = await chargedBy(async () => {
      const patience = new AbortController()
      const answer = postWith(sandbox, 'silence', {}, patience.signal)
      await expect.poll(() => sandbox.calls.list().at(-1)).toMatchObject({ charged: true, state: 'running', status: null })
      patience.abort()
      await expect(answer).rejects.toThrow(/abort/)
    })
    expect(charged).toBe(1)
    await expect.poll(() => sandbox.calls.list().at(-1)).toMatchObject({ state: 'broken', status: null })
  })
})

describe('a body that breaks off', () => {
  test.each(['cut=1234', 'reset=1234'])('%s stops after exactly that many bytes, charged', async (faults) => {
    const charged = await chargedBy(async () => {
      const answer = await postOverSocket(sandbox, faults)
      expect(answer.head).toMatch(/^HTTP\/1\.1 200/)
      expect([answer.body.length, answer.whole]).toEqual([1234, false])
      expect(answer.ending).toBe(faults.startsWith('reset') ? 'reset' : 'closed')
    })
    expect(charged).toBe(1)
  })

  test('cut=0 leaves the head alone', async () => {
    const answer = await postOverSocket(sandbox, 'cut=0')
    expect(answer).toMatchObject({ head: expect.stringMatching(/^HTTP\/1\.1 200/), whole: false })
    expect(answer.body.length).toBe(0)
  })

  test('cut=60% stops at that part of the whole', async () => {
    const whole = await postOverSocket(sandbox, 'latency=0')
    const cut = await postOverSocket(sandbox, 'cut=60%')
    expect(whole.whole).toBe(true)
    // Another prompt is another picture, so the lengths agree only roughly.
    expect(cut.body.length / whole.body.length).toBeCloseTo(0.6, 1)
    expect(cut.whole).toBe(false)
  })

  test('cut=100% sends every byte and still not the end', async () => {
    const answer = await postOverSocket(sandbox, 'cut=100%')
    expect(answer.whole).toBe(false)
    expect(() => JSON.parse(answer.body.toString())).not.toThrow()
  })

  test('cut=frame:1 stops a stream after its first preview', async () => {
    const answer = await postOverSocket(sandbox, 'cut=frame:1', { stream: true, partial_images: 2 })
    expect(readEvents(answer.body.toString()).map(({ event }) => event)).toEqual(['image_generation.partial_image'])
    expect(answer.whole).toBe(false)
  })

  test('over-length promises more than comes', async () => {
    const answer = await postOverSocket(sandbox, 'over-length=7')
    expect(Number(/content-length: (\d+)/i.exec(answer.head)![1])).toBe(answer.body.length + 7)
  })

  test('an error answer can be cut as well', async () => {
    const answer = await postOverSocket(sandbox, 'status=500 cut=10')
    expect(answer.head).toMatch(/^HTTP\/1\.1 500/)
    expect([answer.body.length, answer.whole]).toEqual([10, false])
  })
})

describe('a body in another shape', () => {
  test('content-length announces the exact length', async () => {
    const { response } = await spoiled(sandbox, 'content-length')
    expect(response.headers.get('transfer-encoding')).toBeNull()
    expect(response.headers.get('content-length')).toMatch(/^\d+$/)
  })

  test('split-bytes breaks a body into odd pieces without changing it', async () => {
    const answer = await postOverSocket(sandbox, 'split-bytes')
    const lengths = chunkLengths(answer)
    expect(lengths.slice(0, 64)).toEqual(Array(64).fill(1))
    expect(new Set(lengths).size).toBeGreaterThan(5)
    expect(pictureFacts(Buffer.from(JSON.parse(answer.body.toString()).data[0].b64_json, 'base64')).format).toBe('png')
  })

  test('trickle writes small pieces, a twentieth of a second of its rate each', async () => {
    const answer = await postOverSocket(sandbox, 'trickle=40000')
    expect(answer.whole).toBe(true)
    expect(Math.max(...chunkLengths(answer))).toBe(2000)
    const slow = await postOverSocket(sandbox, 'trickle=7 cut=2 status=500')
    expect(slow.body.toString()).toBe('{\n')
  })

  test('gzip compresses although nobody asked', async () => {
    const answer = await postOverSocket(sandbox, 'gzip')
    expect(answer.head).toMatch(/content-encoding: gzip/i)
    expect(JSON.parse(gunzipSync(answer.body).toString()).data).toHaveLength(1)
  })

  test('gzip survives a client that leaves in the middle', async () => {
    await postOverSocket(sandbox, 'gzip cut=50', { stream: true, partial_images: 1 })
    expect((await post(sandbox)).status).toBe(200)
  })

  test('no-request-id takes the id away', async () => {
    const { response } = await spoiled(sandbox, 'no-request-id')
    expect(response.headers.get('x-request-id')).toBeNull()
    expect((await spoiled(sandbox, 'no-request-id status=500')).response.headers.get('x-request-id')).toBeNull()
  })

  test('latency holds one answer back while others come', async () => {
    const leaving = new AbortController()
    const slow = postWith(sandbox, 'latency=600000', {}, leaving.signal).catch((error: Error) => error.name)
    await expect.poll(() => sandbox.calls.list().at(-1)).toMatchObject({ state: 'running', charged: true })
    const record = sandbox.calls.list().at(-1)!
    expect((await post(sandbox)).status).toBe(200)
    expect(record.state).toBe('running')
    leaving.abort()
    expect(await slow).toBe('AbortError')
  })
})
