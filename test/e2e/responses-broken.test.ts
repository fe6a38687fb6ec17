import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GenerationRecord, generationRecordSchema } from '../../src/contract/record.ts'
import { callsOf, ledgerLines, promptWith, type SeenReply, sumOf } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { type BrokenResponse, brokenResponses } from './responses-broken-table.ts'
import { booksOf, picturesOf, respond, responseOf, type SeenImageCall, type SeenResponse, type TwoBooks } from './responses-calls.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({ backgroundPauseMs: 20 })
})
afterAll(() => gateway.close())

/** What the client has in its hands, in the table's words. */
function clientView(seen: SeenReply): BrokenResponse['client'] {
  const { status, error, ending, headers } = seen
  const [code, outcome] = [error?.code ?? '', error?.outcome ?? '']
  if (status !== 200) return { kind: 'refused', status, code, outcome, retry: headers.get('x-should-retry') ?? '' }
  if (ending === 'broken') return { kind: 'broken' }
  return error ? { kind: 'event', code, outcome } : { kind: 'response', status: responseOf(seen)!.status }
}

function compared(booked: TwoBooks, invoiced: TwoBooks, { main, tool }: Exclude<BrokenResponse['money'], string>) {
  const word = (asked: string, book: keyof TwoBooks) =>
    booked[book] === invoiced[book]
      ? '='
      : booked[book] > invoiced[book]
        ? 'over'
        : `below: ${booked[book]} of ${invoiced[book]} (${asked})`
  return { main: word(main, 'main'), tool: word(tool, 'tool') }
}

async function expectMoney(expect: Expect, record: GenerationRecord, money: BrokenResponse['money']): Promise<void> {
  const lines = await ledgerLines(gateway, record.id)
  const held = sumOf(lines, 'hold_unknown')
  const { booked, invoiced } = await booksOf(gateway, record)
  expect(record.cost).toMatchObject({ settled_nanos: String(booked.main + booked.tool), held_unknown_nanos: String(held) })
  expect(sumOf(lines, 'reserve')).toBe(sumOf(lines, 'release') < 0n ? -sumOf(lines, 'release') : sumOf(lines, 'release'))
  if (money === 'released') expect({ booked, invoiced, held }).toEqual({ booked: none, invoiced: none, held: 0n })
  else if (money === 'held') {
    expect(booked).toEqual(none)
    expect(held).toBeGreaterThanOrEqual(invoiced.main + invoiced.tool)
    expect(held).toBeGreaterThan(0n)
  } else {
    expect(held).toBe(0n)
    expect(compared(booked, invoiced, money)).toEqual(money)
  }
}

type Expect = typeof import('vitest')['expect']
const none: TwoBooks = { main: 0n, tool: 0n }

describe.concurrent('what becomes of an assistant call', () => {
  it.for(brokenResponses.map((call) => [call.claim, call] as const))('%s', async ([, call], { expect }) => {
    const headers: Record<string, string> = call.timeoutMs === null ? {} : { 'x-darkroom-timeout-ms': String(call.timeoutMs) }
    const { seen, record } = await respond(gateway, { input: promptWith(call.script, 'Draw a fox'), ...call.change }, { headers })

    expect(clientView(seen)).toEqual(call.client)
    expect(generationRecordSchema.parse(record)).toEqual(record)
    expect(record).toMatchObject({
      status: call.status,
      retry_reason: call.retryReason,
      next_action: call.nextAction,
      attempts: [{ n: 1, outcome: call.attempt, retry_reason: call.retryReason }],
    })
    expect(record.error === null).toBe(call.status === 'completed')
    if (seen.error) expect(record.error).toEqual(seen.error)
    expect(record.images).toHaveLength(call.images)
    expect(remarksOf(record)).toEqual(call.remarks)
    expect(callsOf(gateway, record.attempts[0]!.id)).toBe(1)
    await expectMoney(expect, record, call.money)
    // Whatever was estimated says so.
    if (call.remarks.includes('usage_estimated')) expect(record.usage?.source).toBe('estimated')
  })
})

