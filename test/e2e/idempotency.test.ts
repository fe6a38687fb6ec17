import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawQuery } from '../../src/db/index.ts'
import { KEY_LIFE_MS } from '../../src/idempotency/index.ts'
import { callAs, makeBudget, makeProject } from '../support/admin-calls.ts'
import { editRoom } from '../support/edit-calls.ts'
import { ledgerLines, postGeneration, promptWith, readRecord, type SeenReply, seeReply, smallCall } from '../support/generation-calls.ts'
import { type MovedClock, movedClock } from '../support/moved-clock.ts'
import { withPlaceholders } from '../support/placeholders.ts'
import { exchange, rawRequest } from '../support/raw-http.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let clock: MovedClock
let gateway: TestGateway

beforeAll(async () => {
  clock = movedClock()
  gateway = await startTestGateway({ clock })
})
afterAll(() => gateway.close())

const withKey = (key: string, apiKey = gateway.key) => ({ headers: { 'idempotency-key': key, authorization: `Bearer ${apiKey}` } })
const post = (change: object, key: string, apiKey?: string) => seeReply(postGeneration(gateway, change, withKey(key, apiKey)))
const posts = () => gateway.gateway.sandbox!.calls.posts()
const isReplay = ({ headers }: SeenReply) => headers.get('idempotent-replayed') === 'true'
const sameText = (answers: readonly SeenReply[]) => new Set(answers.map(({ text }) => text)).size === 1

/** How many calls upstream saw while something was done. */
async function callsDuring(work: () => Promise<unknown>): Promise<number> {
  const before = posts()
  await work()
  return posts() - before
}

/** Changes rows behind the gateway's back, as retention would. */
async function changeRows(sql: string, ...values: string[]): Promise<void> {
  const { database } = gateway.gateway.parts
  await database.transact([{ query: rawQuery(withPlaceholders(database, sql), values) }])
}

