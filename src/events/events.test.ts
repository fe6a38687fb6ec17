import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { eventsOf, eventsToHandOut, forgetOldEvents, handedOut, lastEventOf, recordEvent } from './index.ts'

const DAY_MS = 24 * 60 * 60 * 1000

describe.each(engines)('events, on $name', (engine) => {
  let test: TestDatabase

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    await test.db.transact([{ query: test.db.sql.insertInto('projects').values(testRows.project()) }])
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const context = () => statementContext(test.db, test.clock, test.newId)
  const happen = (subjectId: string, ...types: ('job.queued' | 'job.started' | 'job.completed')[]) =>
    test.db.transact(types.map((type) => recordEvent(context(), { projectId: 'prj', subjectId, type, data: { of: subjectId } })))

  it('are read again in the order in which they happened, from any of them on', async () => {
    await happen('one', 'job.queued', 'job.started')
    await happen('two', 'job.queued')
    await happen('one', 'job.completed')
    const all = await eventsOf(test.db, { subjectIds: ['one'], afterSeq: 0, limit: 10 })
    expect(all.map(({ type }) => type)).toEqual(['job.queued', 'job.started', 'job.completed'])
    const rest = await eventsOf(test.db, { subjectIds: ['one'], afterSeq: all[0]!.seq, limit: 1 })
    expect(rest.map(({ type }) => type)).toEqual(['job.started'])
    expect(await lastEventOf(test.db, 'one')).toMatchObject({ type: 'job.completed', data_json: '{"of":"one"}' })
    expect(await lastEventOf(test.db, 'three')).toBeNull()
  })

  it('are handed out once, all of them or none', async () => {
    await happen('one', 'job.queued', 'job.started')
    const waiting = await eventsToHandOut(test.db, 10)
    const seqs = waiting.map(({ seq }) => seq)
    await test.db.transact([handedOut(context(), seqs.slice(0, 1))])
    await expect(test.db.transact([handedOut(context(), seqs)])).rejects.toThrow('handed out before')
    expect((await eventsToHandOut(test.db, 10)).map(({ seq }) => seq)).toEqual(seqs.slice(1))
  })

  it('are forgotten after thirty days, unless somebody has still to be told', async () => {
    await happen('one', 'job.queued', 'job.started')
    const [first] = await eventsToHandOut(test.db, 10)
    await test.db.transact([handedOut(context(), [first!.seq])])
    test.clock.advance(30 * DAY_MS + 1)
    await happen('one', 'job.completed')
    await test.db.transact([forgetOldEvents(context(), 10)])
    const kept = await eventsOf(test.db, { subjectIds: ['one'], afterSeq: 0, limit: 10 })
    expect(kept.map(({ type }) => type)).toEqual(['job.started', 'job.completed'])
  })

  it('are never counted with a number that another one had', async () => {
    await happen('one', 'job.queued')
    const [first] = await eventsToHandOut(test.db, 1)
    await test.db.transact([handedOut(context(), [first!.seq])])
    test.clock.advance(31 * DAY_MS)
    await test.db.transact([forgetOldEvents(context(), 10)])
    await happen('two', 'job.queued')
    expect((await lastEventOf(test.db, 'two'))!.seq).toBeGreaterThan(first!.seq)
  })
})
