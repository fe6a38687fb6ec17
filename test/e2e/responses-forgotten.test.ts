import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord, ThreadReply } from '../../src/contract/record.ts'
import { rawQuery } from '../../src/db/index.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { callAs, makeBudget, readBudget } from '../support/admin-calls.ts'
import { ledgerLines, type SeenReply, settledRecord } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { keyOfAnotherProject } from './another-project.ts'
import { bookedBooks, booksOf, invoicedBooks, picturesOf, postResponse, respond, responseOf } from './responses-calls.ts'

let gateway: TestGateway
let upstream: Sandbox

beforeAll(async () => {
  gateway = await startTestGateway({ backgroundPauseMs: 20 })
  upstream = gateway.gateway.sandbox!
})
afterAll(() => gateway.close())

/** One turn of a conversation: what the client has of it, and its record. */
interface Turn {
  seen: SeenReply
  record: GenerationRecord
  responseId: string
  callId: string
  picture: Buffer
}

async function turn(change: object, init: RequestInit = {}): Promise<Turn> {
  const { seen, record } = await respond(gateway, change, init)
  const response = responseOf(seen)
  if (response === null) throw new Error(`expected a response, found ${seen.status} ${seen.text.slice(0, 300)}`)
  const callId = response.output.find(({ type }) => type === 'image_generation_call')!.id
  return { seen, record, responseId: response.id, callId, picture: picturesOf(seen)[0]! }
}

const goOn = (from: Turn, input: string, change: object = {}) => turn({ input, previous_response_id: from.responseId, ...change })

/** A next turn that names the picture of an earlier one by its call. */
const pickUp = (from: Turn, words: string, change: object = {}) =>
  turn({
    input: [
      { role: 'user', content: words },
      { type: 'image_generation_call', id: from.callId },
    ],
    ...change,
  })

/** Hashes of the pictures that upstream got with an attempt, and what each was named by. */
function arrived(attempt: { id: string } | undefined, at: Sandbox = upstream) {
  const call = at.calls.list().find(({ client_request_id: id }) => id === `dk-${attempt?.id}`)
  return { names: (call?.inputs ?? []).map(({ name }) => name), hashes: (call?.inputs ?? []).map((input) => input.sha256) }
}

const threadOf = async ({ record }: Turn) => (await (await gateway.fetch(`/v2/generations/${record.id}/thread`)).json()) as ThreadReply

/** The first attempt was refused and cost nothing, the second has the pictures in it; both books are those of the invoice. */
async function expectReplayed({ record }: Turn, pictures: readonly Buffer[]): Promise<void> {
  expect(record).toMatchObject({
    status: 'completed',
    assistant: { replayed_images: pictures.length },
    attempts: [
      { n: 1, outcome: 'rejected: upstream has forgotten the turn before', retry_reason: 'validation' },
      { n: 2, outcome: 'completed', retry_reason: null },
    ],
  })
  expect(arrived(record.attempts[1]).hashes).toEqual(pictures.map(sha256))
  const lines = await ledgerLines(gateway, record.id)
  const kinds = record.attempts.map(({ id }) => [...new Set(lines.filter((line) => line.attempt_id === id).map(({ kind }) => kind))])
  expect(kinds).toEqual([
    ['reserve', 'release'],
    ['reserve', 'release', 'settle'],
  ])
  const { booked, invoiced } = await booksOf(gateway, record)
  expect(booked).toEqual(invoiced)
  expect(invoiced.tool).toBeGreaterThan(0n)
}

