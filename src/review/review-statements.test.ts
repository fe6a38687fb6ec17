import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { presentDecision } from '../contract/present-decision.ts'
import { noReview } from '../contract/review-policy.ts'
import { type Statement, statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import {
  advanceReview,
  assertApproved,
  changesOf,
  claimReview,
  closeDeletedReviews,
  countOpenReviews,
  decisionsOf,
  duePictures,
  dueReviews,
  endDueReview,
  endPublications,
  findReview,
  forgetOldChanges,
  isOverdue,
  listReviews,
  livePublications,
  noteFullSizeRead,
  noteOverdue,
  openReview,
  planFor,
  publicationsOf,
  publish,
  type ReviewPlan,
  readsOf,
  recordChange,
  recordDecision,
  recordDueReview,
  recordSuccessor,
  releaseReview,
  reviewsForGuard,
  revokeReview,
  stateOf,
  untoldOverdue,
} from './index.ts'

const HOUR_MS = 3_600_000
const plan: ReviewPlan = planFor({ ...noReview, autoApprove: 'adoptable' }, ['edit'], ['ja'])
const [ann, bob] = [
  { person: 'key:ann', name: 'Ann' },
  { person: 'admin:bob', name: 'Bob' },
]
const byAnn = { kind: 'key', keyId: 'ann', ...ann } as const
const sha256 = testRows.image().sha256

describe.each(engines)('the review queue on $name', (engine) => {
  let test: TestDatabase
  const context = () => statementContext(test.db, test.clock, test.newId)
  const run = (...statements: Statement[]) => test.db.transact(statements)
  const found = async () => (await findReview(test.db, { id: 'rev', projectId: 'prj' }))!

  beforeAll(async () => {
    test = await engine.open()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  beforeEach(async () => {
    await test.clear()
    const { sql } = test.db
    await run(
      { query: sql.insertInto('projects').values(testRows.project()) },
      { query: sql.insertInto('generations').values(testRows.generation({ status: 'completed', completed_at_ms: 2, operation: 'edit' })) },
      { query: sql.insertInto('attempts').values(testRows.attempt()) },
      { query: sql.insertInto('images').values(testRows.image()) },
    )
  })
  const open = (change: Partial<ReviewPlan> = {}) =>
    run(
      openReview(context(), {
        id: 'rev',
        projectId: 'prj',
        generationId: 'gen',
        imageId: 'img',
        submitterKeyId: null,
        plan: { ...plan, ...change },
      }),
    )
  const decide = (decision: 'approved' | 'rejected', by = byAnn, approvals = 0, state: 'approved' | 'rejected' | null = decision) => [
    recordDecision(context(), {
      ...{
        itemId: 'rev',
        projectId: 'prj',
        decision,
        by,
        why: 'as asked',
        answers: {},
        imageSha256: sha256,
        readAtMs: null,
        isOwn: false,
        ownApproval: null,
      },
    }),
    advanceReview(context(), { id: 'rev', person: by.person, approvals, approves: decision === 'approved', state }),
  ]

  it('takes in the pictures of a call that has ended, those that were delivered, once', async () => {
    const { sql } = test.db
    await run(
      { query: sql.insertInto('images').values(testRows.image({ id: 'made', idx: 1, derived_from: 'img', process_json: '{}' })) },
      { query: sql.insertInto('images').values(testRows.image({ id: 'seen', idx: 2, is_preview: 1 })) },
      recordDueReview(context(), { generationId: 'gen', projectId: 'prj', plan }),
    )
    expect(await dueReviews(test.db, 10)).toMatchObject([{ generationId: 'gen', projectId: 'prj', keyId: null, operation: 'edit', plan }])
    expect(await duePictures(test.db, 'gen')).toEqual([{ imageId: 'made', action: null }])
    await run(endDueReview(context(), 'gen'))
    expect(await dueReviews(test.db, 10)).toEqual([])
    await expect(run(endDueReview(context(), 'gen'))).rejects.toThrow('in the queue already')
  })

  it.each(['queued', 'running', 'outcome_unknown'])('leaves a call that is %s until it is known how it ended', async (status) => {
    await run(
      { query: test.db.sql.updateTable('generations').set({ status, completed_at_ms: status === 'outcome_unknown' ? 2 : null }) },
      recordDueReview(context(), { generationId: 'gen', projectId: 'prj', plan }),
    )
    expect(await dueReviews(test.db, 10)).toEqual([])
  })

  it('holds each picture once', async () => {
    await open()
    await expect(open()).rejects.toThrow()
    expect(await findReview(test.db, { id: 'rev', projectId: 'other' })).toBeNull()
    expect(await found()).toMatchObject({ state: 'open', image_sha256: sha256, due_at_ms: test.clock.nowMs() + 24 * HOUR_MS })
  })

  it('lets one person claim a picture until the claim is over, let go of, or decided', async () => {
    await open()
    await run(claimReview(context(), 'rev', ann))
    await expect(run(claimReview(context(), 'rev', bob))).rejects.toMatchObject({ code: 'review_claimed', status: 409 })
    await expect(run(...decide('rejected', { ...byAnn, ...bob }))).rejects.toMatchObject({ code: 'review_decided' })
    expect((await run(releaseReview(context(), 'rev', bob)))[0]!.changes).toBe(0)
    expect(stateOf(await found(), test.clock.nowMs())).toBe('claimed')
    test.clock.advance(30 * 60_000)
    expect(stateOf(await found(), test.clock.nowMs())).toBe('open')
    const states = async (state: 'open' | 'claimed') =>
      (await listReviews(test.db, { projectId: null, state, after: null, limit: 10, nowMs: test.clock.nowMs() })).length
    expect([await states('open'), await states('claimed')]).toEqual([1, 0])
    await run(claimReview(context(), 'rev', bob))
    expect([await states('open'), await states('claimed')]).toEqual([0, 1])
    await run(releaseReview(context(), 'rev', bob))
    await run(claimReview(context(), 'rev', ann), ...decide('approved'))
    await expect(run(claimReview(context(), 'rev', ann))).rejects.toMatchObject({ code: 'review_claimed' })
    expect(await found()).toMatchObject({ state: 'approved', claimed_by: null, closed_at_ms: test.clock.nowMs() })
  })

  it('is decided once, and of two approvals that meet one counts', async () => {
    await open({ approvalsNeeded: 2 })
    await run(...decide('approved', byAnn, 0, null))
    await expect(run(...decide('approved', { ...byAnn, ...bob }, 0, null))).rejects.toMatchObject({ code: 'review_decided' })
    expect(await found()).toMatchObject({ state: 'open', approvals: 1 })
    await run(...decide('approved', { ...byAnn, ...bob }, 1))
    await expect(run(...decide('rejected', byAnn, 2))).rejects.toMatchObject({ code: 'review_decided' })
    expect((await decisionsOf(test.db, ['rev'])).map(({ person }) => person)).toEqual(['key:ann', 'admin:bob'])
  })

  it('takes an approval of one’s own only with the name of who allowed it, and that name with nothing else', async () => {
    await open()
    const ownApproval = { allowedBy: 'Ann', atMs: 1_000 }
    const own = (decision: 'approved' | 'rejected', isOwn: boolean, allowed: typeof ownApproval | null) =>
      run(
        recordDecision(context(), {
          ...{ itemId: 'rev', projectId: 'prj', decision, by: byAnn, why: 'as asked', answers: {}, imageSha256: sha256, readAtMs: null },
          ...{ isOwn, ownApproval: allowed },
        }),
      )
    await expect(own('approved', true, null)).rejects.toThrow()
    await expect(own('approved', false, ownApproval)).rejects.toThrow()
    await expect(own('rejected', true, ownApproval)).rejects.toThrow()
    await own('rejected', true, null)
    await own('approved', true, ownApproval)
    expect((await decisionsOf(test.db, ['rev'])).map(presentDecision)).toMatchObject([
      { decision: 'rejected', own: true, own_approval: null },
      { decision: 'approved', own: true, own_approval: { allowed_by: 'Ann', at: '1970-01-01T00:00:01.000Z' } },
    ])
  })

  it('keeps what was decided: neither decisions nor an ended review can be changed or deleted', async () => {
    await open()
    await run(...decide('approved'))
    const { sql } = test.db
    for (const query of [
      sql.updateTable('review_decisions').set({ why: 'another' }),
      sql.deleteFrom('review_decisions'),
      sql.updateTable('review_items').set({ state: 'rejected' }),
      sql.updateTable('review_items').set({ state: 'open', closed_at_ms: null }),
      sql.deleteFrom('review_items'),
    ])
      await expect(run({ query })).rejects.toThrow(/append-only|stays so|history/)
    await run(revokeReview(context(), 'rev'))
    expect((await found()).state).toBe('revoked')
    await expect(run(revokeReview(context(), 'rev'))).rejects.toMatchObject({ code: 'review_not_approved' })
  })

  it('says once that a review is overdue, and of none that was decided in time', async () => {
    await open()
    expect(await untoldOverdue(test.db, test.clock.nowMs(), 10)).toEqual([])
    test.clock.advance(24 * HOUR_MS)
    expect(isOverdue(await found(), test.clock.nowMs())).toBe(true)
    expect(await countOpenReviews(test.db, test.clock.nowMs())).toEqual({
      open: 1,
      overdue: 1,
      oldestMs: test.clock.nowMs() - 24 * HOUR_MS,
    })
    expect((await untoldOverdue(test.db, test.clock.nowMs(), 10)).map(({ id }) => id)).toEqual(['rev'])
    await run(noteOverdue(context(), 'rev'))
    await expect(run(noteOverdue(context(), 'rev'))).rejects.toThrow('somebody else')
    expect(await untoldOverdue(test.db, test.clock.nowMs(), 10)).toEqual([])
    await run(...decide('rejected'))
    expect(await countOpenReviews(test.db, test.clock.nowMs())).toEqual({ open: 0, overdue: 0, oldestMs: null })
    expect(isOverdue(await found(), test.clock.nowMs())).toBe(false)
  })

  it('remembers who opened the picture at full size, from the first time on', async () => {
    await open()
    const read = () => run(noteFullSizeRead(context(), { itemId: 'rev', ...ann }))
    const firstMs = test.clock.nowMs()
    await read()
    test.clock.advance(5)
    await read()
    expect(await readsOf(test.db, ['rev'])).toEqual([{ item_id: 'rev', ...ann, first_at_ms: firstMs, last_at_ms: firstMs + 5 }])
  })

  it('gives the guard what waits for its word', async () => {
    await open()
    expect((await reviewsForGuard(test.db, null, 10)).map(({ id }) => id)).toEqual(['rev'])
    expect(await reviewsForGuard(test.db, 'rev', 10)).toEqual([])
    await run(...decide('rejected'))
    expect(await reviewsForGuard(test.db, null, 10)).toEqual([])
  })

  it('lists by reason, picture and time, page by page', async () => {
    await open()
    const query = { projectId: 'prj', after: null, limit: 10, nowMs: test.clock.nowMs() }
    const count = async (change: object) => (await listReviews(test.db, { ...query, ...change })).length
    expect(await Promise.all([{}, { reason: 'edit' }, { imageId: 'img' }, { fromMs: test.clock.nowMs() }].map(count))).toEqual([1, 1, 1, 1])
    const none = [
      { reason: 'text' },
      { imageId: 'x' },
      { toMs: test.clock.nowMs() },
      { overdue: true },
      { after: 'rev' },
      { projectId: 'x' },
    ]
    expect(await Promise.all(none.map(count))).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('ties one edit to what was asked to change, another only where that came to nothing; the words go in their time', async () => {
    await open()
    const { sql } = test.db
    const change = { itemId: 'rev', imageId: 'img', projectId: 'prj', sealed: 'v1.x', kept: { days: 1, policy: 'gateway:1d' as const } }
    await run(
      recordChange(context(), change),
      ...['a', 'b'].map((id) => ({ query: sql.insertInto('generations').values(testRows.generation({ id })) })),
    )
    await run(recordSuccessor(context(), { itemId: 'rev', generationId: 'a', before: null }))
    await expect(run(recordSuccessor(context(), { itemId: 'rev', generationId: 'b', before: null }))).rejects.toMatchObject({
      code: 'change_made',
    })
    await run(recordSuccessor(context(), { itemId: 'rev', generationId: 'b', before: 'a' }))
    await run(forgetOldChanges(context(), 10))
    expect(await changesOf(test.db, ['rev'])).toMatchObject([{ sealed: 'v1.x', generation_id: 'b' }])
    test.clock.advance(24 * HOUR_MS)
    expect((await run(forgetOldChanges(context(), 10)))[0]!.changes).toBe(1)
    expect(await changesOf(test.db, ['rev'])).toMatchObject([{ sealed: null, generation_id: 'b' }])
  })

  describe('a picture that is public', () => {
    const by = { id: 'ann', name: 'Ann' }
    const give = (id: string, reviewId: string | null = null) =>
      run(publish(context(), { id, projectId: 'prj', imageId: 'img', reviewId, baseUrl: 'https://g.example', by }))
    const end = (how: 'unpublished' | 'revoked' | 'deleted') =>
      endPublications(context(), ['img'], { how, by, why: 'x', mark: test.newId('evt') })
    const erase = { image: () => test.db.sql.updateTable('images').set({ deleted_at_ms: 5 }).where('id', '=', 'img') }

    it('has one address at a time, which ends once, and every one stays on record', async () => {
      await give('one')
      await expect(give('two')).rejects.toThrow()
      expect((await run(end('deleted')))[0]!.changes).toBe(0)
      expect((await run(end('unpublished')))[0]!.changes).toBe(1)
      expect((await run(end('unpublished')))[0]!.changes).toBe(0)
      await give('two')
      expect((await publicationsOf(test.db, ['img'])).map(({ ended_how }) => ended_how)).toEqual(['unpublished', null])
      const { sql } = test.db
      await expect(run({ query: sql.deleteFrom('publications') })).rejects.toThrow('history')
      await expect(run({ query: sql.updateTable('publications').set({ ended_why: 'y' }).where('id', '=', 'one') })).rejects.toThrow(
        'history',
      )
    })

    it('is so only while its review is approved, if one is needed', async () => {
      await open()
      await expect(run(assertApproved(context(), 'rev'))).rejects.toMatchObject({ code: 'review_not_approved' })
      await run(...decide('approved'))
      await run(assertApproved(context(), 'rev'))
    })

    it('goes with the picture: what is open closes, what was decided stays', async () => {
      await open()
      await give('one')
      await run(...closeDeletedReviews(context(), ['img']), end('deleted'))
      expect([(await found()).state, (await livePublications(test.db, ['img'])).length]).toEqual(['open', 1])
      await run({ query: erase.image() }, ...closeDeletedReviews(context(), ['img']), end('deleted'))
      expect([(await found()).state, await livePublications(test.db, ['img'])]).toEqual(['deleted', []])
    })
  })
})