function remarksOf({ warnings }: GenerationRecord): string[] {
  const codes = warnings.map(({ code }) => code)
  return codes.filter((code) => code !== 'responses_for_one_picture').sort()
}

/** The picture of a stream's finished item, and the id of its call. */
function finishedItem({ events }: SeenReply): { id: string; bytes: Buffer } {
  const items = events.filter(({ event }) => event === 'response.output_item.done').map(({ data }) => data['item'] as SeenImageCall)
  const { id, result } = items.find((item) => item.result)!
  return { id, bytes: Buffer.from(result!, 'base64') }
}

describe('a picture of an answer that broke off', () => {
  it('is stored, and the client has the same bytes in the part that it got', async () => {
    const { seen, record } = await respond(gateway, { stream: true, input: promptWith('cut=frame:12', 'Draw a fox') })
    const { id, bytes } = finishedItem(seen)
    expect(record.images).toMatchObject([{ sha256: sha256(bytes), storage: 'stored' }])
    expect(record.assistant).toMatchObject({ call_ids: [id], trace: expect.arrayContaining([expect.objectContaining({ call_id: id })]) })
    const stored = await gateway.fetch(`/v2/images/${record.images[0]!.id}`)
    expect(sha256(Buffer.from(await stored.arrayBuffer()))).toBe(sha256(bytes))
  })

  it('is in the response that can be read again, which says that it broke off', async () => {
    const { seen, record } = await respond(gateway, { stream: true, input: promptWith('cut=frame:12', 'Draw a fox') })
    const again = await gateway.fetch(`/v1/responses/${record.assistant!.response_id}`)
    const { status, incomplete_details, output } = (await again.json()) as SeenResponse
    expect({ status, incomplete_details }).toEqual({ status: 'incomplete', incomplete_details: { reason: 'answer_broke_off' } })
    const [kept] = output.filter(({ type }) => type === 'image_generation_call')
    expect(sha256(Buffer.from(kept!.result!, 'base64'))).toBe(sha256(finishedItem(seen).bytes))
  })

  it('can be edited in the next turn, by the id of its call and of its response', async () => {
    const { seen, record } = await respond(gateway, { stream: true, input: promptWith('cut=frame:12', 'Draw a fox') })
    const input = [
      { role: 'user', content: 'Make it night' },
      { type: 'image_generation_call', id: finishedItem(seen).id },
    ]
    const byCall = await respond(gateway, { input })
    const byResponse = await respond(gateway, { input: 'Make it night', previous_response_id: record.assistant!.response_id })
    for (const next of [byCall, byResponse]) expect(next.record).toMatchObject({ status: 'completed', assistant: { replayed_images: 1 } })
  })
})

describe('a failed image call', () => {
  it('is on record with its error, beside the pictures that came', async () => {
    const { seen, record } = await respond(gateway, { input: promptWith('failitem', 'Draw two pictures of a fox') })
    const failed = responseOf(seen)!.output.filter(({ status }) => status === 'failed')
    expect(failed.length).toBeGreaterThan(0)
    const trace = await (await gateway.fetch(`/v2/generations/${record.id}/trace`)).json()
    const calls = (trace as { calls: { call_id: string; status: string; error: unknown; images: unknown[] }[] }).calls
    for (const { id, error } of failed)
      expect(calls).toContainEqual(expect.objectContaining({ call_id: id, status: 'failed', error, images: [] }))
  })
})

/** Begins a streamed call and leaves it once so many bytes have come. */
async function leave(change: object, afterBytes: number): Promise<string> {
  const leaving = new AbortController()
  const body = JSON.stringify({ model: 'gpt-5.4', input: 'Draw a fox', stream: true, ...change })
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json' }, signal: leaving.signal }
  const response = await gateway.fetch('/v1/responses', init)
  const reader = response.body!.getReader()
  for (let read = 0; read < afterBytes; ) read += (await reader.read()).value!.length
  leaving.abort()
  return response.headers.get('x-darkroom-generation')!
}