describe('a turn that is told again', () => {
  const budgetOf = (limit_usd: string) =>
    makeBudget(gateway, { project_id: gateway.gateway.parts.access.defaultProjectId, limit_usd, book: 'sandbox' })
  const end = (id: string) => callAs(gateway, gateway.adminToken, 'DELETE', `/v2/budgets/${id}`)

  it('fits into a budget that has room for one of its two attempts at a time', async () => {
    const first = await turn({})
    upstream.responses.forget()
    const { id } = await budgetOf('1.50')
    const { record } = await goOn(first, 'Make it night')
    expect(record.attempts).toHaveLength(2)
    const { spent, reserved, held } = await readBudget(gateway, id)
    expect([spent.nanos, reserved.nanos, held.nanos]).toEqual([record.cost.settled_nanos, '0', '0'])
    await end(id)
  })

  it('is refused, free of charge, where a budget has no room any more for its second attempt', async () => {
    const first = await turn({})
    upstream.responses.forget()
    const { id } = await budgetOf('1.50')
    // Others take up the budget at the moment in which the second attempt begins.
    const { database } = gateway.gateway.parts
    const trigger = `create trigger taken_up before insert on attempts when new.n = 2
      begin update budget_periods set spent_nanos = limit_nanos; end`
    await database.transact([{ query: rawQuery(trigger) }])
    const seen = await postResponse(gateway, { input: 'Make it night', previous_response_id: first.responseId })
    await database.transact([{ query: rawQuery('drop trigger taken_up') }])
    const { spent, reserved, held } = await readBudget(gateway, id)
    await end(id)
    expect(seen).toMatchObject({ status: 402, error: { code: 'budget_exceeded', outcome: 'not_charged', budget: { id } } })
    expect([spent.nanos, reserved.nanos, held.nanos]).toEqual(['0', '0', '0'])
    expect(await settledRecord(gateway, seen.generationId!)).toMatchObject({
      status: 'failed',
      attempts: [{ n: 1 }],
      cost: { settled: '0' },
    })
  })
})

describe.each([
  ['as JSON', {}],
  ['as a stream', { stream: true }],
])('three turns %s', (_how, shape) => {
  it('edit the picture of the turn before while upstream has it: no byte is sent again', async () => {
    const first = await turn(shape)
    const second = await goOn(first, 'Make it night', shape)
    const third = await goOn(second, 'Add a boat', shape)
    expect(third.record).toMatchObject({ assistant: { replayed_images: 0 }, attempts: [{ n: 1, outcome: 'completed' }] })
    expect(arrived(third.record.attempts[0])).toEqual({ names: ['previous_response_id'], hashes: [sha256(second.picture)] })
    expect((await threadOf(third)).turns.map(({ generation_id }) => generation_id)).toEqual(
      [first, second, third].map(({ record }) => record.id),
    )
  })

  it('go on by previous_response_id when upstream has forgotten: its pictures are told again, byte for byte', async () => {
    const first = await turn(shape)
    const second = await goOn(first, 'Make it night', shape)
    upstream.responses.forget()
    const third = await goOn(second, 'Add a boat', shape)
    await expectReplayed(third, [first.picture, second.picture])
    expect((await threadOf(third)).turns.map(({ prompt }) => prompt)).toEqual(['Draw a fox', 'Make it night', 'Add a boat'])
    expect((await threadOf(third)).turns.at(-1)).toMatchObject({ replayed_images: 2, continued_by: 'previous_response_id' })
  })

  it('go on by the id of an image call when upstream has forgotten it', async () => {
    const first = await turn(shape)
    const second = await pickUp(first, 'Make it night', shape)
    expect(arrived(second.record.attempts[0])).toEqual({ names: [first.callId], hashes: [sha256(first.picture)] })
    upstream.responses.forget()
    const third = await pickUp(second, 'Add a boat', shape)
    await expectReplayed(third, [second.picture])
    expect((await threadOf(third)).turns.map(({ continued_by }) => continued_by)).toEqual(['start', 'image_call_id', 'image_call_id'])
  })

  it('go on by both at once, when upstream has forgotten both', async () => {
    const other = await turn({ ...shape, input: 'Draw a hat' })
    const first = await turn(shape)
    upstream.responses.forget()
    const input = [
      { role: 'user', content: 'Put the hat on the fox' },
      { type: 'image_generation_call', id: other.callId },
    ]
    const second = await turn({ ...shape, input, previous_response_id: first.responseId })
    await expectReplayed(second, [first.picture, other.picture])
  })

  it('show again what the user brought along in a turn that is forgotten', async () => {
    const brought = (await turn({ input: 'Draw a photograph' })).picture
    const image = { type: 'input_image', image_url: `data:image/png;base64,${brought.toString('base64')}` }
    const first = await turn({ ...shape, input: [{ role: 'user', content: [{ type: 'input_text', text: 'Make it night' }, image] }] })
    expect(arrived(first.record.attempts[0]).hashes).toEqual([sha256(brought)])
    upstream.responses.forget()
    const second = await goOn(first, 'Add a boat', shape)
    expect(arrived(second.record.attempts[1]).hashes).toEqual([brought, first.picture].map(sha256))
  })
})

