import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord } from '../../src/contract/record.ts'
import { abandonCall } from '../support/abandoned-calls.ts'
import { makeKey } from '../support/admin-calls.ts'
import {
  callsOf,
  postGeneration,
  promptWith,
  readRecord,
  type SeenReply,
  seeReply,
  settledRecord,
  smallCall,
} from '../support/generation-calls.ts'
import { type MovedClock, movedClock } from '../support/moved-clock.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let clock: MovedClock
let gateway: TestGateway

beforeAll(async () => {
  clock = movedClock()
  gateway = await startTestGateway({ clock })
})
afterAll(() => gateway.close())

const posts = () => gateway.gateway.sandbox!.calls.posts()
const retry = (change: object, count: number, apiKey = gateway.key): Promise<SeenReply> =>
  seeReply(postGeneration(gateway, change, { headers: { 'x-stainless-retry-count': String(count), authorization: `Bearer ${apiKey}` } }))
const attachedBy = ({ headers }: SeenReply) => headers.get('x-darkroom-attached-by')
const leave = (change: object) => abandonCall(gateway, { ...smallCall, ...change })

/** Calls that upstream saw of a generation. */
const callsUpstream = ({ attempts }: GenerationRecord) => attempts.reduce((sum, { id }) => sum + callsOf(gateway, id), 0)

describe('the official client, with its own retries', () => {
  const asked = { ...smallCall, n: 1 } as const
  const seconds = { call: 6, patience: 2 }
  /** Leaves room for a busy machine: the last retry comes well after the call has ended. */
  const maxRetries = 4
  const slow = (text: string) => promptWith(`latency=${seconds.call * 1000}`, text)

  it.concurrent('F65 that gives up after 2 s pays a call of 6 s once, without a key: its retries are recognised', async ({ expect }) => {
    const prompt = slow('a fox without a key')
    const client = gateway.client({ maxRetries, timeout: seconds.patience * 1000 })
    const { data, response } = await client.images.generate({ ...asked, prompt }).withResponse()
    expect(data.data![0]!.b64_json!.length).toBeGreaterThan(1000)
    expect(response.headers.get('x-darkroom-attached-by')).toBe('shadow')
    const record = await readRecord(gateway, response.headers.get('x-darkroom-generation')!)
    expect(record.idempotency!.attached.length).toBeGreaterThanOrEqual(2)
    expect(new Set(record.idempotency!.attached.map(({ attached_by }) => attached_by))).toEqual(new Set(['shadow']))
    expect(callsUpstream(record)).toBe(1)
  }, 60_000)

  it.concurrent('pays it once with a key as well, and then as often as it is run', async ({ expect }) => {
    const prompt = slow('a fox with a key')
    const client = gateway.client({ maxRetries, timeout: seconds.patience * 1000 })
    const run = () => client.images.generate({ ...asked, prompt }, { headers: { 'Idempotency-Key': 'fox-1' } }).withResponse()
    const [first, again] = [await run(), await run()]
    expect(again.data.data![0]!.b64_json).toBe(first.data.data![0]!.b64_json)
    expect(again.response.headers.get('x-darkroom-generation')).toBe(first.response.headers.get('x-darkroom-generation'))
    expect(callsUpstream(await readRecord(gateway, first.response.headers.get('x-darkroom-generation')!))).toBe(1)
  }, 60_000)
})

