import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../db/test-engines.ts'
import {
  adjust,
  closeNextSpan,
  forgetEndedEntries,
  holdUnknown,
  type LedgerGroup,
  ledgerAudits,
  loss,
  presume,
  readLedger,
  release,
  settle,
} from './index.ts'
import { TestLedger } from './test-ledger.ts'

const HOUR_MS = 3_600_000
const DERIVED = ['ledger_closings', 'ledger_sums', 'ledger_open_entries', 'ledger_late_entries'] as const

describe.each(engines)('hours and days of the ledger that are closed on $name', (engine) => {
  let ledger: TestLedger

  beforeAll(async () => {
    ledger = await TestLedger.open(engine)
  })
  beforeEach(() => ledger.clear())
  afterAll(() => ledger[Symbol.asyncDispose]())

  async function closeAll(): Promise<number> {
    for (let closed = 0; ; closed++) if (!(await closeNextSpan(ledger.db, ledger.context()))) return closed
  }

  /** Reports as they are without any stored sum. */
  async function forgetSums(): Promise<void> {
    await ledger.db.transact(DERIVED.map((table) => ({ query: ledger.db.sql.deleteFrom(table) })))
  }

  const count = async (table: (typeof DERIVED)[number]) =>
    (await ledger.db.read(ledger.db.sql.selectFrom(table).select(({ fn }) => fn.countAll<number>().as('rows'))))[0]!.rows

  it('change no report, whatever happened when, in whatever range, with a clock that goes back', async () => {
    const step = fc.record({
      does: fc.constantFrom('reserve', 'settle', 'release', 'hold', 'presume', 'adjust', 'loss', 'close', 'wait', 'back'),
      nanos: fc.bigInt({ min: 0n, max: 10n ** 12n }),
      minutes: fc.integer({ min: 1, max: 2_000 }),
      project: fc.constantFrom('prj-a', 'prj-b'),
      tag: fc.constantFrom(null, 'spring'),
    })
    const range = fc.record({
      from: fc.option(fc.integer({ min: -10, max: 200 * 60 }), { nil: undefined }),
      to: fc.option(fc.integer({ min: -10, max: 400 * 60 }), { nil: undefined }),
      projectId: fc.constantFrom(null, 'prj-a'),
      group: fc.subarray<LedgerGroup>(['day', 'project', 'tag', 'key']),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 10, maxLength: 40 }),
        fc.array(range, { minLength: 3, maxLength: 3 }),
        async (steps, ranges) => {
          await ledger.clear()
          const start = ledger.clock.nowMs()
          const calls = { running: [] as string[], held: [] as string[], presumed: [] as string[] }
          for (const [index, { does, nanos, minutes, project, tag }] of steps.entries()) {
            const lines = [{ bucket: 'image_out', nanos }]
            const act = async (
              from: 'running' | 'held' | 'presumed',
              to: 'held' | 'presumed' | null,
              book: (id: string) => Parameters<typeof ledger.db.transact>[0],
            ) => {
              const id = calls[from].shift()
              if (id === undefined) return
              await ledger.db.transact(book(id))
              if (to) calls[to].push(id)
            }
            if (does === 'reserve')
              calls.running.push(await ledger.reserved(`call-${index}`, nanos, { projectId: project, projectTag: tag }))
            if (does === 'settle') await act('running', null, (id) => settle(ledger.context(), id, { lines, images: 1 }))
            if (does === 'release') await act('running', null, (id) => release(ledger.context(), id))
            if (does === 'loss') await act('running', null, (id) => loss(ledger.context(), id, { lines }))
            if (does === 'hold') await act('running', 'held', (id) => holdUnknown(ledger.context(), id, { nanos }))
            if (does === 'presume') await act('held', 'presumed', (id) => presume(ledger.context(), id, { nanos, actor: 'time' }))
            if (does === 'adjust')
              await act('presumed', null, (id) => adjust(ledger.context(), id, { byNanos: -nanos, n: 1, actor: 'admin' }))
            if (does === 'close') await closeAll()
            if (does === 'wait') ledger.clock.advance(minutes * 60_000)
            if (does === 'back' && ledger.clock.nowMs() - minutes * 60_000 > start) ledger.clock.advance(-minutes * 60_000)
          }
          await closeAll()
          const reports = () =>
            Promise.all(
              ranges.map(({ from, to, projectId, group }) =>
                readLedger(ledger.db, {
                  fromMs: from === undefined ? undefined : start + from * 60_000 + (from % 7),
                  toMs: to === undefined ? undefined : start + to * 60_000 + (to % 5),
                  projectId,
                  group,
                }),
              ),
            )
          const fromSums = await reports()
          await ledger.db.transact([forgetEndedEntries(ledger.context(), 100)])
          expect(await reports()).toEqual(fromSums)
          await forgetSums()
          expect(fromSums).toEqual(await reports())
        },
      ),
      { numRuns: 25 },
    )
  })

  it('are closed a quarter of an hour after their end, once each, and days when all their hours are', async () => {
    await ledger.settled('a', 5n)
    ledger.clock.advance(HOUR_MS + 14 * 60_000)
    expect(await closeAll()).toBe(0)
    ledger.clock.advance(60_000)
    expect(await closeAll()).toBe(1)
    ledger.clock.advance(30 * HOUR_MS)
    expect(await closeAll()).toBe(0)
    await ledger.settled('b', 7n)
    ledger.clock.advance(2 * HOUR_MS)
    expect(await closeAll()).toBe(2)
    expect(await ledger.total()).toMatchObject({ charged: 12n, calls: 2 })
  })

  it('are closed once when two processes close at the same moment', async () => {
    await ledger.settled('a', 5n)
    ledger.clock.advance(2 * HOUR_MS)
    const closed = await Promise.all([closeNextSpan(ledger.db, ledger.context()), closeNextSpan(ledger.db, ledger.context())])
    expect(closed.filter(Boolean)).toHaveLength(1)
    await closeAll()
    expect(await ledger.total()).toMatchObject({ charged: 5n, calls: 1, images: 1 })
    expect(await count('ledger_sums')).toBe(1)
  })

  it('note what was open, and forget it once it has ended', async () => {
    await ledger.reserved('open', 9n)
    await ledger.settled('done', 5n)
    ledger.clock.advance(2 * HOUR_MS)
    await closeAll()
    expect(await count('ledger_open_entries')).toBe(1)
    expect(await ledger.total()).toMatchObject({ reserved: 9n, charged: 5n })
    await ledger.db.transact(release(ledger.context(), 'open'))
    expect(await ledger.total()).toMatchObject({ reserved: 0n, charged: 5n })
    await ledger.db.transact([forgetEndedEntries(ledger.context(), 100)])
    expect(await count('ledger_open_entries')).toBe(0)
  })

  it('are audited against what they were added up from, late entries and days included', async () => {
    const faults = async () => {
      const found = await Promise.all(ledgerAudits(ledger.db).map(async ({ name, query }) => [name, await ledger.db.read(query)] as const))
      return found.filter(([name, rows]) => name.startsWith('closed') && rows.length > 0)
    }
    const start = ledger.clock.nowMs()
    await ledger.settled('a', 5n)
    ledger.clock.advance(30 * HOUR_MS)
    await closeAll()
    ledger.clock.advance(start - ledger.clock.nowMs())
    await ledger.settled('late', 7n)
    expect(await faults()).toEqual([])
    const falsified = (span: 'hour' | 'day') =>
      ledger.db.sql
        .updateTable('ledger_sums')
        .set((row) => ({ charged_nanos: row('charged_nanos', '+', 1n) }))
        .where('span', '=', span)
    await ledger.db.transact([{ query: falsified('hour') }])
    expect((await faults()).map(([name]) => name)).toEqual(['closed hours'])
    await ledger.settled('b', 1n)
    ledger.clock.advance(60 * HOUR_MS)
    await ledger.settled('c', 1n)
    ledger.clock.advance(2 * HOUR_MS)
    await closeAll()
    await ledger.db.transact([{ query: falsified('day') }])
    expect((await faults()).map(([name]) => name)).toEqual(['closed hours', 'closed days'])
  })
})