describe('what upstream keeps in part or not at all', () => {
  it('a response whose pictures alone are gone is told again by the id of its call', async () => {
    const first = await turn({ input: 'Draw a fox [[sandbox: forget=pictures]]' })
    await expectReplayed(await pickUp(first, 'Make it night'), [first.picture])
  })

  it('store: false is told again in the first attempt already, turn after turn', async () => {
    const first = await turn({ store: false })
    const second = await goOn(first, 'Make it night', { store: false })
    const third = await goOn(second, 'Add a boat', { store: false })
    const byCall = await pickUp(third, 'And a moon', { store: false })
    for (const [{ record }, pictures] of [
      [second, [first.picture]],
      [third, [first.picture, second.picture]],
      [byCall, [third.picture]],
    ] as const) {
      expect(record).toMatchObject({ assistant: { replayed_images: pictures.length }, attempts: [{ n: 1, outcome: 'completed' }] })
      expect(arrived(record.attempts[0]).hashes).toEqual(pictures.map(sha256))
      const { booked, invoiced } = await booksOf(gateway, record)
      expect(booked).toEqual(invoiced)
    }
    expect(upstream.responses.list().map(({ id }) => id)).not.toContain(first.responseId)
  })

  it('an id that nobody knows is upstream’s to judge: its own error, nothing charged, no second attempt', async () => {
    const { seen, record } = await respond(gateway, { previous_response_id: 'resp_unheard_of' })
    expect(seen).toMatchObject({ status: 400, error: { code: 'previous_response_not_found', outcome: 'not_charged' } })
    expect(record).toMatchObject({ status: 'failed', attempts: [{ n: 1, outcome: 'rejected' }] })
    expect((await ledgerLines(gateway, record.id)).map(({ kind }) => kind)).toEqual(['reserve', 'release'])
  })

  it('a replay that is refused in its turn ends the call; both attempts are on record and neither is charged', async () => {
    const first = await turn({})
    upstream.responses.forget()
    upstream.faults.arm({ match: { prompt: 'Paint it over' }, fault: 'status=429', times: 1 })
    const { seen, record } = await respond(gateway, { input: 'Paint it over', previous_response_id: first.responseId })
    upstream.faults.clear()
    expect(seen.status).toBe(429)
    expect(record).toMatchObject({ status: 'failed', retry_reason: 'rate_limit', attempts: [{ n: 1 }, { n: 2, outcome: 'rejected' }] })
    const { booked, invoiced } = await booksOf(gateway, record)
    expect({ booked, invoiced }).toEqual({ booked: { main: 0n, tool: 0n }, invoiced: { main: 0n, tool: 0n } })
  })
})