describe('a call with an idempotency key', () => {
  it('is made once; its repetitions get the same bytes, and nothing is reserved, sent or counted for them', async () => {
    const first = await post({}, 'order-1')
    const [lines, calls] = [await ledgerLines(gateway), posts()]
    const again = await post({}, '"order-1"')
    expect([first.status, again.status, sameText([first, again])]).toEqual([200, 200, true])
    expect([isReplay(first), isReplay(again)]).toEqual([false, true])
    expect(again.generationId).toBe(first.generationId)
    expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
    expect(again.headers.get('x-darkroom-sandbox')).toBe('true')
    expect([await ledgerLines(gateway), posts()]).toEqual([lines, calls])
    expect((await readRecord(gateway, first.generationId!)).idempotency).toMatchObject({ keys: ['order-1'], attached: [] })
    const metrics = await fetch(`${gateway.url}/metrics`, { headers: { authorization: `Bearer ${gateway.adminToken}` } })
    expect(await metrics.text()).toContain('darkroom_repeated_calls_total{attached_by="key"} 1')
  })

  it('has its repetitions wait while it is under way; a stream begins at once and ends in the completed event', async () => {
    const prompt = promptWith('latency=300')
    const json = await Promise.all([1, 2, 3].map(() => post({ prompt }, 'waiting-1')))
    const streams = await Promise.all([1, 2, 3].map(() => post({ prompt, stream: true, partial_images: 2 }, 'waiting-2')))
    expect([sameText(json), json.filter(isReplay).length]).toEqual([true, 2])
    const replayed = streams.filter(isReplay)
    expect([sameText(replayed), replayed.map(({ events }) => events.map(({ event }) => event))]).toEqual([
      true,
      Array(2).fill(['image_generation.completed']),
    ])
    const original = streams.find((stream) => !isReplay(stream))!
    expect(original.text.endsWith(replayed[0]!.text)).toBe(true)
    expect(await post({ prompt, stream: true, partial_images: 2 }, 'waiting-2')).toMatchObject({ text: replayed[0]!.text, ending: 'whole' })
  })

  it('has an error that comes while its repetitions wait told to all of them', async () => {
    const prompt = promptWith('latency=200 status=400')
    const calls = await callsDuring(async () => {
      const json = await Promise.all([1, 2].map(() => post({ prompt }, 'failing-1')))
      expect([sameText(json), json.map(({ status }) => status)]).toEqual([true, [400, 400]])
      const streams = await Promise.all([1, 2].map(() => post({ prompt, stream: true }, 'failing-2')))
      expect(new Set(streams.map(({ error }) => JSON.stringify(error))).size).toBe(1)
      expect(streams.find(isReplay)!.events.map(({ event }) => event)).toEqual(['error'])
    })
    expect(calls).toBe(2)
  })

  it('B60 is refused with 422 where it asks for something else, and the original stands as it is', async () => {
    const first = await post({}, 'order-60')
    const calls = await callsDuring(async () => {
      const changes = [
        { size: '1024x1024' },
        { prompt: 'a hen' },
        { n: 2 },
        { stream: true },
        { quality: 'medium' },
        { model: 'gpt-image-2.6-flare' },
      ]
      for (const change of changes) {
        const other = await post(change, 'order-60')
        expect([other.status, other.error?.code, other.headers.get('x-should-retry')]).toEqual([422, 'idempotency_key_reused', 'false'])
      }
      expect(sameText([first, await post({ n: 1, user: 'somebody', stream: false, moderation: 'auto' }, 'order-60')])).toBe(true)
    })
    expect(calls).toBe(0)
  })

  it('B61 of another project is a call of its own', async () => {
    const other = await makeProject(gateway, 'another')
    const [mine, theirs] = [await post({}, 'order-61'), await post({}, 'order-61', other.key)]
    expect([mine.status, theirs.status, isReplay(theirs)]).toEqual([200, 200, false])
    expect(theirs.generationId).not.toBe(mine.generationId)
    expect((await post({ quality: 'medium' }, 'order-61b', other.key)).status).toBe(200)
    expect((await post({}, 'order-61b')).status).toBe(200)
  })

  it('gets the same error again where it failed for good, and is told to leave it at that', async () => {
    for (const script of ['status=400', 'status=429', 'status=500', 'moderation', 'no-data']) {
      const call = { prompt: promptWith(script) }
      const calls = await callsDuring(async () => {
        const answers = [await post(call, `failed-${script}`), await post(call, `failed-${script}`)]
        expect([script, sameText(answers), answers[1]!.status, isReplay(answers[1]!)]).toEqual([script, true, answers[0]!.status, true])
        expect(answers[1]!.headers.get('x-should-retry')).toBe('false')
      })
      expect(calls, script).toBeLessThanOrEqual(3)
    }
  })

  it('whose answer broke off is told to have been charged, and is not made again', async () => {
    const call = { prompt: promptWith('broken-json') }
    const calls = await callsDuring(async () => {
      const [first, again] = [await post(call, 'broken'), await post(call, 'broken')]
      expect([first.ending, again.status, again.error?.code, again.error?.outcome]).toEqual([
        'broken',
        502,
        'upstream_bad_response',
        'charged',
      ])
    })
    expect(calls).toBe(1)
  })

  it('is never made again where nobody knows whether it was charged: 502, with the id of the generation', async () => {
    const call = { prompt: promptWith('reset-before-headers') }
    const calls = await callsDuring(async () => {
      const answers = [await post(call, 'unknown'), await post(call, 'unknown'), await post(call, 'unknown')]
      expect(sameText(answers)).toBe(true)
      for (const answer of answers) {
        expect([answer.status, answer.headers.get('x-should-retry')]).toEqual([502, 'false'])
        expect(answer.error).toMatchObject({
          code: 'upstream_outcome_unknown',
          outcome: 'unknown',
          generation_id: answers[0]!.generationId,
        })
      }
    })
    expect(calls).toBe(1)
  })

  it('is not used up by a refusal before anything was sent, and is answered again when nothing could be accepted any more', async () => {
    const { project, key } = await makeProject(gateway, 'poor')
    const budget = await makeBudget(gateway, { project_id: project.id, book: 'sandbox', limit_usd: '0' })
    const refused = await Promise.all([1, 2, 3].map(() => post({}, 'budgeted', key)))
    expect(refused.map(({ status, error }) => [status, error?.code])).toEqual(Array(3).fill([402, 'budget_exceeded']))
    expect((await post({ size: '17x17' }, 'budgeted', key)).status).toBe(400)
    const limit = (usd: string) => callAs(gateway, gateway.adminToken, 'PATCH', `/v2/budgets/${budget.id}`, { limit_usd: usd })
    await limit('1')
    const made = await post({}, 'budgeted', key)
    await limit('0')
    const again = await post({}, 'budgeted', key)
    expect([made.status, isReplay(made), again.status, sameText([made, again])]).toEqual([200, false, 200, true])
  })

  it('answers 410 once its pictures are deleted, and makes no new call', async () => {
    const first = await post({}, 'deleted')
    await changeRows('update images set deleted_at_ms = 1 where generation_id = ?', first.generationId!)
    const calls = await callsDuring(async () => {
      const again = await post({}, 'deleted')
      expect([again.status, again.error?.code, again.headers.get('x-should-retry')]).toEqual([410, 'result_expired', 'false'])
    })
    expect(calls).toBe(0)
  })

  it('is answered from the record where the text of its answer was not kept', async () => {
    for (const stream of [false, true]) {
      const key = `untold-${stream}`
      const first = await post({ stream }, key)
      await changeRows('update stored_replies set sealed = null where generation_id = ?', first.generationId!)
      const again = await post({ stream }, key)
      const members = ({ text, events }: SeenReply) => (stream ? events.at(-1)!.data : JSON.parse(text))
      const [known, written] = [members(first), members(again)]
      expect(written).toMatchObject(
        stream ? { type: known.type, b64_json: known.b64_json } : { data: known.data, created: expect.any(Number) },
      )
      for (const member of ['size', 'quality', 'output_format']) expect([member, written[member]]).toEqual([member, known[member]])
      expect(written.usage).toMatchObject({ input_tokens: known.usage.input_tokens, output_tokens: known.usage.output_tokens })
    }
  })

  it('is a new call after 30 days, and forgotten by then', async () => {
    const first = await post({}, 'old')
    clock.move(KEY_LIFE_MS - 60_000)
    expect(isReplay(await post({}, 'old'))).toBe(true)
    clock.move(60_001)
    const later = await post({}, 'old')
    expect([later.status, isReplay(later), later.generationId === first.generationId]).toEqual([200, false, false])
    expect((await readRecord(gateway, first.generationId!)).idempotency).toMatchObject({ keys: [] })
  })
})

