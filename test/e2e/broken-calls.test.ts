import { createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord } from '../../src/contract/record.ts'
import { generationRecordSchema } from '../../src/contract/record.ts'
import { sandboxRoute } from '../../src/routes/index.ts'
import {
  callsOf,
  invoiceOf,
  ledgerLines,
  postGeneration,
  promptWith,
  type SeenReply,
  seeReply,
  settledRecord,
  sumOf,
} from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { brokenCalls, type Money } from './broken-call-table.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

/** Makes a call and gives what the client saw beside the record it left. */
async function callAndRecord(change: object, headers: Record<string, string> = {}) {
  const seen = await seeReply(postGeneration(gateway, change, { headers }))
  return { seen, record: await settledRecord(gateway, seen.generationId!) }
}

function clientView({ status, headers, error, ending }: SeenReply) {
  const retryAfter = headers.get('retry-after') ?? undefined
  return { status, ending, code: error?.code, outcome: error?.outcome, retry: headers.get('x-should-retry'), retryAfter }
}

/** Kinds of ledger lines behind reservation and release. */
const kindsOf: Record<Money, string[]> = {
  released: [],
  'held, not charged': ['hold_unknown'],
  'held, covers it': ['hold_unknown'],
  'lost, as charged': ['loss'],
  'settled as charged': ['settle'],
}

/** Compares what is booked and held for a call with the sandbox's invoice. */
async function moneyOf(record: GenerationRecord) {
  const lines = await ledgerLines(gateway, record.id)
  return {
    kinds: [...new Set(lines.map(({ kind }) => kind))],
    booked: sumOf(lines, 'settle', 'loss'),
    held: sumOf(lines, 'hold_unknown'),
    invoiced: invoiceOf(gateway, record.attempts[0]!.id).reduce((sum, { nanos }) => sum + BigInt(nanos), 0n),
  }
}

describe.concurrent('what becomes of a call', () => {
  it.for(brokenCalls.map((call) => [call.claim, call] as const))('%s', async ([, call], { expect }) => {
    const headers: Record<string, string> = call.timeoutMs === null ? {} : { 'x-darkroom-timeout-ms': String(call.timeoutMs) }
    const { seen, record } = await callAndRecord({ prompt: promptWith(call.script), ...call.change }, headers)

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
    expect(record.warnings.map(({ code }) => code).sort()).toEqual(call.remarks)
    expect(callsOf(gateway, record.attempts[0]!.id)).toBe(1)

    const { kinds, booked, held, invoiced } = await moneyOf(record)
    expect(kinds).toEqual(['reserve', 'release', ...kindsOf[call.money]])
    expect(record.cost).toMatchObject({ settled_nanos: String(booked), held_unknown_nanos: String(held) })
    if (call.money.endsWith('as charged')) expect(booked).toBe(invoiced)
    if (call.money === 'held, covers it') expect(held).toBeGreaterThanOrEqual(invoiced)
    expect(invoiced > 0n).toBe(!['released', 'held, not charged'].includes(call.money))
  })

  it('a refusal of the check leaves no record, no reservation and no upstream call', async () => {
    await using fresh = await startTestGateway()
    for (const change of [{ size: '9x9' }, { n: 11 }, { model: 'dall-e-3' }, { prompt: '' }, { foo: 1 }, { background: 'transparent' }]) {
      const seen = await seeReply(postGeneration(fresh, change))
      expect(seen).toMatchObject({ status: 400, error: { outcome: 'not_charged', generation_id: null }, generationId: null })
    }
    const { database } = fresh.gateway.parts
    expect(await database.read(database.sql.selectFrom('generations').select('id'))).toEqual([])
    expect(await ledgerLines(fresh)).toEqual([])
    expect(fresh.gateway.sandbox!.calls.posts()).toBe(0)
  })

  it('keeps the remarks of the check on the record of a call that upstream refused', async () => {
    const { record } = await callAndRecord({ prompt: promptWith('moderation'), partial_images: 2 })
    expect(record).toMatchObject({ status: 'failed', warnings: [{ code: 'partial_images_without_stream' }] })
  })
})

