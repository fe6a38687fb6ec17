import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GenerationRecord, LedgerReply } from '../../src/contract/record.ts'
import { ledgerLines, promptWith, readAtMost, readRecord, sumOf } from '../support/generation-calls.ts'
import { type SeededChance, seededChance } from '../support/seeded-chance.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { rehash, tidy, untidiness } from './data-folder-state.ts'
import { brokenResponses } from './responses-broken-table.ts'
import { bookedBooks, invoicedBooks, type TwoBooks } from './responses-calls.ts'

const SEED = Number(process.env['E2E_SEED'] ?? 20_261_123)
const CALLS = 200
const AT_ONCE = 8

let gateway: TestGateway
let lines: Awaited<ReturnType<typeof ledgerLines>>
let records: GenerationRecord[]
const seen = { refused: 0, left: 0, turns: 0, forgotten: 0 }

beforeAll(async () => {
  gateway = await startTestGateway({ backgroundPauseMs: 20 })
  const chance = seededChance(SEED)
  let left = CALLS
  const talk = async () => {
    while (left > 0) {
      const turns = Math.min(left, chance.pick([1, 1, 1, 2, 3]))
      left -= turns
      await converse(chance, turns)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, talk))
  const { database, running } = gateway.gateway.parts
  const open = () => database.read(database.sql.selectFrom('generations').select('id').where('status', '=', 'running'))
  while (running.size > 0 || (await open()).length > 0) await wait(20)
  lines = await ledgerLines(gateway)
  const ids = await database.read(database.sql.selectFrom('generations').select('id'))
  records = await Promise.all(ids.map(({ id }) => readRecord(gateway, id)))
}, 60_000)
afterAll(() => gateway.close())

/** What a call left in the client's hands. */
interface Left {
  responseId: string | null
  callId: string | null
}

/** A conversation of some turns; where a turn leaves nothing to go on from, the next begins anew. */
async function converse(chance: SeededChance, turns: number): Promise<void> {
  let last: Left = { responseId: null, callId: null }
  for (let n = 0; n < turns; n++) {
    if (last.responseId !== null) seen.turns += 1
    if (last.responseId !== null && chance.percent(20)) {
      gateway.gateway.sandbox!.responses.forget(last.responseId)
      seen.forgotten += 1
    }
    last = await make(chance, goOnFrom(chance, last))
  }
}

const scripts = [...new Set(brokenResponses.map(({ script }) => script))]
const words = ['Draw a fox', 'Draw two pictures of a lighthouse', 'What is fog?', 'Make it night', '船を描いて']

function goOnFrom(chance: SeededChance, { responseId, callId }: Left): object {
  const script = chance.percent(30) ? chance.pick(scripts) : ''
  // Of an answer that broke off nobody can say how many pictures were drawn, and one is counted: faults meet calls for one.
  const text = promptWith(script, script === '' ? chance.pick(words) : words[0])
  const limit: Record<string, string> = /silence|trickle/.test(script) ? { 'x-darkroom-timeout-ms': '800' } : {}
  if (callId !== null && chance.percent(50)) {
    return {
      limit,
      input: [
        { role: 'user', content: text },
        { type: 'image_generation_call', id: callId },
      ],
    }
  }
  return { limit, input: text, ...(responseId !== null && { previous_response_id: responseId }) }
}

const tools = [
  { size: '1024x640', quality: 'low' },
  { size: '816x816', quality: 'low', output_format: 'webp' },
  { model: 'gpt-image-2', size: '1024x640', quality: 'medium' },
]

function shapeOf(chance: SeededChance): object {
  const tool = { type: 'image_generation', ...chance.pick(tools) }
  if (chance.percent(5)) return { tools: [{ ...tool, size: '9x9' }] }
  if (chance.percent(12)) return { tools: [tool], background: true }
  const kept = chance.percent(10) ? { store: false } : {}
  const streamed = chance.percent(50) ? { stream: true, tools: [{ ...tool, partial_images: chance.whole(4) }] } : { tools: [tool] }
  return { model: chance.pick(['gpt-5.4', 'gpt-5.4', 'gpt-5.4-mini', 'gpt-5.5']), ...kept, ...streamed }
}

