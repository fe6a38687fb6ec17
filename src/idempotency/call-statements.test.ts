import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Statement, statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import {
  AlreadyAdopted,
  claimKey,
  findKey,
  findKeyAnywhere,
  findReply,
  forgetOldKeys,
  KEY_LIFE_MS,
  KeyTaken,
  type NewAttachment,
  noteDelivery,
  type RouteFamily,
  recordAttachment,
  recordIdentity,
  recordReply,
} from './index.ts'

const fingerprint = 'f'.repeat(64)

describe.each(engines)('what makes repetitions known, on $name', (engine) => {
  let test: TestDatabase

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    const { db } = test
    await run(
      ...['prj', 'other'].map((id) => ({ query: db.sql.insertInto('projects').values(testRows.project({ id })) })),
      ...['one', 'two'].map((id) => ({ query: db.sql.insertInto('generations').values(testRows.generation({ id })) })),
    )
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const context = () => statementContext(test.db, test.clock, test.newId)
  const run = (...statements: Statement[]) => test.db.transact(statements)
  const scope = (key: string, projectId = 'prj', family: RouteFamily = 'images') => ({ projectId, family, key })
  const claim = (key: string, generationId: string, projectId?: string, family?: RouteFamily) =>
    run(...claimKey(context(), scope(key, projectId, family), { generationId, fingerprint }))
  const ownerOf = async (key: string, projectId?: string, family?: RouteFamily) =>
    (await findKey(test.db, scope(key, projectId, family), test.clock.nowMs()))?.generation_id ?? null
  const attach = (changes: Partial<NewAttachment> = {}) =>
    run(
      recordAttachment(context(), {
        generationId: 'one',
        projectId: 'prj',
        keyId: null,
        requestId: 'req',
        attachedBy: 'shadow',
        retryCount: 1,
        ...changes,
      }),
    )

  it('gives a key to one call: whoever comes second does nothing at all', async () => {
    await claim('k', 'one')
    const second = run(...claimKey(context(), scope('k'), { generationId: 'two', fingerprint }), recordIdentity(context(), 'two', identity))
    await expect(second).rejects.toThrow(KeyTaken)
    expect(await ownerOf('k')).toBe('one')
    await run(recordIdentity(context(), 'two', identity))
  })

  const identity = { projectId: 'prj', keyId: null, family: 'images', fingerprint } as const

  it('gives a key to one of many that come at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, (_, place) => claim('k', place % 2 === 0 ? 'one' : 'two')))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('keeps keys of other projects and of other kinds of routes apart', async () => {
    await claim('k', 'one')
    await claim('k', 'two', 'other')
    await claim('k', 'two', 'prj', 'responses')
    expect([await ownerOf('k'), await ownerOf('k', 'other'), await ownerOf('k', 'prj', 'responses')]).toEqual(['one', 'two', 'two'])
    expect(await ownerOf('K')).toBeNull()
    test.clock.advance(1)
    await claim('only-here', 'one', 'prj', 'jobs')
    const anywhere = (key: string) => findKeyAnywhere(test.db, { projectId: 'prj', key }, test.clock.nowMs())
    expect([(await anywhere('only-here'))?.family, await anywhere('nowhere')]).toEqual(['jobs', null])
  })

  it('frees a key after its time, whether or not it was swept, and sweeps so many at most', async () => {
    for (const key of ['a', 'b', 'c']) await claim(key, 'one')
    test.clock.advance(KEY_LIFE_MS)
    expect(await ownerOf('a')).toBeNull()
    await claim('a', 'two')
    const sweep = async (limit: number) => (await run(forgetOldKeys(context(), limit)))[0]!.changes
    expect([await sweep(1), await sweep(10), await sweep(10)]).toEqual([1, 1, 0])
    expect(await ownerOf('a')).toBe('two')
  })

  it('lets a generation be adopted once by each number of repetition, and share its result with any number', async () => {
    await attach()
    await attach({ retryCount: 2 })
    await attach({ generationId: 'two' })
    await expect(attach()).rejects.toThrow(AlreadyAdopted)
    for (const attachedBy of ['cache', 'cache', 'coalesced', 'coalesced'] as const) await attach({ attachedBy, retryCount: null })
  })

  it('remembers that an answer was delivered, whoever leaves afterwards', async () => {
    const deliveryOf = async () => (await test.db.read(test.db.sql.selectFrom('call_identities').select('delivery')))[0]!.delivery
    await run(recordIdentity(context(), 'one', identity))
    const seen = [await deliveryOf()]
    for (const isDelivered of [false, true, false]) {
      await run(noteDelivery(context(), 'one', isDelivered))
      seen.push(await deliveryOf())
    }
    expect(seen).toEqual([null, 'left', 'delivered', 'delivered'])
  })

  it('keeps the last answer of a generation', async () => {
    await run(recordReply(context(), { generationId: 'one', status: 502, sealed: null }))
    await run(recordReply(context(), { generationId: 'one', status: 200, sealed: 'v1.text' }))
    expect(await findReply(test.db, 'one')).toMatchObject({ status: 200, sealed: 'v1.text' })
    expect(await findReply(test.db, 'two')).toBeNull()
  })
})
