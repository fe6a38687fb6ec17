import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Statement, statementContext } from '../../db/index.ts'
import { engines, type TestDatabase } from '../../db/test-engines.ts'
import { testRows } from '../../db/test-rows.ts'
import { expiredFiles } from '../../files/index.ts'
import { countDueImages, dueImages, dueInputs, expireImages, expireInputs } from '../../generations/index.ts'
import { forgetExpiredReplies, recordReply } from '../../idempotency/index.ts'
import { forgetOldOrders, recordJob, recordOrder } from '../../jobs/index.ts'
import { assertNotHeld, placeHold, releaseHold } from '../../retention/index.ts'
import { deleteExpiredTurnDocuments, recordTurnDocument } from '../../threads/index.ts'

const DAY_MS = 24 * 60 * 60 * 1000
const aDay = { days: 1, policy: 'gateway:1d' } as const

describe.each(engines)('what is due, on $name', (engine) => {
  let test: TestDatabase
  const context = () => statementContext(test.db, test.clock, test.newId)
  const run = (...statements: Statement[]) => test.db.transact(statements)

  beforeAll(async () => {
    test = await engine.open()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  beforeEach(async () => {
    await test.clear()
    const { sql } = test.db
    const due = test.clock.nowMs() + DAY_MS
    const job = { projectId: 'prj', keyId: null, shape: 'native', lane: 'standard', priority: 'normal', routes: ['first'] } as const
    const times = { readyAtMs: 0, deadlineMs: due, attemptId: 'att', baseUrl: 'https://gateway.example', retryOf: null, set: null }
    await run(
      { query: sql.insertInto('projects').values(testRows.project()) },
      { query: sql.insertInto('generations').values(testRows.generation({ status: 'completed', completed_at_ms: 2 })) },
      { query: sql.insertInto('attempts').values(testRows.attempt()) },
      { query: sql.insertInto('images').values(testRows.image({ delete_after_ms: due })) },
      { query: sql.insertInto('generation_inputs').values(testRows.input({ delete_after_ms: due })) },
      { query: sql.insertInto('files').values(testRows.file({ expires_at_ms: due })) },
      recordReply(context(), { generationId: 'gen', status: 200, sealed: 'v1.x', kept: aDay }),
      recordTurnDocument(context(), { generationId: 'gen', sealed: 'v1.x', deleteAfterMs: DAY_MS }),
      recordJob(context(), { ...job, ...times, id: 'gen', receiver: null }),
      recordOrder(context(), 'gen', 'v1.x', aDay),
    )
  })

  /** How much of each kind would go now, and goes. */
  async function gone(): Promise<Record<string, number>> {
    const nowMs = test.clock.nowMs()
    const seen = {
      images: (await dueImages(test.db, nowMs, 10)).length,
      inputs: (await dueInputs(test.db, nowMs, 10)).length,
      files: (await expiredFiles(test.db, nowMs, 10)).length,
      counted: (await countDueImages(test.db, nowMs)).images,
    }
    const results = await run(
      expireImages(context(), ['img']),
      expireInputs(context(), ['inp']),
      forgetExpiredReplies(context(), 10),
      deleteExpiredTurnDocuments(context(), 10),
      forgetOldOrders(context(), 10),
    )
    const [expiredImages, expiredInputs, replies, documents, orders] = results.map(({ changes }) => changes)
    return {
      ...seen,
      expiredImages: expiredImages!,
      expiredInputs: expiredInputs!,
      replies: replies!,
      documents: documents!,
      orders: orders!,
    }
  }
  const all = (count: number) => ({
    ...{ images: count, inputs: count, files: count, counted: count, expiredImages: count, expiredInputs: count },
    ...{ replies: count, documents: count, orders: count },
  })
  const hold = (subjectKind: 'image' | 'generation' | 'project', subjectId: string) =>
    run(placeHold(context(), { id: 'hold', subjectKind, subjectId, projectId: 'prj', reason: 'a claim', actor: 'admin' }))

  it('goes when its time is over, not a millisecond before, and once', async () => {
    test.clock.advance(DAY_MS - 1)
    expect(await gone()).toEqual(all(0))
    test.clock.advance(1)
    expect(await gone()).toEqual(all(1))
    expect(await gone()).toEqual({ ...all(0), files: 1 })
    const [reply] = await test.db.read(test.db.sql.selectFrom('stored_replies').selectAll())
    expect(reply).toMatchObject({ status: 200, sealed: null, delete_after_ms: null })
  })

  it.each([
    ['a project', 'project', 'prj', all(0)],
    ['a generation', 'generation', 'gen', { ...all(0), files: 1 }],
    ['an image', 'image', 'img', { ...all(1), images: 0, counted: 0, expiredImages: 0 }],
  ] as const)('stays while a hold on %s keeps it, and goes once that is released', async (_what, kind, id, going) => {
    await hold(kind, id)
    test.clock.advance(DAY_MS)
    expect(await gone()).toEqual(going)
    await expect(run(assertNotHeld(context(), ['other', id]))).rejects.toMatchObject({ code: 'legal_hold', status: 409 })
    await run(releaseHold(context(), { id: 'hold', reason: 'settled', actor: 'admin' }))
    await run(assertNotHeld(context(), [id]))
    expect(await gone()).toMatchObject({ expiredImages: 1, files: 1 })
  })

  it('is not held by a hold on something else', async () => {
    await hold('image', 'another')
    test.clock.advance(DAY_MS)
    expect(await gone()).toEqual(all(1))
  })
})