describe('an idempotency key that cannot be used', () => {
  const body = JSON.stringify(smallCall)
  const raw = (...lines: string[]) => {
    const request = rawRequest('POST /v1/images/generations', headers(), body)
    return exchange(
      gateway.url,
      Buffer.from(request.replace('\r\n\r\n', `\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`), 'latin1'),
    )
  }
  const headers = () => ({ Host: new URL(gateway.url).host, Authorization: `Bearer ${gateway.key}`, 'Content-Type': 'application/json' })

  it('B58 of 256 characters is refused', async () => {
    expect(await post({}, 'x'.repeat(256))).toMatchObject({
      status: 400,
      error: { code: 'invalid_idempotency_key', param: 'Idempotency-Key' },
    })
    expect((await post({}, 'x'.repeat(255))).status).toBe(200)
  })

  it.each([
    ['empty', ['Idempotency-Key:']],
    ['two quotes', ['Idempotency-Key: ""']],
    ['not ASCII', ['Idempotency-Key: caf\u00e9']],
    ['two words', ['Idempotency-Key: a b']],
    ['sent twice', ['Idempotency-Key: a', 'Idempotency-Key: a']],
  ])('B59 that is %s is refused', async (_name, lines) => {
    const calls = await callsDuring(async () => {
      const answer = await raw(...lines)
      expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([400, 'invalid_idempotency_key'])
    })
    expect(calls).toBe(0)
  })
})

describe('an edit with an idempotency key', () => {
  it('is the same call with the same files, and another with others', async () => {
    const headers = { 'idempotency-key': 'edit-1' }
    const [first, again] = [await editRoom(gateway, { headers }), await editRoom(gateway, { headers })]
    expect([first.status, isReplay(again), sameText([first, again])]).toEqual([200, true, true])
    expect(await editRoom(gateway, { headers, mask: null })).toMatchObject({ status: 422, error: { code: 'idempotency_key_reused' } })
    expect(await post({}, 'edit-1')).toMatchObject({ status: 422 })
  })

  it('is answered again with the pictures that Darkroom made, as JSON and as a stream, also while they are made', async () => {
    const asked: Record<string, string>[] = [{}, { stream: 'true', partial_images: '2' }]
    for (const fields of asked) {
      const headers = { 'idempotency-key': `strict-${Object.keys(fields).length}`, 'x-darkroom-mask': 'strict' }
      const answers = await Promise.all([1, 2].map(() => editRoom(gateway, { headers, fields })))
      answers.push(await editRoom(gateway, { headers, fields }))
      expect([sameText(answers), answers.map(({ status }) => status), answers.filter(isReplay).length]).toEqual([true, [200, 200, 200], 2])
      expect(answers[0]!.record!.originals).toHaveLength(1)
      const { 'x-darkroom-mask': _, ...loose } = headers
      expect((await editRoom(gateway, { headers: loose, fields })).status).toBe(422)
    }
  })
})