/** A server that does one thing to every connection. */
async function rudeServer(onData: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => onData(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { port, close: () => new Promise((resolve) => server.close(resolve)) }
}

describe('what becomes of a call to an upstream that is none', () => {
  const callOn = async (baseUrl: string) => {
    const routes = [{ ...sandboxRoute('http://unused'), baseUrl }]
    await using lonely = await startTestGateway({ config: { routes } })
    const seen = await seeReply(postGeneration(lonely))
    const record = await settledRecord(lonely, seen.generationId!)
    const kinds = (await ledgerLines(lonely, record.id)).map(({ kind }) => kind)
    return { seen, record, kinds }
  }

  it('nobody listens: surely not sent, released, and the client may try again', async () => {
    const server = await rudeServer(() => undefined)
    await server.close()
    const { seen, record, kinds } = await callOn(`http://127.0.0.1:${server.port}/v1`)
    expect(clientView(seen)).toMatchObject({ status: 502, code: 'upstream_unreachable', outcome: 'not_charged', retry: 'true' })
    expect(record).toMatchObject({
      status: 'failed',
      retry_reason: 'network',
      attempts: Array.from({ length: 3 }, () => ({ outcome: 'not_sent: connect', http_status: null })),
    })
    expect(kinds.filter((kind) => kind === 'reserve')).toHaveLength(3)
    expect(kinds.filter((kind) => kind === 'release')).toHaveLength(3)
  })

  it('a name that does not resolve: surely not sent, released', async () => {
    const { seen, record, kinds } = await callOn('http://upstream.invalid/v1')
    expect(clientView(seen)).toMatchObject({ status: 502, code: 'upstream_unreachable', outcome: 'not_charged', retry: 'true' })
    expect(record).toMatchObject({ status: 'failed', retry_reason: 'network', attempts: [{ outcome: 'not_sent: dns' }, {}, {}] })
    expect([...kinds].sort()).toEqual([...Array(3).fill('release'), ...Array(3).fill('reserve')])
  })

  it('a server that does not speak TLS where TLS is asked: nothing goes out in the clear, released', async () => {
    const server = await rudeServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
    const { seen, record, kinds } = await callOn(`https://127.0.0.1:${server.port}/v1`)
    await server.close()
    expect(clientView(seen)).toMatchObject({ status: 502, code: 'upstream_tls_error', outcome: 'not_charged', retry: 'false' })
    expect(record).toMatchObject({ status: 'failed', retry_reason: 'network', attempts: [{ outcome: 'not_sent: tls' }] })
    expect(kinds).toEqual(['reserve', 'release'])
  })

  it('an answer that is no HTTP: held, because something took the request', async () => {
    const server = await rudeServer((socket) => socket.end('220 mail.example ESMTP\r\n'))
    const { seen, record, kinds } = await callOn(`http://127.0.0.1:${server.port}/v1`)
    await server.close()
    expect(clientView(seen)).toMatchObject({ status: 502, code: 'upstream_bad_response', outcome: 'unknown', retry: 'false' })
    expect(record).toMatchObject({ status: 'outcome_unknown', attempts: [{ outcome: 'bad_response: not_http' }] })
    expect(kinds).toEqual(['reserve', 'release', 'hold_unknown'])
  })

  it('a connection that closes without a word behind the request: held', async () => {
    const server = await rudeServer((socket) => socket.destroy())
    const { seen, record, kinds } = await callOn(`http://127.0.0.1:${server.port}/v1`)
    await server.close()
    expect(clientView(seen)).toMatchObject({ status: 502, code: 'upstream_outcome_unknown', outcome: 'unknown', retry: 'false' })
    expect(record).toMatchObject({ status: 'outcome_unknown', attempts: [{ outcome: 'lost: reset' }] })
    expect(kinds).toEqual(['reserve', 'release', 'hold_unknown'])
  })
})
