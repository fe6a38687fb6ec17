import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { sealingKey } from '../primitives/sealed-bytes.ts'
import { Secret } from '../primitives/secret.ts'
import { cancelHandoff, closeHandoff, findHandoff, forgetOldHandoffs, listHandoffs, openWords, recordHandoff, sealWords } from './index.ts'

const key = sealingKey(new Secret(() => Buffer.alloc(32, 1).toString('base64')), 'handoffs')
const words = { prompt: 'a fox', texts: [{ text: '営業中', lang: 'ja' }], remarks: [] }

it('words of a ticket open for that ticket alone', () => {
  const sealed = sealWords(key, 'one', words)
  expect(sealed).not.toContain('fox')
  expect(openWords(key, 'one', sealed)).toEqual(words)
  expect(() => openWords(key, 'other', sealed)).toThrow('belongs to something else')
})

describe.each(engines)('tickets on $name', (engine) => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await engine.open()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  beforeEach(async () => {
    await test.clear()
    const { sql } = test.db
    await run({ query: sql.insertInto('projects').values(testRows.project()) })
    await run({ query: sql.insertInto('generations').values(testRows.generation()) })
  })

  const context = () => statementContext(test.db, test.clock, test.newId)
  const run = (...statements: Parameters<typeof test.db.transact>[0]) => test.db.transact(statements)
  const open = (id: string, change: { expires_at_ms?: number; delete_after_ms?: number } = {}) =>
    run(
      recordHandoff(context(), {
        id,
        project_id: 'prj',
        key_id: null,
        expires_at_ms: context().nowMs + 1000,
        operation: 'generate',
        route_owner: 'by-hand',
        model: 'chatgpt',
        wanted_json: '{}',
        prompt_sha256: 'a'.repeat(64),
        sealed: sealWords(key, id, words),
        delete_after_ms: null,
        source_kind: null,
        source_ref: null,
        ...change,
      }),
    )
  const listed = async (state?: 'open' | 'used' | 'cancelled' | 'expired', before: string | null = null) =>
    (await listHandoffs(test.db, { projectId: 'prj', state, before, limit: 9, nowMs: context().nowMs })).map(({ id }) => id)

  it('are used once, while they are open and their time is not over', async () => {
    await open('a')
    await open('b')
    await open('c')
    await run(cancelHandoff(context(), 'b'))
    await run(closeHandoff(context(), { id: 'a', generationId: 'gen' }))
    for (const again of [
      closeHandoff(context(), { id: 'a', generationId: 'gen' }),
      cancelHandoff(context(), 'a'),
      cancelHandoff(context(), 'b'),
    ])
      await expect(run(again)).rejects.toMatchObject({ code: 'handoff_closed' })
    expect([await listed('used'), await listed('cancelled'), await listed('open'), await listed()]).toEqual([
      ['a'],
      ['b'],
      ['c'],
      ['c', 'b', 'a'],
    ])
    test.clock.advance(1000)
    await expect(run(closeHandoff(context(), { id: 'c', generationId: 'gen' }))).rejects.toMatchObject({ code: 'handoff_closed' })
    expect([await listed('open'), await listed('expired'), await listed(undefined, 'c')]).toEqual([[], ['c'], ['b', 'a']])
    expect(await findHandoff(test.db, { id: 'a', projectId: 'another' })).toBeNull()
  })

  it('lose their words when the time of these is over', async () => {
    await open('a', { delete_after_ms: context().nowMs + 10 })
    await open('b')
    test.clock.advance(10)
    const [forgotten] = await run(forgetOldHandoffs(context(), 10))
    expect(forgotten!.changes).toBe(1)
    expect((await findHandoff(test.db, { id: 'a', projectId: null }))!.sealed).toBeNull()
    expect((await findHandoff(test.db, { id: 'b', projectId: null }))!.sealed).not.toBeNull()
  })
})
