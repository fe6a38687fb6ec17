import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type JobRow, type Statement, statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import {
  BatchChanged,
  changeBatch,
  countUnmade,
  endItem,
  findBatch,
  findBatchOfJob,
  findBatchOfUpstream,
  findItem,
  findOpenBatches,
  LineEnded,
  lineWishes,
  listBatches,
  moveBatch,
  openItems,
  openLineAttempts,
  recordBatch,
  recordItem,
  sentPlaces,
  sumItems,
} from './index.ts'

describe.each(engines)('batches and their lines, on $name', (engine) => {
  let test: TestDatabase

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    await write({ query: test.db.sql.insertInto('projects').values(testRows.project()) })
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const context = () => statementContext(test.db, test.clock, test.newId)
  const write = (...statements: Statement[]) => test.db.transact(statements)
  const seen = async (id = 'bat') => (await findBatch(test.db, id))!
  const batch = { id: 'bat', routeId: 'openai', routeOwner: 'openai', operation: 'generate', modelSent: 'gpt-image-2' } as const

  function job(id: string, change: Partial<JobRow> = {}): Statement[] {
    const row: JobRow = {
      id,
      project_id: 'prj',
      key_id: null,
      shape: 'native',
      lane: 'economy',
      priority: 1,
      routes: 'openai',
      created_at_ms: 1,
      ready_at_ms: 1,
      deadline_ms: 1000,
      attempt_id: `att-${id}`,
      starts: 1,
      heartbeat_at_ms: null,
      cancel_requested_at_ms: null,
      base_url: 'http://localhost',
      retry_of: null,
      set_id: null,
      set_place: null,
      webhook_id: null,
      webhook_events_json: null,
      ...change,
    }
    return [
      { query: test.db.sql.insertInto('generations').values(testRows.generation({ id })) },
      { query: test.db.sql.insertInto('attempts').values(testRows.attempt({ id: `att-${id}`, generation_id: id })) },
      { query: test.db.sql.insertInto('jobs').values(row) },
    ]
  }
  const line = (place: number, id: string) =>
    recordItem(context(), { batch_id: 'bat', place, job_id: id, attempt_id: `att-${id}`, sealed: 'v1.x' })
  const lines = () =>
    write(
      recordBatch(context(), batch),
      ...job('one'),
      ...job('two', { deadline_ms: 500 }),
      ...job('three', { cancel_requested_at_ms: 2 }),
      line(0, 'one'),
      line(3, 'two'),
      line(4, 'three'),
    )

  it('move from the state they were seen in, and from no other', async () => {
    await write(recordBatch(context(), batch))
    const before = await seen()
    await write(moveBatch(context(), before, 'uploading'), changeBatch(context(), { id: 'bat', state: 'uploading' }, { tries: 2 }))
    await expect(write(moveBatch(context(), before, 'cleaning'))).rejects.toThrow(BatchChanged)
    expect(await seen()).toMatchObject({ state: 'uploading', tries: 2, ended_at_ms: null })
    await write(moveBatch(context(), await seen(), 'creating', { input_file_id: 'file-1' }))
    expect(await seen()).toMatchObject({ state: 'creating', tries: 0, input_file_id: 'file-1' })
  })

  it('are open until they have ended, and found by the name that upstream has for them, on their route', async () => {
    await write(recordBatch(context(), batch))
    await write(moveBatch(context(), await seen(), 'running', { upstream_id: 'batch_1' }))
    expect((await findOpenBatches(test.db)).map(({ id }) => id)).toEqual(['bat'])
    expect((await findBatchOfUpstream(test.db, { routeId: 'openai', upstreamId: 'batch_1' }))?.id).toBe('bat')
    expect(await findBatchOfUpstream(test.db, { routeId: 'other', upstreamId: 'batch_1' })).toBeNull()
    await write(moveBatch(context(), await seen(), 'ended', { outcome: 'completed' }))
    expect(await findOpenBatches(test.db)).toEqual([])
    const listed = async (isOpen: boolean | null) => (await listBatches(test.db, { isOpen, before: null, limit: 5 })).length
    expect([await listed(null), await listed(true), await listed(false)]).toEqual([1, 0, 1])
  })

  it('know their open lines in order, what is wished of them and what they come to', async () => {
    await lines()
    const open = await openItems(test.db, { batchId: 'bat', limit: 2 })
    expect(open.map(({ place, sealed }) => [place, sealed])).toEqual([
      [0, 'v1.x'],
      [3, 'v1.x'],
    ])
    expect((await openItems(test.db, { batchId: 'bat', afterPlace: 3, limit: 2 })).map(({ place }) => place)).toEqual([4])
    expect(await lineWishes(test.db, 'bat')).toEqual({ open: 3, unwanted: 1, earliest_deadline_ms: 500 })
    expect(await sumItems(test.db, ['bat'])).toMatchObject([{ line: null, lines: 3, reserved_nanos: 3n * 5_920_000n, deadline_ms: 500 }])
    expect((await openLineAttempts(test.db)).toSorted()).toEqual(['att-one', 'att-three', 'att-two'])
    expect(await findBatchOfJob(test.db, 'two')).toBe('bat')
  })

  it('end each line once, and forget what it was', async () => {
    await lines()
    await write(endItem(context(), 'att-one', 'answered'))
    await expect(write(endItem(context(), 'att-one', 'unknown'))).rejects.toThrow(LineEnded)
    expect(await findItem(test.db, { batchId: 'bat', attemptId: 'att-one' })).toMatchObject({ line: 'answered', sealed: null })
    expect(await findItem(test.db, { batchId: 'other', attemptId: 'att-one' })).toBeNull()
    expect(await findBatchOfJob(test.db, 'one')).toBeNull()
    await write(endItem(context(), 'att-two', 'unmade'), endItem(context(), 'att-three', 'withdrawn'))
    expect([await countUnmade(test.db, 'two'), await countUnmade(test.db, 'three')]).toEqual([1, 0])
  })

  it('number what was sent as upstream does: lines that were taken out before do not count', async () => {
    await lines()
    await write(endItem(context(), 'att-two', 'withdrawn'), endItem(context(), 'att-one', 'invalid'))
    expect(await sentPlaces(test.db, 'bat')).toEqual([0, 4])
  })

  it('take an attempt as one line only', async () => {
    await lines()
    await expect(write(line(9, 'one'))).rejects.toThrow()
  })
})