describe('a retry without a key', () => {
  it('waits for the call that its client left, and gets its bytes; the record says so', async () => {
    const change = { prompt: promptWith('latency=400', 'left') }
    const before = posts()
    const { generationId } = await leave(change)
    const seen = await retry(change, 1)
    expect([seen.status, attachedBy(seen), seen.generationId, seen.headers.get('idempotent-replayed')]).toEqual([
      200,
      'shadow',
      generationId,
      'true',
    ])
    expect(posts() - before).toBe(1)
    const { idempotency } = await readRecord(gateway, generationId)
    expect(idempotency).toMatchObject({ keys: [], attached: [{ attached_by: 'shadow' }] })
  })

  it('gets the result of a call that ended after its client had left', async () => {
    const change = { prompt: promptWith('latency=200', 'ended') }
    const { generationId } = await leave(change)
    await settledRecord(gateway, generationId)
    expect(await retry(change, 1)).toMatchObject({ status: 200, generationId })
  })

  it('is a call of its own when the count is 0 or absent, the request another, or the API key', async () => {
    const change = { prompt: promptWith('latency=150', 'mine') }
    const { generationId } = await leave(change)
    const { key } = await makeKey(gateway, (await readRecord(gateway, generationId)).project_id)
    const others = [
      await retry(change, 0),
      await seeReply(postGeneration(gateway, change)),
      await retry({ ...change, quality: 'medium' }, 1),
      await retry(change, 1, key),
    ]
    expect(others.map((seen) => [seen.status, attachedBy(seen), seen.generationId === generationId])).toEqual(
      Array(4).fill([200, null, false]),
    )
  })

  it('is a call of its own beside one that named a key: the retries of that one name it too', async () => {
    const change = { prompt: promptWith('latency=150', 'keyed') }
    await abandonCall(gateway, { ...smallCall, ...change }, { 'idempotency-key': 'keyed' })
    expect(attachedBy(await retry(change, 1))).toBeNull()
  })

  it('is a call of its own when the answer was delivered, or is older than 15 minutes', async () => {
    const delivered = await retry({ prompt: 'a delivered fox' }, 0)
    for (;;) if ((await readRecord(gateway, delivered.generationId!)).idempotency!.delivery === 'delivered') break
    expect(attachedBy(await retry({ prompt: 'a delivered fox' }, 1))).toBeNull()

    const change = { prompt: promptWith('latency=100', 'long ago') }
    const { generationId } = await leave(change)
    await settledRecord(gateway, generationId)
    clock.move(15 * 60_000 + 1000)
    expect(attachedBy(await retry(change, 1))).toBeNull()
  })

  it('adopts a call that no other chain of retries has adopted: two calls that were meant twice stay two', async () => {
    const change = { prompt: promptWith('latency=300', 'twins') }
    const before = posts()
    const originals = [(await leave(change)).generationId, (await leave(change)).generationId]
    const first = await Promise.all([retry(change, 1), retry(change, 1)])
    expect(first.map(({ generationId }) => generationId).sort()).toEqual(originals.sort())
    expect(attachedBy(await retry(change, 1))).toBeNull()
    expect(posts() - before).toBe(3)
  })

  it('is made again where the call surely cost nothing, and answered with the error where it may have', async () => {
    const refused = { prompt: promptWith('latency=100 status=429 retry-after=0', 'refused') }
    const { generationId } = await leave(refused)
    await settledRecord(gateway, generationId)
    const again = await retry(refused, 1)
    expect([attachedBy(again), again.generationId === generationId]).toEqual([null, false])

    for (const script of ['latency=100 reset-before-headers', 'latency=100 no-data']) {
      const unclear = { prompt: promptWith(script, 'unclear') }
      const left = await leave(unclear)
      const record = await settledRecord(gateway, left.generationId)
      const before = posts()
      const told = await retry(unclear, 1)
      expect([told.status, told.headers.get('x-should-retry'), told.error?.code, told.generationId]).toEqual([
        502,
        'false',
        record.error!.code,
        left.generationId,
      ])
      expect(posts()).toBe(before)
    }
  })

  it('is told that nobody knows even where the client was told before', async () => {
    const unknown = { prompt: promptWith('reset-before-headers', 'told') }
    const first = await retry(unknown, 0)
    const again = await retry(unknown, 1)
    expect([first.status, again.status, again.generationId, again.headers.get('x-should-retry')]).toEqual([
      502,
      502,
      first.generationId,
      'false',
    ])
  })
})