describe('a client that leaves', () => {
  it('leaves a call that goes on: its picture is stored, its response can be read, both books are exact', async () => {
    const generationId = await leave({ tools: [{ type: 'image_generation', size: '1024x640', quality: 'low', partial_images: 2 }] }, 200)
    const record = await ended(generationId)
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }] })
    const { booked, invoiced } = await booksOf(gateway, record)
    expect(booked).toEqual(invoiced)
    const again = await gateway.fetch(`/v1/responses/${record.assistant!.response_id}`)
    expect(await again.json()).toMatchObject({
      status: 'completed',
      output: expect.arrayContaining([expect.objectContaining({ type: 'message' })]),
    })
  })
})

async function ended(generationId: string): Promise<GenerationRecord> {
  for (;;) {
    const record = (await (await gateway.fetch(`/v2/generations/${generationId}`)).json()) as GenerationRecord
    if (record.status !== 'running') return record
    await wait(10)
  }
}

describe('a background response whose stream breaks off', () => {
  it.each(['cut=frame:1', 'cut=frame:4', 'reset=frame:2'])('goes on upstream and is brought home: %s', async (script) => {
    const { seen, record } = await respond(gateway, { background: true, stream: true, input: promptWith(script, 'Draw a fox') })
    expect(seen.error).toMatchObject({ code: 'upstream_bad_response', message: expect.stringContaining('GET /v1/responses/resp_') })
    expect(record).toMatchObject({ status: 'completed', images: [{ storage: 'stored' }], attempts: [{ n: 1 }] })
    expect(callsOf(gateway, record.attempts[0]!.id)).toBe(1)
    const { booked, invoiced } = await booksOf(gateway, record)
    expect(booked).toEqual(invoiced)
  })

  it('is forgotten by upstream: held as unknown, never asked for again', async () => {
    const { record } = await respond(gateway, { background: true, input: promptWith('forget', 'Draw a fox') })
    expect(record).toMatchObject({ status: 'outcome_unknown', images: [], next_action: 'human' })
    const { invoiced } = await booksOf(gateway, record)
    expect(sumOf(await ledgerLines(gateway, record.id), 'hold_unknown')).toBeGreaterThanOrEqual(invoiced.main + invoiced.tool)
  })

  it.each(['broken-base64', 'url'])(
    'cannot be read when it is finished: charged and lost, and not asked for for ever: %s',
    async (script) => {
      const { record } = await respond(gateway, { background: true, input: promptWith(script, 'Draw a fox') })
      expect(record).toMatchObject({ status: 'failed', images: [], usage: { source: 'estimated' } })
      const { booked, invoiced } = await booksOf(gateway, record)
      expect(booked.main).toBeGreaterThanOrEqual(invoiced.main)
      expect(booked.tool).toBeGreaterThanOrEqual(invoiced.tool)
    },
  )

  it('fails in the background: the record says so', async () => {
    const { record } = await respond(gateway, { background: true, input: promptWith('failresponse', 'Draw a fox') })
    expect(record).toMatchObject({ status: 'outcome_unknown', retry_reason: 'provider_5xx', assistant: { background: true } })
    const again = await gateway.fetch(`/v1/responses/${record.assistant!.response_id}`)
    expect(await again.json()).toMatchObject({ status: 'failed', error: { code: 'server_error' } })
  })
})

describe('healthy answers', () => {
  it('reach the client with the pictures that are stored, in their order', async () => {
    const { seen, record } = await respond(gateway, { input: 'Draw three pictures of a fox' })
    expect(picturesOf(seen).map(sha256)).toEqual(record.images.map((image) => image.sha256))
    expect(record.images).toHaveLength(3)
    const { booked, invoiced } = await booksOf(gateway, record)
    expect(booked).toEqual(invoiced)
  })
})
