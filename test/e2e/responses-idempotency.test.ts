import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawQuery } from '../../src/db/index.ts'
import { promptWith, type SeenReply } from '../support/generation-calls.ts'
import { withPlaceholders } from '../support/placeholders.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { postResponse, responseOf } from './responses-calls.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({ backgroundPauseMs: 20 })
})
afterAll(() => gateway.close())

const ask = (change: object, key: string) => postResponse(gateway, change, { headers: { 'idempotency-key': key } })
const isReplay = ({ headers }: SeenReply) => headers.get('idempotent-replayed') === 'true'
function run(sql: string, id: string) {
  const { database } = gateway.gateway.parts
  return database.transact([{ query: rawQuery(withPlaceholders(database, sql), [id]) }])
}
const posts = () => gateway.gateway.sandbox!.calls.posts()

describe('a Responses call with an idempotency key', () => {
  it('is made once, and its repetitions get the same bytes, also those that wait for it', async () => {
    const before = posts()
    const answers = await Promise.all([1, 2, 3].map(() => ask({}, 'turn-1')))
    answers.push(await ask({}, 'turn-1'))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect([answers[0]!.status, answers.filter(isReplay).length, posts() - before]).toEqual([200, 3, 1])
    expect((await ask({ input: 'Draw a hen' }, 'turn-1')).error?.code).toBe('idempotency_key_reused')
  })

  it('is streamed again with every event but the previews', async () => {
    const first = await ask({ stream: true }, 'turn-2')
    const again = await ask({ stream: true }, 'turn-2')
    const kept = ({ events }: SeenReply) => events.filter(({ event }) => !event.includes('partial_image'))
    expect([isReplay(again), kept(again)]).toEqual([true, kept(first)])
    expect(responseOf(again)).toEqual(responseOf(first))
  })

  it('is answered from its turn where the text was too long to be kept, and is gone once it is deleted', async () => {
    for (const stream of [false, true]) {
      const key = `long-${stream}`
      const first = await ask({ stream }, key)
      await run('update stored_replies set sealed = null where generation_id = ?', first.generationId!)
      expect(responseOf(await ask({ stream }, key))).toEqual(responseOf(first))
      await gateway.fetch(`/v1/responses/${responseOf(first)!.id}`, { method: 'DELETE' })
      expect(await ask({ stream }, key)).toMatchObject({ status: 410, error: { code: 'result_expired' } })
    }
  })

  it('leaves nothing of its answer behind when it is deleted', async () => {
    const first = await ask({}, 'deleted')
    await gateway.fetch(`/v1/responses/${responseOf(first)!.id}`, { method: 'DELETE' })
    expect(await ask({}, 'deleted')).toMatchObject({ status: 410, error: { code: 'result_expired' } })
    expect(await run('select * from stored_replies where generation_id = ?', first.generationId!)).toMatchObject([{ rows: [] }])
  })

  it('that upstream answered with a failure gets that answer again', async () => {
    const call = { input: promptWith('failresponse', 'Draw a fox') }
    const [first, again] = [await ask(call, 'sad'), await ask(call, 'sad')]
    expect([first.status, again.status, isReplay(again), again.text === first.text]).toEqual([200, 200, true, true])
  })

  it('in the background is shown as it stands: begun first, then with its picture', async () => {
    const before = posts()
    const call = { background: true, input: promptWith('queued=50', 'Draw a fox') }
    const first = responseOf(await ask(call, 'behind'))!
    expect(['queued', 'in_progress']).toContain(first.status)
    for (;;) {
      const again = responseOf(await ask(call, 'behind'))!
      expect(again.id).toBe(first.id)
      if (again.status === 'completed') break
    }
    expect(posts() - before).toBe(1)
  })

  it('in the background is never taken for a call without a record, not even at the moment it ends', async () => {
    const call = { background: true, input: promptWith('queued=50', 'Draw a fox') }
    const askUntilItEnds = async (key: string): Promise<number[]> => {
      const { status, text } = await ask(call, key)
      return [status, ...(text.includes('"status": "completed"') || status !== 200 ? [] : await askUntilItEnds(key))]
    }
    const statuses = await Promise.all(Array.from({ length: 20 }, (_, nth) => askUntilItEnds(`end-${nth}`)))
    expect(new Set(statuses.flat())).toEqual(new Set([200]))
  })

  it('has nothing to do with x-darkroom-cache', async () => {
    const refused = await postResponse(gateway, {}, { headers: { 'x-darkroom-cache': 'ttl=60' } })
    expect(refused).toMatchObject({ status: 400, error: { param: 'x-darkroom-cache' } })
  })
})