describe('a turn that was deleted', () => {
  it('cannot be gone on from by its response or its call, and nothing of it is sent', async () => {
    const first = await turn({})
    expect((await gateway.fetch(`/v1/responses/${first.responseId}`, { method: 'DELETE' })).status).toBe(200)
    const byResponse = await respond(gateway, { input: 'Make it night', previous_response_id: first.responseId })
    const byCall = await respond(gateway, {
      input: [
        { role: 'user', content: 'Night' },
        { type: 'image_generation_call', id: first.callId },
      ],
    })
    expect([byResponse.seen.status, byCall.seen.status]).toEqual([400, 404])
    for (const { record } of [byResponse, byCall]) {
      expect(record).toMatchObject({ status: 'failed', attempts: [{ n: 1 }] })
      expect(arrived(record.attempts[0]).hashes).toEqual([])
    }
  })

  it('in the middle of a conversation is left out of what is told again', async () => {
    const first = await turn({})
    const second = await goOn(first, 'Make it night')
    const third = await goOn(second, 'Add a boat')
    await gateway.fetch(`/v1/responses/${second.responseId}`, { method: 'DELETE' })
    upstream.responses.forget()
    const fourth = await goOn(third, 'And a moon')
    await expectReplayed(fourth, [first.picture, third.picture])
  })
})

describe('a response of another project', () => {
  it('is not there: refused before anything is sent, by response id, by call id and by reference', async () => {
    const first = await turn({})
    const stranger = { headers: { authorization: `Bearer ${await keyOfAnotherProject(gateway)}` } }
    const posts = upstream.calls.posts()
    for (const change of [
      { input: 'Make it night', previous_response_id: first.responseId },
      {
        input: [
          { role: 'user', content: 'Night' },
          { type: 'image_generation_call', id: first.callId },
        ],
      },
      {
        input: [
          { role: 'user', content: 'Night' },
          { type: 'item_reference', id: first.callId },
        ],
      },
    ]) {
      const seen = await postResponse(gateway, change, stranger)
      expect(seen).toMatchObject({ status: 404, generationId: null, error: { code: 'response_not_found', outcome: 'not_charged' } })
      expect(seen.text).not.toContain('Draw a fox')
    }
    expect(upstream.calls.posts()).toBe(posts)
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/cancel'],
    ] as const) {
      const answer = await gateway.fetch(`/v1/responses/${first.responseId}${path}`, { method, ...stranger })
      expect([method, answer.status]).toEqual([method, 404])
    }
    expect((await gateway.fetch(`/v1/responses/${first.responseId}`)).status).toBe(200)
  })
})

const twoRoutes = (urls: readonly string[]) => `version: 1
routes:
${urls.map((url, index) => `  - { id: 'r${index}', owner: darkroom-sandbox, kind: provider, base_url: '${url}/v1', key: { env: UPSTREAM_KEY } }`).join('\n')}
`

describe('a conversation that changes its route', () => {
  it('goes on with its pictures byte for byte, by response and by call, in one attempt', async () => {
    await using one = await startSandbox({ latencyMs: 0, flat: true })
    await using two = await startSandbox({ latencyMs: 0, flat: true })
    const yaml = twoRoutes([one.url, two.url])
    await using travelling = await startTestGateway({ yaml, environment: { UPSTREAM_KEY: 'sk-upstream' } })
    const on = async (route: string, change: object) => {
      const { seen, record } = await respond(travelling, change, { headers: { 'x-darkroom-route': route } })
      const response = responseOf(seen)!
      return { record, responseId: response.id, callId: response.output.find(({ result }) => result)!.id, picture: picturesOf(seen)[0]! }
    }
    const first = await on('r0', {})
    const second = await on('r1', { input: 'Make it night', previous_response_id: first.responseId })
    const input = [
      { role: 'user', content: 'Add a boat' },
      { type: 'image_generation_call', id: second.callId },
    ]
    const third = await on('r0', { input })

    expect([second, third].map(({ record }) => [record.route_id, record.attempts.length])).toEqual([
      ['r1', 1],
      ['r0', 1],
    ])
    expect(arrived(second.record.attempts[0], two).hashes).toEqual([sha256(first.picture)])
    expect(arrived(third.record.attempts[0], one).hashes).toEqual([sha256(second.picture)])
    const booked = bookedBooks(await ledgerLines(travelling))
    expect(booked).toEqual(invoicedBooks([one, two].flatMap(({ invoice }) => invoice.lines())))
  })
})
