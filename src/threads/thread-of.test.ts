import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../db/test-engines.ts'
import { deleteTurn, memoryOf, threadOf } from './index.ts'
import { TestThreads } from './test-threads.ts'

describe.each(engines)('a thread on $name', (engine) => {
  let test: TestThreads

  beforeAll(async () => {
    test = await TestThreads.open(engine)
  })
  beforeEach(() => test.clear())
  afterAll(() => test[Symbol.asyncDispose]())

  const thread = (generationId: string, projectId: string | null = 'prj') => threadOf(test.db, { generationId, projectId })
  const idsOf = async (...ask: Parameters<typeof thread>) => (await thread(...ask)).map(({ turn }) => turn.generation_id)
  const memory = async (generationId: string, projectId: string | null = 'prj') =>
    (await memoryOf(test.db, { generationId, projectId })).map(({ turn }) => turn.generation_id)

  it('is the chain of turns, oldest first, from wherever it is asked', async () => {
    await test.tell('a', { calls: ['ig_1', 'ig_2'] })
    await test.tell('b', { previous: 'resp-a' })
    await test.tell('c', { previous: 'resp-b', calls: ['ig_3'] })
    await test.tell('stranger')
    for (const id of ['a', 'b', 'c']) expect(await idsOf(id)).toEqual(['a', 'b', 'c'])
    expect(await thread('b')).toMatchObject([
      {
        continuedBy: 'start',
        generation: { status: 'running', request_shape_json: '{}' },
        calls: [{ call_id: 'ig_1' }, { call_id: 'ig_2' }],
      },
      { continuedBy: 'previous_response_id', calls: [] },
      { continuedBy: 'previous_response_id', calls: [{ call_id: 'ig_3', image_id: 'img-ig_3', path: 'img-ig_3.png' }] },
    ])
  })

  it('goes on along pictures that a turn brought along', async () => {
    await test.tell('a', { calls: ['ig_1'] })
    await test.tell('b', { brings: ['img-ig_1'] })
    await test.tell('c', { previous: 'resp-b' })
    for (const id of ['a', 'b', 'c']) expect(await idsOf(id)).toEqual(['a', 'b', 'c'])
    expect((await thread('a')).map(({ continuedBy }) => continuedBy)).toEqual(['start', 'image_call_id', 'previous_response_id'])
  })

  it('follows its newest branch forwards and none but its own backwards', async () => {
    await test.tell('root')
    await test.tell('left', { previous: 'resp-root' })
    await test.tell('right', { previous: 'resp-root' })
    expect(await idsOf('root')).toEqual(['root', 'right'])
    expect(await idsOf('left')).toEqual(['root', 'left'])
  })

  it('stays in its project', async () => {
    await test.tell('mine')
    await test.tell('theirs', { projectId: 'other', previous: 'resp-mine' })
    expect(await idsOf('mine')).toEqual(['mine'])
    expect(await idsOf('theirs', 'other')).toEqual(['theirs'])
    expect(await idsOf('theirs', null)).toEqual(['theirs'])
    expect([await idsOf('theirs'), await memory('theirs')]).toEqual([[], []])
    expect(await idsOf('nobody')).toEqual([])
  })

  it('ends where ids lead in a circle', async () => {
    await test.tell('a', { previous: 'resp-b' })
    await test.tell('b', { previous: 'resp-a' })
    await test.tell('self', { previous: 'resp-self' })
    expect(await idsOf('b')).toEqual(['a', 'b'])
    expect(await memory('self')).toEqual(['self'])
  })

  it('is cut at its far end when it is longer than 200 turns', async () => {
    await test.tell('0')
    for (let index = 1; index < 205; index += 1) await test.tell(String(index), { previous: `resp-${index - 1}` })
    expect(await idsOf('204')).toEqual(Array.from({ length: 200 }, (_, index) => String(index + 5)))
  })

  it('shows turns whose response was deleted', async () => {
    await test.tell('a', { calls: ['ig_1'] })
    await test.tell('b', { previous: 'resp-a' })
    await test.db.transact(deleteTurn(test.context(), { responseId: 'resp-a', projectId: 'prj' }))
    expect(await thread('b')).toMatchObject([{ turn: { deleted_at_ms: test.clock.nowMs() }, calls: [{ call_id: 'ig_1' }] }, {}])
  })

  it('is remembered by an upstream only as far as it leads to a response by ids', async () => {
    await test.tell('drawn', { calls: ['ig_1'] })
    await test.tell('a', { brings: ['img-ig_1'] })
    await test.tell('b', { previous: 'resp-a' })
    await test.tell('c', { previous: 'resp-b' })
    expect(await memory('b')).toEqual(['a', 'b'])
  })
})
