import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { callsOf, ledgerLines, postGeneration, promptWith, readRecord, type SeenReply, seeReply } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const withKey = (key: string) => ({ headers: { 'idempotency-key': key } })
const post = (gateway: TestGateway, change: object, key: string) => seeReply(postGeneration(gateway, change, withKey(key)))
const hashOf = ({ text }: SeenReply) => createHash('sha256').update(text).digest('hex')
const posts = (gateway: TestGateway) => gateway.gateway.sandbox!.calls.posts()

describe('a call with an idempotency key', () => {
  it('is made once; its repetitions get the same bytes, and nothing is reserved or counted for them', async () => {
    await using gateway = await startTestGateway()
    const first = await post(gateway, {}, 'order-1')
    const lines = await ledgerLines(gateway)
    const again = await post(gateway, {}, '"order-1"')
    expect([first.status, again.status, again.text === first.text]).toEqual([200, 200, true])
    expect([first.headers.get('idempotent-replayed'), again.headers.get('idempotent-replayed')]).toEqual([null, 'true'])
    expect(again.generationId).toBe(first.generationId)
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(await ledgerLines(gateway)).toEqual(lines)
    expect(posts(gateway)).toBe(1)
    expect((await readRecord(gateway, first.generationId!)).idempotency).toMatchObject({ keys: ['order-1'], attached: [] })
  })

  it('has its repetitions wait for it while it is under way, as JSON and as a stream, where they begin at once', async () => {
    await using gateway = await startTestGateway()
    const prompt = promptWith('latency=300')
    const json = await Promise.all([1, 2, 3].map(() => post(gateway, { prompt }, 'json')))
    const streams = await Promise.all([1, 2, 3].map(() => post(gateway, { prompt, stream: true, partial_images: 2 }, 'sse')))
    expect(new Set(json.map(hashOf)).size).toBe(1)
    expect(streams.map(({ events }) => events.filter(({ event }) => event.endsWith('.completed')).length)).toEqual([1, 1, 1])
    const pictures = streams.map(({ events }) => events.at(-1)!.data['b64_json'])
    expect(new Set(pictures).size).toBe(1)
    expect(posts(gateway)).toBe(2)
  })

  it('B60 is refused with 422 where it asks for something else, and the original stands as it is', async () => {
    await using gateway = await startTestGateway()
    const first = await post(gateway, {}, 'order-1')
    for (const change of [
      { size: '1024x1024' },
      { prompt: 'a hen' },
      { n: 2 },
      { stream: true },
      { quality: 'medium' },
      { model: 'gpt-image-1-mini', size: '1024x1024' },
    ]) {
      const other = await post(gateway, change, 'order-1')
      expect([other.status, other.error?.code, other.headers.get('x-should-retry')]).toEqual([422, 'idempotency_key_reused', 'false'])
    }
    const same = await post(gateway, { n: 1, user: 'somebody', stream: false, quality: 'low' }, 'order-1')
    expect([same.text === first.text, posts(gateway)]).toEqual([true, 1])
  })

  it('gets the same error again where the call failed for good, and is told to leave it at that', async () => {
    await using gateway = await startTestGateway()
    const call = { prompt: promptWith('status=400') }
    const first = await post(gateway, call, 'refused')
    const again = await post(gateway, call, 'refused')
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect([
      again.headers.get('x-should-retry'),
      callsOf(gateway, (await readRecord(gateway, first.generationId!)).attempts[0]!.id),
    ]).toEqual(['false', 1])
    expect(posts(gateway)).toBe(1)
  })
})
