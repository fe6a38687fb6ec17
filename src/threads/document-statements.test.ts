import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../db/test-engines.ts'
import { deleteExpiredTurnDocuments, deleteTurnDocument, findTurnDocument, findTurnDocuments, recordTurnDocument } from './index.ts'
import { TestThreads } from './test-threads.ts'

describe.each(engines)('documents of turns on $name', (engine) => {
  let test: TestThreads

  beforeAll(async () => {
    test = await TestThreads.open(engine)
  })
  beforeEach(async () => {
    await test.clear()
    for (const id of ['one', 'two', 'three']) await test.begin(id)
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const keep = (generationId: string, sealed = 'v1.x', deleteAfterMs: number | null = null) =>
    test.db.transact([recordTurnDocument(test.context(), { generationId, sealed, deleteAfterMs })])
  const find = (generationId: string) => findTurnDocument(test.db, { generationId, nowMs: test.clock.nowMs() })
  const sweep = async (limit: number) => (await test.db.transact([deleteExpiredTurnDocuments(test.context(), limit)]))[0]!.changes

  it('are kept before upstream named the response, and replaced by what is known later', async () => {
    const createdMs = test.clock.nowMs()
    await keep('one', 'asked')
    test.clock.advance(1_000)
    await keep('one', 'answered', 5_000)
    expect(await find('one')).toEqual({
      generation_id: 'one',
      sealed: 'answered',
      created_at_ms: createdMs,
      delete_after_ms: createdMs + 6_000,
    })
  })

  it('are found together for a whole thread', async () => {
    await keep('one')
    await keep('three')
    const ask = (generationIds: string[]) => findTurnDocuments(test.db, { generationIds, nowMs: test.clock.nowMs() })
    expect((await ask(['one', 'two', 'three'])).map((row) => row.generation_id).sort()).toEqual(['one', 'three'])
    expect(await ask([])).toEqual([])
  })

  it('go one by one, and leave the others', async () => {
    await keep('one')
    await keep('two')
    await test.db.transact([deleteTurnDocument(test.context(), { generationId: 'one' })])
    expect([await find('one'), await find('two')]).toMatchObject([null, { sealed: 'v1.x' }])
  })

  it('are hidden from the millisecond their time is over, and swept in rounds', async () => {
    await keep('one', 'a', 1_000)
    await keep('two', 'b', 1_000)
    await keep('three')
    test.clock.advance(999)
    expect([await sweep(10), await find('one')]).toMatchObject([0, { sealed: 'a' }])
    test.clock.advance(1)
    expect(await find('one')).toBeNull()
    expect([await sweep(1), await sweep(1), await sweep(1)]).toEqual([1, 1, 0])
    expect(await find('three')).toMatchObject({ sealed: 'v1.x' })
  })
})
