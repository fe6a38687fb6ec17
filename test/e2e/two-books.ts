import { expect, it } from 'vitest'
import type { LedgerReply } from '../../src/contract/record.ts'
import { ledgerLines, sumOf } from '../support/generation-calls.ts'
import type { TestGateway } from '../support/test-gateway.ts'

/** One attempt in Darkroom's book and in the sandbox's. Money in nano-USD. */
export interface AttemptInBooks {
  id: string
  /** The kinds of its ledger lines, in order. */
  kinds: string
  booked: bigint
  held: bigint
  invoiced: bigint
}

/** What is booked, held and invoiced for each attempt. */
export async function attemptsInBooks(gateway: TestGateway): Promise<AttemptInBooks[]> {
  const invoiced = new Map<string, bigint>()
  for (const line of gateway.gateway.sandbox!.invoice.lines()) invoiced.set(line.client_request_id!, BigInt(line.nanos))
  const byAttempt = Map.groupBy(await ledgerLines(gateway), (line) => line.attempt_id)
  return [...byAttempt].map(([id, own]) => ({
    id,
    kinds: [...new Set(own.map(({ kind }) => kind))].join(' '),
    booked: sumOf(own, 'settle', 'loss'),
    held: sumOf(own, 'hold_unknown'),
    invoiced: invoiced.get(`dk-${id}`) ?? 0n,
  }))
}

/** Claims about the ledger beside the sandbox's own invoice, after a storm of calls that the Image API priced. */
export function itEqualsTheInvoice(theGateway: () => TestGateway): void {
  it('equals the invoice to the nano-dollar, minus the calls that are declared unknown', async () => {
    const attempts = await attemptsInBooks(theGateway())
    const declared = attempts.filter(({ held }) => held > 0n).reduce((sum, { invoiced }) => sum + invoiced, 0n)
    const booked = attempts.reduce((sum, attempt) => sum + attempt.booked, 0n)
    expect(booked).toBe(theGateway().gateway.sandbox!.invoice.totals().nanos - declared)
  })

  it('equals the invoice call by call: what is booked was charged, what was released was not', async () => {
    const attempts = await attemptsInBooks(theGateway())
    expect(attempts.filter(({ booked, held, invoiced }) => held === 0n && booked !== invoiced)).toEqual([])
  })

  it('covers every call that nobody knows of: what is held is at least what was charged', async () => {
    const unknown = (await attemptsInBooks(theGateway())).filter(({ held }) => held > 0n)
    expect(unknown.filter(({ held, booked, invoiced }) => booked > 0n || held < invoiced)).toEqual([])
    expect(unknown.filter(({ invoiced }) => invoiced > 0n).length).toBeGreaterThan(0)
  })

  it('has nothing reserved any more, and its report says what its lines say', async () => {
    const lines = await ledgerLines(theGateway())
    const report = (await (await theGateway().fetch('/v2/ledger')).json()) as LedgerReply
    expect(report.totals_by_owner).toMatchObject([
      {
        route_owner: 'darkroom-sandbox',
        book: 'sandbox',
        calls: new Set(lines.map((line) => line.attempt_id)).size,
        reserved: { nanos: '0' },
        charged: { nanos: String(sumOf(lines, 'settle', 'loss')) },
        lost: { nanos: String(sumOf(lines, 'loss')) },
        held_unknown: { nanos: String(sumOf(lines, 'hold_unknown')) },
      },
    ])
  })

  it('knows every upstream call, and none was made twice', async () => {
    const attempts = await attemptsInBooks(theGateway())
    const { calls } = theGateway().gateway.sandbox!
    const counts = calls.counts()
    expect(Object.values(counts).filter((count) => count !== 1)).toEqual([])
    expect(Object.keys(counts).sort()).toEqual(attempts.map(({ id }) => `dk-${id}`).sort())
    expect(calls.posts()).toBe(attempts.length)
  })
}
