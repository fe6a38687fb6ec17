import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LedgerReply } from '../../src/contract/record.ts'
import { ledgerLines, postGeneration, sumOf } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import { seededChance } from '../support/seeded-chance.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { type MixedCall, mixedCalls } from './mixed-calls.ts'

const SEED = Number(process.env['E2E_SEED'] ?? 20_261_120)
const CALLS = 1000
const AT_ONCE = 16

let gateway: TestGateway
let lines: Awaited<ReturnType<typeof ledgerLines>>
const seen = { refused: 0, wrongRefusals: 0, left: 0, statuses: new Map<number, number>() }

beforeAll(async () => {
  gateway = await startTestGateway()
  const waiting = mixedCalls(seededChance(SEED), CALLS)
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let call = waiting.pop(); call; call = waiting.pop()) await make(call)
    }),
  )
  while (gateway.gateway.parts.running.size > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  lines = await ledgerLines(gateway)
}, 60_000)
afterAll(() => gateway.close())

/** Makes one call as its client would: reads to the end, or leaves. */
async function make({ body, headers, isRefused, leavesAfterBytes }: MixedCall): Promise<void> {
  const leaving = new AbortController()
  const response = await postGeneration(gateway, body, { headers, signal: leaving.signal })
  seen.statuses.set(response.status, (seen.statuses.get(response.status) ?? 0) + 1)
  if (isRefused) seen.refused += 1
  if (isRefused !== (response.headers.get('x-darkroom-generation') === null)) seen.wrongRefusals += 1
  await readAtMost(response, leavesAfterBytes ?? Number.POSITIVE_INFINITY).catch(() => undefined)
  if (leavesAfterBytes === null) return
  seen.left += 1
  leaving.abort()
}

async function readAtMost(response: Response, bytes: number): Promise<void> {
  let read = 0
  const reader = response.body!.getReader()
  while (read < bytes) {
    const { done, value } = await reader.read()
    if (done) return
    read += value.length
  }
}

/** What is booked, held and invoiced for each attempt. */
function attempts() {
  const invoiced = new Map<string, bigint>()
  for (const line of gateway.gateway.sandbox!.invoice.lines()) invoiced.set(line.client_request_id!, BigInt(line.nanos))
  const byAttempt = Map.groupBy(lines, (line) => line.attempt_id)
  return [...byAttempt].map(([id, own]) => ({
    id,
    kinds: [...new Set(own.map(({ kind }) => kind))].join(' '),
    booked: sumOf(own, 'settle', 'loss'),
    held: sumOf(own, 'hold_unknown'),
    invoiced: invoiced.get(`dk-${id}`) ?? 0n,
  }))
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

describe(`the ledger after ${CALLS} mixed calls (seed ${SEED})`, () => {
  it('was filled by calls of every kind', () => {
    expect([...seen.statuses.values()].reduce((sum, count) => sum + count)).toBe(CALLS)
    expect(seen.wrongRefusals).toBe(0)
    expect(seen.refused).toBeGreaterThan(CALLS / 20)
    expect(seen.left).toBeGreaterThan(CALLS / 50)
    const kinds = new Set(attempts().map((attempt) => attempt.kinds))
    expect([...kinds].sort()).toEqual(['reserve release', 'reserve release hold_unknown', 'reserve release loss', 'reserve release settle'])
  })

  it('equals the invoice to the nano-dollar, minus the calls that are declared unknown', () => {
    const unknown = attempts().filter(({ held }) => held > 0n)
    const declared = unknown.reduce((sum, { invoiced }) => sum + invoiced, 0n)
    const { nanos } = gateway.gateway.sandbox!.invoice.totals()
    expect(sumOf(lines, 'settle', 'loss')).toBe(nanos - declared)
  })

  it('equals the invoice call by call: what is booked was charged, what was released was not', () => {
    const wrong = attempts().filter(({ booked, held, invoiced }) => held === 0n && booked !== invoiced)
    expect(wrong).toEqual([])
  })

  it('covers every call that nobody knows of: what is held is at least what was charged', () => {
    const unknown = attempts().filter(({ held }) => held > 0n)
    expect(unknown.filter(({ held, booked, invoiced }) => booked > 0n || held < invoiced)).toEqual([])
    expect(unknown.filter(({ invoiced }) => invoiced > 0n).length).toBeGreaterThan(0)
  })

  it('has nothing reserved any more, and its report says what its lines say', async () => {
    const report = (await (await gateway.fetch('/v2/ledger')).json()) as LedgerReply
    expect(report.totals_by_owner).toMatchObject([
      {
        route_owner: 'darkroom-sandbox',
        book: 'sandbox',
        calls: attempts().length,
        reserved: { nanos: '0' },
        charged: { nanos: String(sumOf(lines, 'settle', 'loss')) },
        lost: { nanos: String(sumOf(lines, 'loss')) },
        held_unknown: { nanos: String(sumOf(lines, 'hold_unknown')) },
      },
    ])
  })

  it('knows every upstream call, and none was made twice', () => {
    const counts = gateway.gateway.sandbox!.calls.counts()
    expect(Object.values(counts).filter((count) => count !== 1)).toEqual([])
    expect(Object.keys(counts).sort()).toEqual(
      attempts()
        .map(({ id }) => `dk-${id}`)
        .sort(),
    )
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(attempts().length)
  })
})

describe(`the data folder after ${CALLS} mixed calls (seed ${SEED})`, () => {
  it('holds every recorded picture under the hash of its bytes, and no other file', async () => {
    const files = await filesBelow(join(gateway.dataFolder, 'objects'))
    const hashes = await Promise.all(files.map(async (file) => sha256(await readFile(file))))
    expect(hashes).toEqual(files.map((file) => basename(file).split('.')[0]))
    const { database } = gateway.gateway.parts
    const rows = await database.read(database.sql.selectFrom('images').select(['sha256', 'storage']))
    expect(new Set(rows.map((row) => row.storage))).toEqual(new Set(['stored']))
    expect(new Set(rows.map((row) => row.sha256))).toEqual(new Set(hashes))
  })

  it('has an empty spool', async () => {
    expect(await filesBelow(join(gateway.dataFolder, 'spool'))).toEqual([])
  })

  it('has no generation that still runs, and one record for each call that was accepted', async () => {
    const { database } = gateway.gateway.parts
    const rows = await database.read(database.sql.selectFrom('generations').select(['id', 'status']))
    expect(rows.filter((row) => row.status === 'running')).toEqual([])
    expect(rows).toHaveLength(CALLS - seen.refused)
  })
})