/** Makes one call as its client would: reads to the end, or leaves. */
async function make(chance: SeededChance, { limit, ...input }: { limit?: Record<string, string> }): Promise<Left> {
  const leavesAfter = chance.percent(8) ? chance.pick([1, 400, 3000]) : null
  const leaving = new AbortController()
  const body = JSON.stringify({ model: 'gpt-5.4', ...shapeOf(chance), ...input })
  const headers = { 'content-type': 'application/json', ...limit }
  const response = await gateway.fetch('/v1/responses', { method: 'POST', body, headers, signal: leaving.signal })
  if (!response.headers.has('x-darkroom-generation')) seen.refused += 1
  const text = await readAtMost(response, leavesAfter)
  if (leavesAfter !== null) {
    seen.left += 1
    leaving.abort()
  }
  return { responseId: /"id": ?"(resp_[^"]+)"/.exec(text)?.[1] ?? null, callId: /"id": ?"(ig_[^"]+)"/.exec(text)?.[1] ?? null }
}

const estimates = ['usage_estimated', 'failed_items_unmetered', 'tool_usage_incomplete', 'cached_unknown']

/** A generation whose bill somebody had to estimate, and which says so. */
const isEstimated = ({ usage, warnings }: GenerationRecord) =>
  (usage !== null && usage.source !== 'upstream') || warnings.some(({ code }) => estimates.includes(code))

/** Both books of every generation: what is booked and held, and what the sandbox charged for all its attempts. */
function books() {
  const invoice = Map.groupBy(gateway.gateway.sandbox!.invoice.lines(), (line) => line.client_request_id)
  return records.map((record) => {
    const own = lines.filter((line) => line.generation_id === record.id)
    const invoiced = invoicedBooks(record.attempts.flatMap(({ id }) => invoice.get(`dk-${id}`) ?? []))
    return { id: record.id, record, booked: bookedBooks(own), held: sumOf(own, 'hold_unknown'), invoiced }
  })
}

const sum = (all: readonly TwoBooks[]): TwoBooks =>
  all.reduce((total, { main, tool }) => ({ main: total.main + main, tool: total.tool + tool }), { main: 0n, tool: 0n })

describe(`the ledger after ${CALLS} mixed assistant calls (seed ${SEED})`, () => {
  it('was filled by calls of every kind', () => {
    expect(records).toHaveLength(CALLS - seen.refused)
    expect(seen.refused).toBeGreaterThan(2)
    expect(seen.left).toBeGreaterThan(CALLS / 40)
    expect(seen.turns).toBeGreaterThan(CALLS / 10)
    expect(seen.forgotten).toBeGreaterThan(2)
    expect(records.filter(({ attempts }) => attempts.length === 2).length).toBeGreaterThan(2)
    expect(records.filter(({ assistant }) => assistant?.background).length).toBeGreaterThan(5)
    expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['completed', 'failed', 'outcome_unknown']))
  })

  it('equals the invoice on both books, minus what is declared unknown or estimated', () => {
    const all = books()
    const known = all.filter(({ record, held }) => held === 0n && !isEstimated(record))
    const declared = all.filter((one) => !known.includes(one))
    const invoice = invoicedBooks(gateway.gateway.sandbox!.invoice.lines())
    const unknown = sum(declared.map(({ invoiced }) => invoiced))
    expect(sum(known.map(({ booked }) => booked))).toEqual({ main: invoice.main - unknown.main, tool: invoice.tool - unknown.tool })
    expect(known.length).toBeGreaterThan(CALLS / 2)
  })

  it('equals the invoice call by call; what is estimated or held is at least what was charged', () => {
    const all = books()
    const wrong = all.filter(({ record, booked, held, invoiced }) => {
      if (held > 0n) return booked.main + booked.tool > 0n || held < invoiced.main + invoiced.tool
      if (isEstimated(record)) return booked.main < invoiced.main || booked.tool < invoiced.tool
      return booked.main !== invoiced.main || booked.tool !== invoiced.tool
    })
    const shown = wrong.map(({ id, booked, held, invoiced, record }) => ({ id, booked, held, invoiced, attempts: record.attempts }))
    expect(shown).toEqual([])
  })

  it('has nothing reserved any more', async () => {
    const report = (await (await gateway.fetch('/v2/ledger')).json()) as LedgerReply
    expect(report.totals_by_owner).toMatchObject([{ reserved: { nanos: '0' } }])
  })

  it('knows every upstream call, and none was made twice', () => {
    const counts = gateway.gateway.sandbox!.calls.counts()
    expect(Object.values(counts).filter((count) => count !== 1)).toEqual([])
    const attempts = records.flatMap((record) => record.attempts.map(({ id }) => `dk-${id}`))
    expect(Object.keys(counts).sort()).toEqual(attempts.sort())
  })

  it('stands beside a data folder that holds each picture under its hash, and nothing that nobody refers to', async () => {
    const { files, wrong } = await rehash(gateway.dataFolder)
    expect(wrong).toEqual([])
    expect(files).toBeGreaterThan(10)
    expect(await untidiness(gateway)).toEqual(tidy)
  })
})
