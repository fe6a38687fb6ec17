import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AssistantTrace } from '../contract/record.ts'
import { engines } from '../db/test-engines.ts'
import {
  advanceTurn,
  deleteExpiredTurnDocuments,
  deleteTurn,
  findImageCall,
  findTurn,
  findTurnDocument,
  findTurnOfGeneration,
  markPolled,
  noteAssistant,
  openBackgroundTurns,
  recordImageCalls,
  recordTurn,
  recordTurnDocument,
  type TurnProgress,
} from './index.ts'
import { newCall, newTurn, TestThreads } from './test-threads.ts'

describe.each(engines)('turns on $name', (engine) => {
  let test: TestThreads

  beforeAll(async () => {
    test = await TestThreads.open(engine)
  })
  beforeEach(() => test.clear())
  afterAll(() => test[Symbol.asyncDispose]())

  const find = (responseId: string, projectId: string | null = 'prj') => findTurn(test.db, { responseId, projectId })
  const ofGeneration = (id: string) => findTurnOfGeneration(test.db, id)
  const call = (callId: string, projectId: string | null = 'prj') => findImageCall(test.db, { callId, projectId })
  const advance = async (progress: TurnProgress) => (await test.db.transact([advanceTurn(test.context(), progress)]))[0]!.changes
  const drop = async (responseId: string, projectId: string | null = 'prj') =>
    (await test.db.transact(deleteTurn(test.context(), { responseId, projectId })))[0]!.rows

  it('are found by the id of their response, with all that was recorded', async () => {
    await test.tell('one', { previous: 'resp-zero', conversationId: 'conv', storedUpstream: false })
    const nowMs = test.clock.nowMs()
    const row = {
      generation_id: 'one',
      project_id: 'prj',
      attempt_id: 'att-one',
      route_id: 'openai',
      response_id: 'resp-one',
      previous_response_id: 'resp-zero',
      conversation_id: 'conv',
      main_model: 'gpt-5.4',
      stored_upstream: 0,
      background: 0,
      status: 'completed',
      created_at_ms: nowMs,
      finished_at_ms: nowMs,
      assistant_json: null,
      polled_at_ms: null,
      deleted_at_ms: null,
    }
    expect(await find('resp-one')).toEqual(row)
    expect(await ofGeneration('one')).toEqual(row)
  })

  it('are seen by their project and the admin, and by no other project', async () => {
    await test.tell('one', { calls: ['ig_1'] })
    expect([await find('resp-one', 'other'), await call('ig_1', 'other')]).toEqual([null, null])
    expect([await find('resp-one', null), await call('ig_1', null)]).toMatchObject([{ generation_id: 'one' }, { generation_id: 'one' }])
  })

  it('are the newest where an upstream gave an id twice', async () => {
    await test.tell('old', { responseId: 'resp', calls: ['ig_old'] })
    await test.tell('new', { responseId: 'resp' })
    expect(await find('resp')).toMatchObject({ generation_id: 'new' })
  })

  it('stay as they were at first when they are recorded again', async () => {
    await test.begin('one')
    await test.db.transact([recordTurn(test.context(), newTurn('one', { status: 'queued', background: true }))])
    test.clock.advance(5_000)
    const [again] = await test.db.transact([recordTurn(test.context(), newTurn('one', { responseId: 'resp-other' }))])
    expect(again!.changes).toBe(0)
    expect(await ofGeneration('one')).toMatchObject({ response_id: 'resp-one', status: 'queued', finished_at_ms: null })
  })

  it('go on until they are finished, and not from there', async () => {
    await test.tell('one', { status: 'queued', background: true })
    expect(await advance({ generationId: 'one', status: 'in_progress' })).toBe(1)
    expect(await advance({ generationId: 'one', status: 'completed', finished: false })).toBe(1)
    expect(await ofGeneration('one')).toMatchObject({ status: 'completed', finished_at_ms: null })
    expect(await advance({ generationId: 'one', status: 'completed' })).toBe(1)
    expect(await advance({ generationId: 'one', status: 'queued' })).toBe(0)
    expect(await ofGeneration('one')).toMatchObject({ status: 'completed', finished_at_ms: test.clock.nowMs() })
  })

  it('that were cut off in the middle can be given up without a final status', async () => {
    await test.tell('one', { status: 'in_progress' })
    expect(await advance({ generationId: 'one', status: 'in_progress', finished: true })).toBe(1)
    expect(await advance({ generationId: 'one', status: 'completed' })).toBe(0)
  })

  it('keep the trace of the record, also when it is noted again', async () => {
    await test.tell('one')
    await test.tell('two')
    const trace = (responseId: string): AssistantTrace => ({
      main_model: 'gpt-5.4',
      main_model_priced: true,
      response_id: responseId,
      call_ids: [],
      previous_response_id: null,
      reasoning_effort: null,
      complexity: null,
      background: false,
      store: true,
      replayed_images: 0,
      trace: [],
    })
    for (const id of ['resp-first', 'resp-one'])
      await test.db.transact([noteAssistant(test.context(), { generationId: 'one', assistant: trace(id) })])
    expect(JSON.parse((await ofGeneration('one'))!.assistant_json!)).toEqual(trace('resp-one'))
    expect(await ofGeneration('two')).toMatchObject({ assistant_json: null })
  })

  describe('in the background', () => {
    const open = async (limit = 10) => (await openBackgroundTurns(test.db, limit)).map((turn) => turn.generation_id)

    it('wait for their end, the one first that was asked about longest ago', async () => {
      for (const id of ['first', 'second', 'third']) await test.tell(id, { status: 'queued', background: true })
      await test.tell('foreground', { status: 'in_progress' })
      await test.tell('done', { background: true })
      expect(await open()).toEqual(['first', 'second', 'third'])
      test.clock.advance(1_000)
      await test.db.transact([markPolled(test.context(), { generationId: 'first' })])
      expect(await open()).toEqual(['second', 'third', 'first'])
      expect(await open(1)).toEqual(['second'])
      await advance({ generationId: 'third', status: 'cancelled' })
      expect(await open()).toEqual(['second', 'first'])
    })

    it('wait for it also when their caller deleted them: they cost money', async () => {
      await test.tell('one', { status: 'queued', background: true })
      await drop('resp-one')
      expect(await open()).toEqual(['one'])
    })
  })

  describe('a deletion', () => {
    const keep = async (generationId: string) => {
      const results = await test.db.transact([recordTurnDocument(test.context(), { generationId, sealed: 'v1.x', deleteAfterMs: null })])
      return results[0]!.changes
    }
    const said = (generationId: string) => findTurnDocument(test.db, { generationId, nowMs: test.clock.nowMs() })

    it('ends response and call ids for everyone, removes what was said, and happens once', async () => {
      await test.tell('one', { calls: ['ig_1'] })
      await test.tell('two', { calls: ['ig_2'] })
      for (const id of ['one', 'two']) await keep(id)
      expect(await drop('resp-one')).toEqual([{ generation_id: 'one' }])
      expect(await drop('resp-one')).toEqual([])
      expect([await find('resp-one', null), await call('ig_1', null), await said('one')]).toEqual([null, null, null])
      expect(await ofGeneration('one')).toMatchObject({ deleted_at_ms: test.clock.nowMs() })
      expect([await find('resp-two'), await call('ig_2'), await said('two')]).not.toContain(null)
    })

    it('leaves what settling a running response needs until it has ended, and takes in nothing more', async () => {
      await test.tell('one', { status: 'queued', background: true })
      await keep('one')
      await drop('resp-one')
      const sweep = async () => (await test.db.transact([deleteExpiredTurnDocuments(test.context(), 10)]))[0]!.changes
      expect(await sweep()).toBe(0)
      expect(await said('one')).not.toBeNull()
      await advance({ generationId: 'one', status: 'completed' })
      expect(await keep('one')).toBe(0)
      expect(await sweep()).toBe(1)
      expect(await said('one')).toBeNull()
    })

    it('of another project’s response does nothing', async () => {
      await test.tell('one')
      await keep('one')
      expect(await drop('resp-one', 'other')).toEqual([])
      expect([await find('resp-one'), await said('one')]).not.toContain(null)
      expect(await drop('resp-one', null)).toEqual([{ generation_id: 'one' }])
    })
  })

  describe('image calls', () => {
    it('are found with their picture, the place of its bytes and the route that made it', async () => {
      await test.tell('one', { calls: ['ig_1', 'ig_2'], routeId: 'azure', storedUpstream: false })
      expect(await call('ig_2')).toMatchObject({
        generation_id: 'one',
        call_id: 'ig_2',
        idx: 1,
        image_id: 'img-ig_2',
        status: 'completed',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        format: 'png',
        path: 'img-ig_2.png',
        store: 'folder',
        response_id: 'resp-one',
        route_id: 'azure',
        stored_upstream: 0,
        image_deleted_at_ms: null,
      })
      expect(await call('ig_3')).toBeNull()
    })

    it('that failed have their error and no picture', async () => {
      await test.tell('one')
      const failed = newCall('one', { status: 'failed', error: { code: 'moderation_blocked' } })
      await test.db.transact(recordImageCalls(test.context(), [failed]))
      expect(await call('ig_1')).toMatchObject({
        status: 'failed',
        image_id: null,
        path: null,
        error_json: '{"code":"moderation_blocked"}',
      })
    })

    it('are recorded once, however often', async () => {
      await test.tell('one', { calls: ['ig_1'] })
      const [again] = await test.db.transact(recordImageCalls(test.context(), [newCall('one', { status: 'failed' })]))
      expect(again!.changes).toBe(0)
      expect(await call('ig_1')).toMatchObject({ status: 'completed', image_id: 'img-ig_1' })
      expect(recordImageCalls(test.context(), [])).toEqual([])
    })

    it('have no place of bytes once the picture was deleted, also when others still hold the same bytes', async () => {
      await test.tell('one', { calls: ['ig_1'] })
      await test.db.transact([{ query: test.db.sql.updateTable('images').set({ deleted_at_ms: 7 }).where('id', '=', 'img-ig_1') }])
      expect(await call('ig_1')).toMatchObject({ image_id: 'img-ig_1', image_deleted_at_ms: 7, store: null, path: null })
    })

    it('are the newest with a picture where an upstream gave an id twice', async () => {
      await test.tell('old', { calls: ['ig_1'] })
      await test.tell('newer')
      await test.db.transact(recordImageCalls(test.context(), [newCall('newer', { status: 'failed' })]))
      expect(await call('ig_1')).toMatchObject({ generation_id: 'old' })
    })
  })
})
