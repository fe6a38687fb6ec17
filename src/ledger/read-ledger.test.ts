import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ledgerEntriesReplySchema, ledgerReplySchema } from '../contract/record.ts'
import { engines } from '../db/test-engines.ts'
import { moneyJson } from '../primitives/money.ts'
import {
  type BookAmount,
  effectsOf,
  holdUnknown,
  type LedgerEntry,
  type LedgerGroup,
  type LedgerSums,
  loss,
  parseLedgerGroups,
  readEntries,
  readLedger,
  release,
  settle,
} from './index.ts'
import { TestLedger } from './test-ledger.ts'

const HOUR_MS = 3_600_000

describe.each(engines)('reading the ledger on $name', (engine) => {
  let ledger: TestLedger

  beforeAll(async () => {
    ledger = await TestLedger.open(engine)
  })
  beforeEach(() => ledger.clear())
  afterAll(() => ledger[Symbol.asyncDispose]())

  describe('reports', () => {
    it('add up exactly beyond what a floating number can hold', async () => {
      const large = 9_007_199_254_740_993n
      await ledger.settled('a', large)
      await ledger.settled('b', large)
      await ledger.settled('c', 1n)
      expect(await ledger.total()).toMatchObject({ charged: 18_014_398_509_481_987n, calls: 3 })
    })

    it('refuse a sum beyond 64 bits instead of rounding it', async () => {
      await ledger.settled('a', 2n ** 63n - 1n)
      await ledger.settled('b', 1n)
      await expect(readLedger(ledger.db, {})).rejects.toThrow(/overflow|out of range/)
    })

    it('equal the sum of what was booked, whatever happened to the calls', async () => {
      const fate = fc.record({
        end: fc.constantFrom('running', 'settle', 'release', 'holdUnknown', 'loss'),
        owner: fc.constantFrom('openai', 'laozhang'),
        book: fc.constantFrom('provider' as const, 'sandbox' as const),
        nanos: fc.bigInt({ min: 0n, max: 10n ** 15n }),
        images: fc.integer({ min: 0, max: 10 }),
      })
      let serial = 0
      await fc.assert(
        fc.asyncProperty(fc.array(fate, { maxLength: 12 }), async (fates) => {
          const project = `prj-${serial++}`
          const expected = new Map<string, Pick<LedgerSums, 'charged' | 'invoiced' | 'reserved' | 'held_unknown' | 'images' | 'calls'>>()
          for (const { end, owner, book, nanos, images } of fates) {
            const id = await ledger.reserved(`${project}-${serial++}`, nanos * 2n, { routeOwner: owner, book, projectId: project })
            const lines = [{ bucket: 'image_out', nanos }]
            if (end === 'settle') await ledger.db.transact(settle(ledger.context(), id, { lines, images }))
            if (end === 'release') await ledger.db.transact(release(ledger.context(), id))
            if (end === 'holdUnknown') await ledger.db.transact(holdUnknown(ledger.context(), id, { nanos }))
            if (end === 'loss') await ledger.db.transact(loss(ledger.context(), id, { lines }))
            const sums = expected.get(`${owner} ${book}`) ?? {
              charged: 0n,
              invoiced: 0n,
              reserved: 0n,
              held_unknown: 0n,
              images: 0,
              calls: 0,
            }
            sums.calls += 1
            if (end === 'running') sums.reserved += nanos * 2n
            if (end === 'settle' || end === 'loss') sums.charged += nanos
            if (end === 'settle') sums.images += images
            if (end === 'settle') sums.invoiced += nanos
            if (end === 'holdUnknown') sums.held_unknown += nanos
            expected.set(`${owner} ${book}`, sums)
          }
          const { totals_by_owner } = await readLedger(ledger.db, { projectId: project })
          const found = totals_by_owner.map(({ route_owner, book, lost: _lost, presumed: _presumed, ...sums }) => [
            `${route_owner} ${book}`,
            sums,
          ])
          expect(found).toEqual([...expected].sort(([a], [b]) => (a < b ? -1 : 1)))
        }),
        { numRuns: 12 },
      )
    })

    it('never add play money to real money', async () => {
      await ledger.settled('real', 5n)
      await ledger.settled('play', 7n, { book: 'sandbox' })
      const { rows, totals_by_owner } = await readLedger(ledger.db, { group: ['day'] })
      const books = (lines: LedgerSums[]) => lines.map(({ book, charged }) => [book, charged])
      expect(books(rows)).toEqual([
        ['provider', 5n],
        ['sandbox', 7n],
      ])
      expect(books(totals_by_owner)).toEqual([
        ['provider', 5n],
        ['sandbox', 7n],
      ])
    })

    it('count a call over midnight once, and leave no debt on either day', async () => {
      ledger.clock.advance(11.9 * HOUR_MS)
      await ledger.reserved('late', 100n)
      const day = async () =>
        (await readLedger(ledger.db, { group: ['day'] })).rows.map(({ day, calls, reserved, charged }) => ({
          day,
          calls,
          reserved,
          charged,
        }))
      expect(await day()).toEqual([{ day: '2026-11-20', calls: 1, reserved: 100n, charged: 0n }])
      ledger.clock.advance(HOUR_MS)
      await ledger.db.transact(settle(ledger.context(), 'late', { lines: [{ bucket: 'image_out', nanos: 60n }], images: 1 }))
      expect(await day()).toEqual([
        { day: '2026-11-20', calls: 1, reserved: 0n, charged: 0n },
        { day: '2026-11-21', calls: 0, reserved: 0n, charged: 60n },
      ])
    })

    it('hold a project to its own lines and a range to its own time', async () => {
      const start = ledger.clock.nowMs()
      await ledger.settled('a', 1n)
      ledger.clock.advance(HOUR_MS)
      await ledger.settled('b', 2n)
      await ledger.settled('other', 4n, { projectId: 'prj-b' })
      const charged = async (range: object) => (await readLedger(ledger.db, range)).totals_by_owner.map(({ charged }) => charged)
      expect(await charged({})).toEqual([7n])
      expect(await charged({ projectId: 'prj-a' })).toEqual([3n])
      expect(await charged({ fromMs: start + 1 })).toEqual([6n])
      expect(await charged({ toMs: start + HOUR_MS })).toEqual([1n])
      expect((await readEntries(ledger.db, { projectId: 'prj-b' })).entries).toHaveLength(3)
      expect((await readEntries(ledger.db, { generationId: 'gen-a' })).entries).toHaveLength(3)
    })

    it('fit the wire', async () => {
      await ledger.settled('a', 5n, { projectTag: 'spring' })
      const { rows, totals_by_owner, next_cursor } = await readLedger(ledger.db, {
        group: ['day', 'model', 'route', 'project', 'key', 'tag'],
      })
      const wire = ({ charged, lost, presumed, invoiced, reserved, held_unknown, ...rest }: LedgerSums) => ({
        ...rest,
        charged: moneyJson(charged),
        lost: moneyJson(lost),
        presumed: moneyJson(presumed),
        invoiced: moneyJson(invoiced),
        reserved: moneyJson(reserved),
        held_unknown: moneyJson(held_unknown),
      })
      expect(ledgerReplySchema.safeParse({ rows: rows.map(wire), totals_by_owner: totals_by_owner.map(wire), next_cursor }).success).toBe(
        true,
      )
      const page = await readEntries(ledger.db, {})
      const text = ({ settled, open }: BookAmount) => ({ settled: String(settled), open: String(open) })
      const effects = (entry: LedgerEntry) =>
        Object.fromEntries(Object.entries(effectsOf(entry)).map(([book, amount]) => [book, text(amount)]))
      const wireEntries = {
        ...page,
        entries: page.entries.map((entry) => ({ ...entry, nanos: String(entry.nanos), effects: effects(entry) })),
      }
      expect(ledgerEntriesReplySchema.safeParse(wireEntries).success).toBe(true)
    })
  })

  describe('pages', () => {
    const group: LedgerGroup[] = ['tag', 'key']

    beforeEach(async () => {
      const tags = [null, 'a', 'b']
      for (const [index, tag] of [...tags, ...tags].entries())
        await ledger.settled(`call-${index}`, BigInt(index), {
          projectTag: tag,
          keyId: index % 2 ? null : 'key-a',
          projectId: index < 3 ? 'prj-a' : 'prj-b',
        })
    })

    it('give every row once, in one order, and the totals of all of them each time', async () => {
      const whole = await readLedger(ledger.db, { group })
      const rows: unknown[] = []
      let cursor: string | null | undefined
      do {
        const page = await readLedger(ledger.db, { group, cursor, limit: 2 })
        expect(page.totals_by_owner).toEqual(whole.totals_by_owner)
        rows.push(...page.rows)
        cursor = page.next_cursor
      } while (cursor)
      expect(whole.rows).toHaveLength(6)
      expect(rows).toEqual(whole.rows)
    })

    it('give every entry once, in the order it was booked', async () => {
      const whole = await ledger.entries()
      const found: unknown[] = []
      let cursor: string | null | undefined
      do {
        const page = await readEntries(ledger.db, { cursor, limit: 4 })
        found.push(...page.entries)
        cursor = page.next_cursor
      } while (cursor)
      expect(whole).toHaveLength(18)
      expect(found).toEqual(whole)
    })

    it('refuse a cursor of another report and one that was never given', async () => {
      const { next_cursor } = await readLedger(ledger.db, { group, limit: 1, projectId: 'prj-a' })
      const refusal = { code: 'invalid_value', param: 'cursor', status: 400, outcome: 'not_charged' }
      const others = [
        { group },
        { group, projectId: 'prj-b' },
        { group: ['tag' as const], projectId: 'prj-a' },
        { group, projectId: 'prj-a', fromMs: 1 },
      ]
      for (const other of others) await expect(readLedger(ledger.db, { ...other, cursor: next_cursor })).rejects.toMatchObject(refusal)
      await expect(readEntries(ledger.db, { cursor: next_cursor })).rejects.toMatchObject(refusal)
      for (const forged of ['x', 'W10', 'bnVsbA', '{}', `${next_cursor}x`, 'A'.repeat(5_000), "' or 1=1 --"])
        await expect(readLedger(ledger.db, { group, projectId: 'prj-a', cursor: forged })).rejects.toMatchObject(refusal)
    })

    it('never show another project, whatever position a cursor claims', async () => {
      const { next_cursor } = await readLedger(ledger.db, { group, limit: 1, projectId: 'prj-a' })
      const [mark] = JSON.parse(Buffer.from(next_cursor!, 'base64url').toString())
      const own = (await readLedger(ledger.db, { group, projectId: 'prj-a' })).rows
      await fc.assert(
        fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { minLength: 4, maxLength: 4 }), async (position) => {
          const cursor = Buffer.from(JSON.stringify([mark, ...position])).toString('base64url')
          const { rows } = await readLedger(ledger.db, { group, projectId: 'prj-a', cursor })
          expect(own).toEqual(expect.arrayContaining(rows))
        }),
        { numRuns: 50 },
      )
    })

    it.each([0, -1, 1.5, 1_001, Number.NaN])('refuse a page of %s rows', async (limit) => {
      await expect(readLedger(ledger.db, { limit })).rejects.toMatchObject({ code: 'invalid_value', param: 'limit' })
    })
  })
})

describe('parseLedgerGroups', () => {
  it('takes any groups in any order, with the owner named or not', () => {
    expect(parseLedgerGroups(undefined)).toEqual([])
    expect(parseLedgerGroups('owner')).toEqual([])
    expect(parseLedgerGroups('tag,owner,day,tag')).toEqual(['day', 'tag'])
  })

  it.each(['planet', 'day;drop table', '__proto__', 'constructor'])('refuses to group by %s and says what it groups by', (text) => {
    expect(() => parseLedgerGroups(text)).toThrow(
      expect.objectContaining({ code: 'invalid_value', param: 'group', message: expect.stringContaining('day, model, route') }),
    )
  })
})
