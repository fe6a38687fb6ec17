import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../db/test-engines.ts'
import {
  adjust,
  effectsOf,
  holdUnknown,
  LedgerConflict,
  type MoneyBook,
  presume,
  readLedger,
  resolveCharged,
  resolveFree,
  settle,
} from './index.ts'
import { TestLedger } from './test-ledger.ts'

const actor = 'admin'
const estimate = [{ bucket: 'total', nanos: 128n }]

describe.each(engines)('the end of a hold on $name', (engine) => {
  let ledger: TestLedger

  beforeAll(async () => {
    ledger = await TestLedger.open(engine)
  })
  beforeEach(() => ledger.clear())
  afterAll(() => ledger[Symbol.asyncDispose]())

  const held = async (id: string) => {
    await ledger.reserved(id, 165n)
    await ledger.db.transact(holdUnknown(ledger.context(), id, { nanos: 165n }))
  }
  const endings = {
    charged: (id: string) => resolveCharged(ledger.context(), id, { lines: estimate, actor }),
    free: (id: string) => resolveFree(ledger.context(), id, { actor }),
    presumed: (id: string) => presume(ledger.context(), id, { nanos: 128n, actor }),
  }

  /** Sums of the three books over every line. */
  async function books() {
    const sums: Record<MoneyBook, { settled: bigint; open: bigint }> = {
      provider_cost: { settled: 0n, open: 0n },
      tenant_usage: { settled: 0n, open: 0n },
      tenant_invoice: { settled: 0n, open: 0n },
    }
    for (const entry of await ledger.entries())
      for (const [book, { settled, open }] of Object.entries(effectsOf(entry))) {
        sums[book as MoneyBook].settled += settled
        sums[book as MoneyBook].open += open
      }
    return sums
  }

  it('leaves the hold open in cost and budget until then, and charges nobody', async () => {
    await held('a')
    expect(await books()).toEqual({
      provider_cost: { settled: 0n, open: 165n },
      tenant_usage: { settled: 0n, open: 165n },
      tenant_invoice: { settled: 0n, open: 0n },
    })
  })

  it.each([
    { how: 'charged', cost: 128n, presumed: 0n },
    { how: 'free', cost: 0n, presumed: 0n },
    { how: 'presumed', cost: 128n, presumed: 128n },
  ] as const)('closes it when it was $how, in every book and in the report', async ({ how, cost, presumed }) => {
    await held('a')
    await ledger.db.transact(endings[how]('a'))
    expect(await books()).toEqual({
      provider_cost: { settled: cost, open: 0n },
      tenant_usage: { settled: cost, open: 0n },
      tenant_invoice: { settled: 0n, open: 0n },
    })
    expect(await ledger.total()).toMatchObject({ charged: cost, lost: cost, presumed, invoiced: 0n, reserved: 0n, held_unknown: 0n })
  })

  it('invoices a call whose pictures were brought home after all', async () => {
    await held('a')
    await ledger.db.transact(resolveCharged(ledger.context(), 'a', { lines: [{ bucket: 'image_out', nanos: 100n }], images: 2, actor }))
    expect(await ledger.total()).toMatchObject({ charged: 100n, lost: 0n, invoiced: 100n, images: 2, held_unknown: 0n })
  })

  it.each(['charged', 'free', 'presumed'] as const)('comes once: after %s nothing else ends it', async (first) => {
    await held('a')
    await ledger.db.transact(endings[first]('a'))
    const before = await ledger.entries()
    for (const second of Object.values(endings)) await expect(ledger.db.transact(second('a'))).rejects.toThrow(LedgerConflict)
    expect(await ledger.entries()).toEqual(before)
  })

  it('comes only to a call that is held, and cannot be corrected before it came', async () => {
    await ledger.settled('settled', 60n)
    await ledger.reserved('running', 60n)
    await held('held')
    const correction = (id: string) => adjust(ledger.context(), id, { byNanos: 1n, n: 1, actor })
    for (const id of ['settled', 'running', 'nowhere'])
      for (const end of [...Object.values(endings), correction]) await expect(ledger.db.transact(end(id))).rejects.toThrow(LedgerConflict)
    await expect(ledger.db.transact(correction('held'))).rejects.toThrow(LedgerConflict)
    await expect(ledger.db.transact(settle(ledger.context(), 'held', { lines: estimate, images: 1 }))).rejects.toThrow(LedgerConflict)
  })

  it('is corrected beside it, upwards and downwards, and a correction ends the presumption', async () => {
    await held('a')
    await ledger.db.transact(endings.presumed('a'))
    await ledger.db.transact(adjust(ledger.context(), 'a', { byNanos: -128n, n: 1, actor }))
    expect(await ledger.total()).toMatchObject({ charged: 0n, lost: 0n, presumed: 0n })
    await ledger.db.transact(adjust(ledger.context(), 'a', { byNanos: 40n, n: 2, actor }))
    expect(await ledger.total()).toMatchObject({ charged: 40n, lost: 40n, presumed: 0n })
    await expect(ledger.db.transact(adjust(ledger.context(), 'a', { byNanos: 40n, n: 2, actor }))).rejects.toThrow(LedgerConflict)
  })

  it('keeps report and books equal whatever happens in whatever order', async () => {
    const step = fc.record({
      call: fc.integer({ min: 0, max: 3 }),
      act: fc.constantFrom('reserve', 'hold', 'settle', 'charged', 'free', 'presumed', 'more', 'less'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await ledger.clear()
        let n = 0
        for (const { call, act } of steps) {
          n += 1
          const id = `call-${call}`
          const acts = {
            ...endings,
            hold: () => holdUnknown(ledger.context(), id, { nanos: 165n }),
            settle: () => settle(ledger.context(), id, { lines: estimate, images: 1 }),
            more: () => adjust(ledger.context(), id, { byNanos: 3n, n, actor }),
            less: () => adjust(ledger.context(), id, { byNanos: -2n, n, actor }),
          }
          const done = act === 'reserve' ? ledger.reserved(id, 165n) : ledger.db.transact(acts[act](id))
          await done.catch((error) => expect(error).toBeInstanceOf(LedgerConflict))
        }
        const { provider_cost, tenant_usage, tenant_invoice } = await books()
        const [total] = (await readLedger(ledger.db, {})).totals_by_owner
        expect([provider_cost.settled, tenant_usage.settled]).toEqual([total?.charged ?? 0n, total?.charged ?? 0n])
        expect(tenant_invoice.settled).toBe(total?.invoiced ?? 0n)
        expect(provider_cost.open).toBe(total?.held_unknown ?? 0n)
        expect(tenant_usage.open).toBe((total?.held_unknown ?? 0n) + (total?.reserved ?? 0n))
      }),
      { numRuns: 40 },
    )
  })
})
