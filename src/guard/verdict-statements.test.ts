import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Statement, statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { endNode, registerNode } from '../nodes/index.ts'
import {
  claimVerdict,
  dropSideBySides,
  findGuardReport,
  findGuardTexts,
  findGuardVerdicts,
  forgetGuardTexts,
  forgetGuardWords,
  pendingVerdicts,
  recordDriftFailure,
  recordGuardTexts,
  recordPendingDrift,
  recordPendingVerdicts,
  recordVerdict,
  recordVerdictFailure,
  releaseVerdict,
  sideBySidesOf,
} from './index.ts'

const sideBySideSha256 = 'e'.repeat(64)
const MINUTE_MS = 60_000

describe.each(engines)('guard verdicts on $name', (engine) => {
  let test: TestDatabase
  const context = () => statementContext(test.db, test.clock, test.newId)
  const run = (...statements: Statement[]) => test.db.transact(statements)
  const claim = async (imageId: string, by: string) =>
    (await run(claimVerdict(context(), { imageId, by, untilMs: test.clock.nowMs() + MINUTE_MS })))[0]!.changes
  const judged = (by: string) => ({
    ...{ imageId: 'img', by, overall: 'reject' as const, reportJson: '{}' },
    ...{ words: { sealed: 'v1.w', deleteAfterMs: test.clock.nowMs() + MINUTE_MS }, sideBySideSha256 },
  })
  const pending = async () => (await pendingVerdicts(test.db, { nowMs: test.clock.nowMs(), limit: 9 })).map(({ image_id }) => image_id)

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    const { sql } = test.db
    const other = { generation_id: 'made', attempt_id: 'made-att' }
    await run(
      { query: sql.insertInto('projects').values(testRows.project()) },
      { query: sql.insertInto('generations').values(testRows.generation({ operation: 'edit', status: 'completed', completed_at_ms: 2 })) },
      { query: sql.insertInto('attempts').values(testRows.attempt()) },
      { query: sql.insertInto('generations').values(testRows.generation({ id: 'made', status: 'completed', completed_at_ms: 2 })) },
      { query: sql.insertInto('attempts').values(testRows.attempt({ id: 'made-att', generation_id: 'made' })) },
      { query: sql.insertInto('images').values(['img', 'second'].map((id, idx) => testRows.image({ id, idx }))) },
      { query: sql.insertInto('images').values([testRows.image({ id: 'drawn', ...other })]) },
      ...['first', 'other'].flatMap((id) => registerNode(context(), { id, role: 'all', folderId: id, version: '1' })),
    )
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it('are noted for the results of edits, and for others where texts were declared', async () => {
    await run(...recordPendingVerdicts(context(), ['img', 'drawn']))
    expect(await pending()).toEqual(['img'])
    await run(recordGuardTexts(context(), 'made', { sealed: 'v1.t', deleteAfterMs: null }))
    await run(...recordPendingVerdicts(context(), ['img', 'drawn']))
    expect(await pending()).toEqual(['drawn', 'img'])
    expect(await findGuardTexts(test.db, 'made')).toBe('v1.t')
    expect(await findGuardTexts(test.db, 'gen')).toBeNull()
  })

  it('come after the drift of an edit, however that ends', async () => {
    await run(recordPendingDrift(context(), { imageId: 'img' }), ...recordPendingVerdicts(context(), ['img']))
    expect(await pending()).toEqual([])
    await run(recordDriftFailure(context(), { imageId: 'img', error: 'source_missing' }))
    expect(await pending()).toEqual(['img'])
  })

  it('are null until there is one, and then what was found', async () => {
    await run(...recordPendingVerdicts(context(), ['img', 'second']))
    const overall = async () => (await findGuardVerdicts(test.db, ['img'])).get('img')!.overall
    expect(await overall()).toBeNull()
    await claim('img', 'first')
    await run(recordVerdict(context(), judged('first')))
    expect(await overall()).toBe('reject')
    expect(await findGuardVerdicts(test.db, ['img', 'second', 'drawn'])).toEqual(
      new Map([
        ['img', { state: 'judged', overall: 'reject' }],
        ['second', { state: 'pending', overall: null }],
      ]),
    )
  })

  it('are for people where judging failed', async () => {
    await run(...recordPendingVerdicts(context(), ['img']))
    await claim('img', 'first')
    await run(recordVerdictFailure(context(), { imageId: 'img', by: 'first', error: 'timeout' }))
    expect(await findGuardReport(test.db, 'img')).toMatchObject({ state: 'failed', overall: 'needs_human', error: 'timeout' })
  })

  it('are worked on by one process at a time, until it ends or its time is over', async () => {
    await run(...recordPendingVerdicts(context(), ['img']))
    expect(await claim('img', 'first')).toBe(1)
    expect([await claim('img', 'other'), await pending()]).toEqual([0, []])
    await run(releaseVerdict(context(), { imageId: 'img', by: 'first' }))
    expect(await claim('img', 'first')).toBe(1)
    await run(endNode(context(), 'first'))
    expect(await pending()).toEqual(['img'])
    expect(await claim('img', 'other')).toBe(1)
    test.clock.advance(MINUTE_MS)
    expect(await pending()).toEqual(['img'])
    expect(await findGuardReport(test.db, 'img')).toMatchObject({ tries: 2, claimed_by: 'other' })
  })

  it('are given by the process at work alone, and once', async () => {
    await run(...recordPendingVerdicts(context(), ['img']))
    await claim('img', 'first')
    const [foreign, own, again] = await run(...['other', 'first', 'first'].map((by) => recordVerdict(context(), judged(by))))
    expect([foreign!.changes, own!.changes, again!.changes]).toEqual([0, 1, 0])
    await run(...recordPendingVerdicts(context(), ['img']))
    expect(await claim('img', 'other')).toBe(0)
  })

  it('lose picture and words with the picture they are about, and keep the rest', async () => {
    await run(...recordPendingVerdicts(context(), ['img']))
    await claim('img', 'first')
    await run(recordVerdict(context(), judged('first')))
    await run(...dropSideBySides(context(), ['img']))
    expect(await sideBySidesOf(test.db, ['img'])).toEqual([sideBySideSha256])
    await run({ query: test.db.sql.updateTable('images').set({ deleted_at_ms: 5 }) }, ...dropSideBySides(context(), ['img']))
    expect(await sideBySidesOf(test.db, ['img'])).toEqual([])
    expect(await findGuardReport(test.db, 'img')).toMatchObject({ overall: 'reject', report_json: '{}', words_sealed: null })
  })

  it('forget words when their time is over, those that are still needed excepted', async () => {
    await run(recordGuardTexts(context(), 'gen', { sealed: 'v1.t', deleteAfterMs: test.clock.nowMs() + MINUTE_MS }))
    await run(...recordPendingVerdicts(context(), ['img', 'second']))
    await claim('img', 'first')
    await run(recordVerdict(context(), judged('first')))
    const forget = async () => (await run(forgetGuardTexts(context(), 9), forgetGuardWords(context(), 9))).map(({ changes }) => changes)
    expect(await forget()).toEqual([0, 0])
    test.clock.advance(MINUTE_MS)
    expect(await forget()).toEqual([0, 1])
    await claim('second', 'first')
    await run(recordVerdictFailure(context(), { imageId: 'second', by: 'first', error: 'timeout' }))
    expect(await forget()).toEqual([1, 0])
  })
})
