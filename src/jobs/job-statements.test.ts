import type { Compilable } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rawQuery, type Statement, statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import {
  claimJob,
  countWaiting,
  findJob,
  findOrder,
  findRetries,
  findRetry,
  findSet,
  findWaiting,
  forgetOldOrders,
  ItemTaken,
  itemsOf,
  type JobFilter,
  JobTaken,
  listJobs,
  listQuery,
  moveSet,
  type NewJob,
  noteHeartbeat,
  postponeJob,
  progressOf,
  receiversOf,
  recordJob,
  recordOrder,
  recordSet,
  refuseItem,
  requestCancel,
  SetChanged,
  SetKeyTaken,
  takeItem,
  waitingItems,
} from './index.ts'

const DAY_MS = 24 * 60 * 60 * 1000

describe.each(engines)('jobs, on $name', (engine) => {
  let test: TestDatabase

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    const { db } = test
    await run(
      { query: db.sql.insertInto('projects').values(testRows.project()) },
      ...['one', 'two', 'three'].map((id) => ({
        query: db.sql.insertInto('generations').values(testRows.generation({ id, status: 'queued', completed_at_ms: null })),
      })),
    )
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const context = () => statementContext(test.db, test.clock, test.newId)
  const run = (...statements: Statement[]) => test.db.transact(statements)
  const newJob = (id: string, change: Partial<NewJob> = {}): NewJob => ({
    id,
    projectId: 'prj',
    keyId: null,
    shape: 'native',
    lane: 'standard',
    priority: 'normal',
    routes: ['first', 'second'],
    readyAtMs: test.clock.nowMs(),
    deadlineMs: test.clock.nowMs() + DAY_MS,
    attemptId: `att_${id}`,
    baseUrl: 'https://gateway.example',
    retryOf: null,
    set: null,
    receiver: null,
    ...change,
  })

  it('are taken once: of two that saw the same job, one begins it', async () => {
    await run(recordJob(context(), newJob('one')))
    await run(claimJob(context(), { jobId: 'one', starts: 0 }, 'att_1'))
    await expect(run(claimJob(context(), { jobId: 'one', starts: 0 }, 'att_2'))).rejects.toThrow(JobTaken)
    expect(await findJob(test.db, { id: 'one', projectId: 'prj' })).toMatchObject({ starts: 1, attempt_id: 'att_1' })
    await run(postponeJob(context(), { jobId: 'one', starts: 1 }, { attemptId: 'att_3', readyAtMs: 5 }))
    await expect(run(postponeJob(context(), { jobId: 'one', starts: 0 }, { attemptId: 'x', readyAtMs: 5 }))).rejects.toThrow(JobTaken)
    expect(await findJob(test.db, { id: 'one', projectId: null })).toMatchObject({ attempt_id: 'att_3', heartbeat_at_ms: null })
  })

  it('are seen by their project alone, listed newest first, by state and set', async () => {
    await run(recordJob(context(), newJob('one')), recordJob(context(), newJob('two', { retryOf: 'one', set: { id: 'set_x', place: 0 } })))
    expect(await findJob(test.db, { id: 'one', projectId: 'other' })).toBeNull()
    const all = { projectId: 'prj', states: [], setId: null, before: null, limit: 10 }
    const listed = async (filter: JobFilter) => (await listJobs(test.db, filter)).map(({ id }) => id)
    expect(await listed(all)).toEqual(['two', 'one'])
    expect(await listed({ ...all, before: 'two' })).toEqual(['one'])
    expect(await listed({ ...all, setId: 'set_x' })).toEqual(['two'])
    expect(await listed({ ...all, states: ['running'] })).toEqual([])
    expect(await findRetry(test.db, 'one')).toBe('two')
    expect(await findRetries(test.db, ['one', 'two', 'three'])).toEqual(new Map([['one', 'two']]))
    expect(await countWaiting(test.db, 'prj')).toBe(2)
    expect((await findWaiting(test.db)).map(({ id, routes }) => [id, routes])).toEqual([
      ['one', 'first,second'],
      ['two', 'first,second'],
    ])
  })

  it('are listed by a state that few are in through its index, whatever else there is', async () => {
    const all = { projectId: null, states: [], setId: null, before: null, limit: 10 }
    const indexes = { queued: 'generations_queued', running: 'generations_running', failed: 'generations_ended_badly' }
    for (const [state, index] of Object.entries(indexes)) expect(await planOf(listQuery(test.db, all, state))).toContain(index)
    expect(await planOf(listQuery(test.db, all, 'cancelled'))).toContain('generations_ended_badly')
    expect(await planOf(listQuery(test.db, all, 'outcome_unknown'))).toContain('generations_ended_badly')
  })

  /** With no rows PostgreSQL would rather read the whole table. */
  async function planOf(query: Compilable): Promise<string> {
    const { sql, parameters } = query.compile()
    if (test.db.dialect === 'sqlite') return JSON.stringify(await test.db.read(rawQuery(`explain query plan ${sql}`, [...parameters])))
    const [, , plan] = await test.db.readAll<[object, object, object]>([
      rawQuery('set local enable_seqscan = off'),
      rawQuery('set local enable_sort = off'),
      rawQuery(`explain ${sql}`, [...parameters]),
    ])
    return JSON.stringify(plan)
  }

  it('are listed of several states in one order', async () => {
    for (const id of ['one', 'two', 'three']) await run(recordJob(context(), newJob(id)))
    const end = (id: string, status: string) =>
      run({ query: test.db.sql.updateTable('generations').set({ status, completed_at_ms: 1 }).where('id', '=', id) })
    await end('one', 'failed')
    await end('three', 'cancelled')
    await end('two', 'failed')
    const filter = { projectId: 'prj', states: ['failed', 'cancelled'], setId: null, before: null, limit: 2 }
    const first = await listJobs(test.db, filter)
    expect(first.map(({ id }) => id)).toEqual(['two', 'three'])
    expect((await listJobs(test.db, { ...filter, before: 'three' })).map(({ id }) => id)).toEqual(['one'])
  })

  it('keep their heartbeat, and the first time that somebody did not want them any more', async () => {
    await run(recordJob(context(), newJob('one')), noteHeartbeat(context(), ['one', 'two']), requestCancel(context(), 'one'))
    const before = await findJob(test.db, { id: 'one', projectId: null })
    test.clock.advance(1000)
    await run(requestCancel(context(), 'one'))
    expect(await findJob(test.db, { id: 'one', projectId: null })).toEqual(before)
    expect(before).toMatchObject({ heartbeat_at_ms: test.clock.nowMs() - 1000 })
  })

  it('have their orders forgotten after thirty days, unless they wait still', async () => {
    await run(
      ...['one', 'two'].flatMap((id) => [
        recordJob(context(), newJob(id)),
        recordOrder(context(), id, 'v1.sealed', { days: null, policy: 'keep' }),
      ]),
    )
    await run({ query: test.db.sql.updateTable('generations').set({ status: 'failed', completed_at_ms: 1 }).where('id', '=', 'two') })
    test.clock.advance(30 * DAY_MS + 1)
    await run(forgetOldOrders(context(), 10))
    expect([await findOrder(test.db, 'one'), await findOrder(test.db, 'two')]).toEqual(['v1.sealed', null])
  })

  it('name their receivers, as sets do', async () => {
    const receiver = { webhookId: 'whk_1', events: ['job.completed'] }
    await run(
      recordJob(context(), newJob('one', { receiver })),
      recordJob(context(), newJob('two')),
      ...recordSet(context(), newSet({ receiver })),
    )
    expect(Object.fromEntries(await receiversOf(test.db, ['one', 'two', 'set_1', 'nobody']))).toEqual({ one: receiver, set_1: receiver })
    expect((await receiversOf(test.db, [])).size).toBe(0)
  })

  const newSet = (change: object = {}) => ({
    id: 'set_1',
    projectId: 'prj',
    keyId: null,
    kind: 'bulk' as const,
    name: null,
    shape: 'native' as const,
    sealed: 'v1.set',
    baseUrl: 'https://gateway.example',
    idempotencyKey: null,
    fingerprint: 'f'.repeat(64),
    receiver: null,
    items: Array.from({ length: 3 }, (_, place) => ({ label: `item ${place}`, sealed: 'v1.item' })),
    ...change,
  })

  describe('in sets', () => {
    it('become of each item once, or the item is refused', async () => {
      await run(...recordSet(context(), newSet()), recordJob(context(), newJob('one')), recordJob(context(), newJob('two')))
      await run(takeItem(context(), { id: 'set_1', place: 0 }, 'one'))
      await expect(run(takeItem(context(), { id: 'set_1', place: 0 }, 'two'))).rejects.toThrow(ItemTaken)
      await run(refuseItem(context(), { id: 'set_1', place: 1 }, '{"code":"x"}'))
      await expect(run(takeItem(context(), { id: 'set_1', place: 1 }, 'two'))).rejects.toThrow(ItemTaken)
      expect((await waitingItems(test.db, 'set_1', 10)).map(({ place }) => place)).toEqual([2])
      expect((await progressOf(test.db, 'set_1')).counts).toMatchObject({ waiting: 1, queued: 1, refused: 1, running: 0 })
      await run({ query: test.db.sql.updateTable('generations').set({ status: 'running' }).where('id', '=', 'one') })
      expect((await progressOf(test.db, 'set_1')).counts).toMatchObject({ waiting: 1, queued: 0, refused: 1, running: 1 })
      const found = await itemsOf(test.db, { setId: 'set_1', from: 0, limit: 10, states: ['running', 'refused'] })
      expect(found.map(({ place, status, state }) => [place, status, state])).toEqual([
        [0, 'running', 'queued'],
        [1, null, 'refused'],
      ])
    })

    it('are recorded whole, thousands at once, and named by one key once', async () => {
      const items = Array.from({ length: 2500 }, () => ({ label: null, sealed: 'v1.item' }))
      await run(...recordSet(context(), newSet({ items, idempotencyKey: 'k' })))
      expect((await progressOf(test.db, 'set_1')).counts.waiting).toBe(2500)
      await expect(run(...recordSet(context(), newSet({ id: 'set_2', idempotencyKey: 'k' })))).rejects.toThrow(SetKeyTaken)
      expect(await findSet(test.db, { id: 'set_2', projectId: null })).toBeNull()
      expect(await findSet(test.db, { id: 'set_1', projectId: 'other' })).toBeNull()
    })

    it('end once', async () => {
      await run(...recordSet(context(), newSet()))
      await run(moveSet(context(), 'set_1', { from: ['open'], to: 'paused', reason: 'budget_exceeded' }))
      await run(moveSet(context(), 'set_1', { from: ['open', 'paused'], to: 'ended' }))
      await expect(run(moveSet(context(), 'set_1', { from: ['open', 'paused'], to: 'cancelled' }))).rejects.toThrow(SetChanged)
      expect(await findSet(test.db, { id: 'set_1', projectId: null })).toMatchObject({ state: 'ended', ended_at_ms: test.clock.nowMs() })
    })
  })
})
