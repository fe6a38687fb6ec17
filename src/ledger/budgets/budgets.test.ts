import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rawQuery } from '../../db/index.ts'
import { engines } from '../../db/test-engines.ts'
import { testRows } from '../../db/test-rows.ts'
import {
  changeBudget,
  endBudget,
  holdUnknown,
  insertBudget,
  loss,
  type NewBudget,
  readBudgets,
  readEntries,
  release,
  reserve,
  resolveHold,
  settle,
} from '../index.ts'
import { ledgerCall, TestLedger } from '../test-ledger.ts'
import { periodIdAt, renewalAfter } from './budget.ts'
import { markAlertTold, untoldAlerts } from './keep-budgets.ts'
import { raisedAlert } from './move-budgets.ts'
import { budgetsPutOver } from './read-budgets.ts'

const HOUR_MS = 3_600_000
const spends = (nanos: bigint) => [{ bucket: 'per_call', nanos }]

describe.each(engines)('budgets on $name', (engine) => {
  let ledger: TestLedger

  beforeAll(async () => {
    ledger = await TestLedger.open(engine)
  })
  beforeEach(async () => {
    await ledger.clear()
    const { sql } = ledger.db
    await ledger.db.transact([
      { query: sql.insertInto('projects').values([testRows.project({ id: 'prj-a' }), testRows.project({ id: 'prj-b' })]) },
      { query: sql.insertInto('api_keys').values(testRows.apiKey({ id: 'key-a', project_id: 'prj-a' })) },
      { query: sql.insertInto('api_keys').values(testRows.apiKey({ id: 'key-2', project_id: 'prj-a', digest: 'e'.repeat(64) })) },
    ])
  })
  afterAll(() => ledger[Symbol.asyncDispose]())

  const make = async (id: string, limit: bigint, changes: Partial<NewBudget> = {}) => {
    const budget: NewBudget = { id, projectId: 'prj-a', keyId: null, name: id, period: 'total', book: 'provider', routeOwner: null, limit }
    await ledger.db.transact(insertBudget(ledger.context(), { ...budget, ...changes }))
  }
  const state = async (id: string) => (await readBudgets(ledger.db, { id, projectId: null }, ledger.clock.nowMs()))[0]!
  const book = (statements: (context: ReturnType<TestLedger['context']>) => ReturnType<typeof release>) =>
    ledger.db.transact(statements(ledger.context()))
  const exceeded = { code: 'budget_exceeded', status: 402, outcome: 'not_charged' }

  it('count what is set aside, give it back, and keep what was spent', async () => {
    await make('b', 100n)
    await ledger.reserved('one', 60n)
    expect(await state('b')).toMatchObject({ spent: 0n, reserved: 60n, held: 0n, left: 40n })
    await expect(ledger.reserved('two', 41n)).rejects.toMatchObject(exceeded)
    await ledger.reserved('three', 40n)
    await book((context) => release(context, 'three'))
    await book((context) => settle(context, 'one', { lines: spends(25n), images: 1 }))
    expect(await state('b')).toMatchObject({ spent: 25n, reserved: 0n, left: 75n })
  })

  it('leave nothing of a refused call, neither in the ledger nor in another budget', async () => {
    await make('wide', 1000n)
    await make('narrow', 10n, { keyId: 'key-a' })
    await expect(ledger.reserved('one', 11n)).rejects.toMatchObject(exceeded)
    expect([(await state('wide')).reserved, (await state('narrow')).reserved]).toEqual([0n, 0n])
    expect(await ledger.entries()).toEqual([])
  })

  it('hold for the calls they are for and no others', async () => {
    await make('project', 1000n)
    await make('key', 1000n, { keyId: 'key-a' })
    await make('owner', 1000n, { routeOwner: 'acme' })
    await make('play', 1000n, { book: 'sandbox' })
    await make('other', 1000n, { projectId: 'prj-b' })
    await ledger.reserved('a', 1n)
    await ledger.reserved('b', 2n, { keyId: 'key-2' })
    await ledger.reserved('c', 4n, { keyId: null })
    await ledger.reserved('d', 8n, { routeOwner: 'acme' })
    await ledger.reserved('e', 16n, { book: 'sandbox' })
    await ledger.reserved('f', 32n, { projectId: 'prj-b' })
    const reserved = async (id: string) => Number((await state(id)).reserved)
    expect(await Promise.all(['project', 'key', 'owner', 'play', 'other'].map(reserved))).toEqual([15, 9, 8, 16, 32])
  })

  it('book an overshoot as it is, name the budget it puts above its limit, and refuse the next call', async () => {
    await make('b', 100n)
    await ledger.reserved('one', 90n)
    expect(await budgetsPutOver(ledger.db, 'one', 100n)).toEqual([])
    expect(await budgetsPutOver(ledger.db, 'one', 101n)).toEqual(['b'])
    await book((context) => settle(context, 'one', { lines: spends(250n), images: 1 }))
    expect(await state('b')).toMatchObject({ spent: 250n, left: -150n })
    await expect(ledger.reserved('two', 0n)).rejects.toMatchObject(exceeded)
  })

  it('settle in the period a call was made in, also when the next has begun', async () => {
    await make('b', 100n, { period: 'day' })
    ledger.clock.advance(11 * HOUR_MS)
    await ledger.reserved('late', 80n)
    ledger.clock.advance(2 * HOUR_MS)
    expect(await state('b')).toMatchObject({ periodId: '2026-11-21', spent: 0n, left: 100n })
    await ledger.reserved('early', 90n)
    await book((context) => settle(context, 'late', { lines: spends(70n), images: 1 }))
    expect(await state('b')).toMatchObject({ spent: 0n, reserved: 90n })
    const rows = await ledger.db.read(
      ledger.db.sql.selectFrom('budget_periods').select(['period', 'spent_nanos', 'reserved_nanos']).orderBy('period'),
    )
    expect(rows).toEqual([
      { period: '2026-11-20', spent_nanos: 70n, reserved_nanos: 0n },
      { period: '2026-11-21', spent_nanos: 0n, reserved_nanos: 90n },
    ])
  })

  it('keep a call of unknown cost set aside until it is resolved, whichever way, once', async () => {
    await make('b', 100n)
    for (const id of ['charged', 'free']) {
      await ledger.reserved(id, 30n)
      await book((context) => holdUnknown(context, id, { nanos: 30n }))
    }
    expect(await state('b')).toMatchObject({ spent: 0n, reserved: 0n, held: 60n, left: 40n })
    for (let time = 0; time < 2; time += 1) await book((context) => resolveHold(context, 'charged', { charged: 20n }))
    await book((context) => resolveHold(context, 'free', { charged: 0n }))
    expect(await state('b')).toMatchObject({ spent: 20n, held: 0n, left: 80n })
  })

  it('raise an alert once for each threshold and period, and tell it once', async () => {
    await make('b', 100n, { period: 'day' })
    const spend = async (id: string, nanos: bigint) => {
      await ledger.reserved(id, nanos)
      return raisedAlert(await book((context) => settle(context, id, { lines: spends(nanos), images: 1 })))
    }
    const raised = []
    for (const [id, nanos] of [
      ['a', 49n],
      ['b', 1n],
      ['c', 10n],
      ['d', 40n],
    ] as const)
      raised.push(await spend(id, nanos))
    expect(raised).toEqual([false, true, false, true])
    expect((await state('b')).alerts.map(({ percent }) => percent)).toEqual([50, 80, 100])
    const untold = await untoldAlerts(ledger.db)
    expect(untold.map(({ percent, periodId }) => [percent, periodId])).toEqual([50, 80, 100].map((percent) => [percent, '2026-11-20']))
    await ledger.db.transact(untold.map((alert) => markAlertTold(ledger.context(), alert)))
    expect(await untoldAlerts(ledger.db)).toEqual([])
    ledger.clock.advance(24 * HOUR_MS)
    expect((await state('b')).alerts).toEqual([])
    expect(await spend('e', 50n)).toBe(true)
  })

  it('count a call of unknown cost towards an alert', async () => {
    await make('b', 100n)
    await ledger.reserved('a', 80n)
    await book((context) => holdUnknown(context, 'a', { nanos: 80n }))
    expect((await state('b')).alerts.map(({ percent }) => percent)).toEqual([50, 80])
  })

  it('take another limit for the period under way and all later ones, not for earlier ones', async () => {
    await make('b', 100n, { period: 'day' })
    await ledger.reserved('one', 100n)
    ledger.clock.advance(24 * HOUR_MS)
    await ledger.reserved('two', 100n)
    await book((context) => changeBudget(context, { id: 'b', limit: 150n }))
    await ledger.reserved('three', 50n)
    await expect(ledger.reserved('four', 1n)).rejects.toMatchObject(exceeded)
    const limits = await ledger.db.read(ledger.db.sql.selectFrom('budget_periods').select('limit_nanos').orderBy('period'))
    expect(limits).toEqual([{ limit_nanos: 100n }, { limit_nanos: 150n }])
  })

  it('that have ended refuse nothing, while calls made before still move them', async () => {
    await make('b', 10n)
    await ledger.reserved('before', 10n)
    await book((context) => [endBudget(context, 'b')])
    await ledger.reserved('after', 99n)
    await book((context) => settle(context, 'before', { lines: spends(7n), images: 1 }))
    expect(await state('b')).toMatchObject({ spent: 7n, reserved: 0n, endedAtMs: ledger.clock.nowMs() })
    await expect(book((context) => [endBudget(context, 'b')])).rejects.toMatchObject({ code: 'not_found' })
  })

  it('let an attempt end and the next begin in one transaction where only one of them has room', async () => {
    await make('b', 100n)
    await ledger.reserved('first', 80n)
    await book((context) => [...release(context, 'first'), ...reserve(context, ledgerCall('second'), 90n)])
    expect(await state('b')).toMatchObject({ reserved: 90n })
  })

  it('are found by their keys, however many periods there are', async () => {
    const update = `update budget_periods set spent_nanos = 1 where (budget_id, period) in
      (select h.budget_id, h.period from budget_holds h where h.attempt_id = 'a' and h.state = 'reserved')`
    if (engine.name === 'sqlite') {
      const plan = await ledger.db.read(rawQuery<{ detail: string }>(`explain query plan ${update}`))
      expect(plan.map(({ detail }) => detail).join('\n')).toMatch(/SEARCH budget_periods USING .*budget_id=\? AND period=\?/)
    } else {
      // A table of few rows is read whole unless that is made dear.
      const [, plan] = await ledger.db.readAll<[object, { 'QUERY PLAN': string }]>([
        rawQuery('set local enable_seqscan = off'),
        rawQuery(`explain ${update}`),
      ])
      expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan using budget_periods_pkey/)
    }
  })

  it('agree with the ledger to the nano whatever happens in whatever order, and nothing is ever below zero', async () => {
    const amount = fc.bigInt({ min: 0n, max: 60n })
    const step = fc.record({
      attempt: fc.constantFrom('1', '2', '3', '4'),
      act: fc.constantFrom('reserve', 'reserve', 'settle', 'release', 'hold', 'loss', 'charged', 'free', 'hour'),
      nanos: amount,
      key: fc.constantFrom('key-a', 'key-2', null),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await reset()
        await make('day', 150n, { period: 'day' })
        await make('total', 200n)
        await make('key', 90n, { keyId: 'key-a' })
        const runs = new Map<string, { id: string; key: string | null; state: 'open' | 'held' }>()
        const resolved: { id: string; charged: bigint }[] = []
        for (const [at, { attempt, act, nanos, key }] of steps.entries()) {
          const run = runs.get(attempt)
          if (act === 'hour') ledger.clock.advance(HOUR_MS)
          else if (act === 'reserve' && !run) {
            const id = `a${at}`
            const taken = await ledger.reserved(id, nanos, { keyId: key }).then(() => true, refusedByBudget)
            if (taken) runs.set(attempt, { id, key, state: 'open' })
          } else if (run?.state === 'open') {
            if (act === 'settle') await book((context) => settle(context, run.id, { lines: spends(nanos), images: 1 }))
            if (act === 'loss') await book((context) => loss(context, run.id, { lines: spends(nanos) }))
            if (act === 'release') await book((context) => release(context, run.id))
            if (act === 'hold') await book((context) => holdUnknown(context, run.id, { nanos }))
            if (act === 'hold') run.state = 'held'
            else if (act === 'settle' || act === 'loss' || act === 'release') runs.delete(attempt)
          } else if (run?.state === 'held' && (act === 'charged' || act === 'free')) {
            const charged = act === 'charged' ? nanos : 0n
            await book((context) => resolveHold(context, run.id, { charged }))
            resolved.push({ id: run.id, charged })
            runs.delete(attempt)
          }
        }
        await expectAgreement(resolved)
      }),
      { numRuns: 60 },
    )
  })

  async function reset() {
    await ledger.clear()
    const { sql } = ledger.db
    await ledger.db.transact([
      { query: sql.insertInto('projects').values(testRows.project({ id: 'prj-a' })) },
      { query: sql.insertInto('api_keys').values(testRows.apiKey({ id: 'key-a', project_id: 'prj-a' })) },
    ])
  }

  function refusedByBudget(error: { code?: string }): false {
    expect(error.code).toBe('budget_exceeded')
    return false
  }

  /** Adds the ledger up by hand: per period by the day of the reservation, holds that were resolved as their resolution says. */
  async function expectAgreement(resolved: readonly { id: string; charged: bigint }[]) {
    const { entries } = await readEntries(ledger.db, { limit: 1000 })
    const keys = new Map(
      (await ledger.db.read(ledger.db.sql.selectFrom('ledger_entries').select(['attempt_id', 'key_id']))).map((row) => [
        row.attempt_id,
        row.key_id,
      ]),
    )
    const sums = new Map<string, { spent: bigint; reserved: bigint; held: bigint }>()
    for (const { attempt_id: id, at, nanos } of entries.filter(({ kind }) => kind === 'reserve')) {
      const of = (...kinds: string[]) =>
        entries.filter((entry) => entry.attempt_id === id && kinds.includes(entry.kind)).reduce((sum, entry) => sum + entry.nanos, 0n)
      const isOpen = !entries.some((entry) => entry.attempt_id === id && entry.kind === 'release')
      const resolution = resolved.find((one) => one.id === id)
      const moves = {
        spent: of('settle', 'loss') + (resolution?.charged ?? 0n),
        held: resolution ? 0n : of('hold_unknown'),
        reserved: isOpen ? nanos : 0n,
      }
      const places = [`day ${at.slice(0, 10)}`, 'total total', ...(keys.get(id) === 'key-a' ? ['key total'] : [])]
      for (const place of places) {
        const sum = sums.get(place) ?? { spent: 0n, reserved: 0n, held: 0n }
        sums.set(place, { spent: sum.spent + moves.spent, reserved: sum.reserved + moves.reserved, held: sum.held + moves.held })
      }
    }
    const rows = await ledger.db.read(ledger.db.sql.selectFrom('budget_periods').selectAll())
    const found = rows.map((row): [string, object] => [
      `${row.budget_id} ${row.period}`,
      { spent: row.spent_nanos, reserved: row.reserved_nanos - row.held_nanos, held: row.held_nanos },
    ])
    expect(new Map(found)).toEqual(sums)
  }
})

describe('periods', () => {
  it.each([
    ['day', '2026-12-31T23:59:59.999Z', '2026-12-31', '2027-01-01T00:00:00.000Z'],
    ['month', '2026-12-31T23:59:59.999Z', '2026-12', '2027-01-01T00:00:00.000Z'],
    ['day', '2028-02-28T12:00:00.000Z', '2028-02-28', '2028-02-29T00:00:00.000Z'],
    ['month', '2028-02-01T00:00:00.000Z', '2028-02', '2028-03-01T00:00:00.000Z'],
    ['total', '2026-11-20T12:00:00.000Z', 'total', null],
  ] as const)('of a %s at %s is %s and renews at %s', (period, at, id, renewal) => {
    const atMs = Date.parse(at)
    expect(periodIdAt(period, atMs)).toBe(id)
    expect(renewalAfter(period, atMs)).toBe(renewal === null ? null : Date.parse(renewal))
  })
})
