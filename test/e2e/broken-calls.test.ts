import { afterAll, beforeAll, describe, type ExpectStatic, expect, it } from 'vitest'
import type { GenerationRecord } from '../../src/contract/record.ts'
import { generationRecordSchema } from '../../src/contract/record.ts'
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
import { type BrokenCall, brokenCalls, type Money } from './broken-call-table.ts'
import { dataUrl, room, send } from './raw-edits.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

/** How a call is asked. */
type Asking = (change: object, headers: Record<string, string>) => Promise<Response>

const generate: Asking = (change, headers) => postGeneration(gateway, change, { headers })
const edit: Asking = (change, headers) => send(gateway, { json: { images: [{ image_url: dataUrl(room) }], ...change } }, headers)

/** Makes a call and gives what the client saw beside the record it left. */
async function callAndRecord(change: object, headers: Record<string, string> = {}, ask = generate) {
  const seen = await seeReply(ask(change, headers))
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

/** Makes the call of a line and holds it to every word of it. */
async function expectClaim(expect: ExpectStatic, call: BrokenCall, ask: Asking): Promise<void> {
  const headers: Record<string, string> = call.timeoutMs === null ? {} : { 'x-darkroom-timeout-ms': String(call.timeoutMs) }
  const { seen, record } = await callAndRecord({ prompt: promptWith(call.script), ...call.change }, headers, ask)

  expect(clientView(seen)).toEqual(call.client)
  // What upstream says of its key is the operator's alone.
  expect(seen.text).not.toMatch(/incorrect api key|sk-sandbox/i)
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
}

describe.concurrent('what becomes of a call', () => {
  it.for(brokenCalls.map((call) => [call.claim, call] as const))('%s', ([, call], { expect }) => expectClaim(expect, call, generate))

  const asEdits = brokenCalls.filter(({ claim }) => /^F\d\d /.test(claim))
  it.for(asEdits.map((call) => [call.claim.replace(' ', ' as an edit: '), call] as const))('%s', ([, call], { expect }) =>
    expectClaim(expect, call, edit),
  )

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
