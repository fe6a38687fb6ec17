import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startSandbox } from '../../src/sandbox/index.ts'
import { abandonCall } from '../support/abandoned-calls.ts'
import { makeProject } from '../support/admin-calls.ts'
import { startGatewayProcess } from '../support/gateway-process.ts'
import {
  ledgerLines,
  postGeneration,
  promptWith,
  readRecord,
  type SeenReply,
  seeReply,
  settledRecord,
  smallCall,
  sumOf,
} from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { responseOf, smallAsk } from './responses-calls.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const read = (path: string, key = gateway.key): Promise<SeenReply> =>
  seeReply(gateway.fetch(path, { headers: { authorization: `Bearer ${key}` } }))
const byKey = (key: string, apiKey?: string) => read(`/v2/generations/by-key/${encodeURIComponent(key)}/result`, apiKey)
const byId = (id: string, apiKey?: string) => read(`/v2/generations/${id}/result`, apiKey)
const posts = () => gateway.gateway.sandbox!.calls.posts()

describe('a client whose connection broke', () => {
  it('F63 fetches the result by its key: the call went on, the picture is stored and paid for', async () => {
    const key = 'odd key/with%20"signs"?'.replaceAll(' ', '_')
    const body = { ...smallCall, prompt: promptWith('latency=400', 'cut') }
    const before = posts()
    const { generationId } = await abandonCall(gateway, body, { 'idempotency-key': key })
    const early = await byKey(key)
    expect([early.status, early.error?.code, early.headers.get('retry-after'), early.headers.get('x-should-retry')]).toEqual([
      409,
      'result_not_ready',
      '2',
      'true',
    ])
    await settledRecord(gateway, generationId)
    const result = await byKey(key)
    expect([result.status, result.generationId, result.headers.get('content-type')]).toEqual([200, generationId, 'application/json'])
    const again = await seeReply(postGeneration(gateway, { prompt: body.prompt }, { headers: { 'idempotency-key': key } }))
    expect([again.text, (await byId(generationId)).text]).toEqual([result.text, result.text])
    expect(posts() - before).toBe(1)
    const record = await readRecord(gateway, generationId)
    expect(sumOf(await ledgerLines(gateway, generationId), 'settle')).toBe(BigInt(record.cost.settled_nanos))
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }], idempotency: { delivery: 'left' } })
  })

  it('F64 in the middle of a stream fetches its completed event', async () => {
    const body = { ...smallCall, stream: true, partial_images: 2, prompt: promptWith('latency=300', 'cut stream') }
    const { generationId } = await abandonCall(gateway, body, { 'idempotency-key': 'stream' })
    await settledRecord(gateway, generationId)
    const result = await byKey('stream')
    expect([result.headers.get('content-type'), result.events.map(({ event }) => event)]).toEqual([
      'text/event-stream; charset=utf-8',
      ['image_generation.completed'],
    ])
    const { data } = result.events[0]!
    const image = await gateway.fetch(`/v2/images/${(await readRecord(gateway, generationId)).images[0]!.id}`)
    expect(Buffer.from(data['b64_json'] as string, 'base64').equals(Buffer.from(await image.arrayBuffer()))).toBe(true)
  })

  it('of a Responses call fetches the response', async () => {
    const body = { ...smallAsk, input: promptWith('latency=300', 'Draw a fox') }
    const { generationId } = await abandonCall(gateway, body, { 'idempotency-key': 'response' }, '/v1/responses')
    await settledRecord(gateway, generationId)
    expect(responseOf(await byKey('response'))).toMatchObject({
      status: 'completed',
      output: expect.arrayContaining([expect.objectContaining({ type: 'image_generation_call', result: expect.any(String) })]),
    })
  })

  it('is answered when it comes back before the call has ended, while others wait too', async () => {
    const prompt = promptWith('latency=500', 'comes back')
    await abandonCall(gateway, { ...smallCall, prompt }, { 'idempotency-key': 'back' })
    const before = posts()
    const answers = await Promise.all(
      [1, 2].map(() => seeReply(postGeneration(gateway, { prompt }, { headers: { 'idempotency-key': 'back' } }))),
    )
    expect([answers.map(({ status }) => status), answers[0]!.text === answers[1]!.text, posts() - before]).toEqual([[200, 200], true, 0])
  })
})

describe('the result of a call', () => {
  it('is the error it ended with, with its status, also where nobody knows', async () => {
    for (const script of ['status=400', 'reset-before-headers', 'no-data']) {
      const failed = await seeReply(postGeneration(gateway, { prompt: promptWith(script) }))
      const result = await byId(failed.generationId!)
      expect([script, result.status, result.text, result.headers.get('x-should-retry')]).toEqual([
        script,
        failed.status,
        failed.text,
        'false',
      ])
    }
  })

  it('is found by nobody else, and not where there is none', async () => {
    const made = await seeReply(postGeneration(gateway, {}, { headers: { 'idempotency-key': 'mine' } }))
    const stranger = await makeProject(gateway, 'stranger')
    const answers = [
      await byKey('mine', stranger.key),
      await byId(made.generationId!, stranger.key),
      await byKey('never-used'),
      await byId(`gen_${'0'.repeat(44)}`),
      await byId('x'),
    ]
    expect(answers.map(({ status, error }) => [status, error?.code])).toEqual(Array(5).fill([404, 'not_found']))
    expect((await byKey('x'.repeat(256))).error?.code).toBe('invalid_idempotency_key')
    expect((await byKey('~'.repeat(255))).status).toBe(404)
    expect((await read('/v2/generations/by-key/mine/result', gateway.adminToken)).text).toBe(made.text)
  })
})

describe('a process that is killed while it calls', () => {
  it('F36 has made one call when its client comes back with the key, and makes no second one', async () => {
    await using opening = new AsyncDisposableStack()
    const sandbox = opening.adopt(await startSandbox({ latencyMs: 0, flat: true }), (emulator) => emulator.close())
    const dataFolder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-killed-')), (folder) =>
      rm(folder, { recursive: true, force: true }),
    )
    const start = async () => opening.use(await startGatewayProcess({ dataFolder, upstreamUrl: sandbox.url }))
    const call = (to: Awaited<ReturnType<typeof start>>, prompt: string, key: string) =>
      to.fetch('/v1/images/generations', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ ...smallCall, prompt }),
      })

    const killed = await start()
    const whole = await seeReply(call(killed, 'before', 'whole'))
    const cut = call(killed, promptWith('silence', 'cut'), 'cut').catch(() => null)
    while (sandbox.calls.posts() < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    await killed.end('SIGKILL')
    await cut

    const next = await start()
    const again = await Promise.all([1, 2, 3].map(() => seeReply(call(next, promptWith('silence', 'cut'), 'cut'))))
    for (const answer of again) {
      expect([answer.status, answer.headers.get('x-should-retry'), answer.headers.get('idempotent-replayed')]).toEqual([
        502,
        'false',
        'true',
      ])
      expect(answer.error).toMatchObject({ code: 'upstream_outcome_unknown', generation_id: again[0]!.generationId })
    }
    expect(await seeReply(call(next, 'before', 'whole'))).toMatchObject({ text: whole.text, generationId: whole.generationId })
    expect(sandbox.calls.posts()).toBe(2)
    const entries = (await (await next.fetch('/v2/ledger/entries?limit=1000')).json()) as { entries: { generation_id: string }[] }
    expect(new Set(entries.entries.map(({ generation_id }) => generation_id)).size).toBe(2)
  }, 60_000)
})
