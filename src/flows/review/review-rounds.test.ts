import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noReview } from '../../contract/review-policy.ts'
import { type Statement, statementContext } from '../../db/index.ts'
import { engines, type TestDatabase } from '../../db/test-engines.ts'
import { testRows } from '../../db/test-rows.ts'
import { advanceReview, claimReview, planFor, recordDueReview } from '../../review/index.ts'
import { createLogger, createMetrics, type Metrics } from '../../telemetry/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { ReviewRounds } from './review-rounds.ts'

const policy = { ...noReview, autoApprove: 'adoptable' as const }

describe.each(engines)('rounds over the review queue on $name', (engine) => {
  let test: TestDatabase
  let metrics: Metrics
  const opened: ReviewRounds[] = []
  const context = () => statementContext(test.db, test.clock, test.newId)
  const run = (...statements: Statement[]) => test.db.transact(statements)
  const items = () => test.db.read(test.db.sql.selectFrom('review_items').selectAll())
  const events = async () => (await test.db.read(test.db.sql.selectFrom('events').select('type').orderBy('seq'))).map(({ type }) => type)

  /** Rounds of one process; several may share the database. */
  function startProcess(): ReviewRounds {
    const rounds = new ReviewRounds()
    const parts = { database: test.db, clock: test.clock, newId: test.newId, metrics, logger: createLogger({ level: 'silent' }) }
    const others = { webhookDeliveries: { wake: () => undefined }, nodeLife: { isCaretaker: false } }
    rounds.start({ ...parts, ...others } as unknown as GatewayParts)
    opened.push(rounds)
    return rounds
  }
  const verdict = (overall: 'adoptable' | 'needs_human' | 'reject' | null) => {
    const times = { created_at_ms: 1, finished_at_ms: overall === null ? null : 2 }
    const row = { image_id: 'img', state: overall === null ? 'pending' : 'judged', overall, tries: 1, ...times }
    return { query: test.db.sql.insertInto('guard_verdicts').values(row as never) }
  }

  beforeAll(async () => {
    test = await engine.open()
    metrics = createMetrics({ version: '0.0.0' })
  })
  afterAll(async () => {
    metrics.close()
    await test[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    for (const rounds of opened.splice(0)) await rounds.close()
    await test.clear()
    const { sql } = test.db
    await run(
      { query: sql.insertInto('projects').values(testRows.project()) },
      { query: sql.insertInto('generations').values(testRows.generation({ status: 'completed', completed_at_ms: 2, operation: 'edit' })) },
      { query: sql.insertInto('attempts').values(testRows.attempt()) },
      { query: sql.insertInto('images').values(testRows.image()) },
      recordDueReview(context(), { generationId: 'gen', projectId: 'prj', plan: planFor(policy, ['edit'], []) }),
    )
  })

  it('of several processes put each picture into the queue once, and tell of it once', async () => {
    const processes = [startProcess(), startProcess(), startProcess()]
    await Promise.all(processes.map((rounds) => rounds.run()))
    expect((await items()).map(({ image_id, state }) => [image_id, state])).toEqual([['img', 'open']])
    expect(await events()).toEqual(['review.opened'])
  })

  it('approve what the guard calls adoptable, as a decision of the rule, once among several', async () => {
    await run(verdict('adoptable'))
    const processes = [startProcess(), startProcess()]
    await Promise.all(processes.map((rounds) => rounds.run()))
    await Promise.all(processes.map((rounds) => rounds.run()))
    expect((await items()).map(({ state }) => state)).toEqual(['approved'])
    const decisions = await test.db.read(test.db.sql.selectFrom('review_decisions').selectAll())
    expect(decisions).toMatchObject([{ decision: 'approved', by_kind: 'policy', by_key_id: null, why: 'The guard calls it adoptable.' }])
    expect(await events()).toEqual(['review.opened', 'review.approved'])
  })

  it.each(['needs_human', 'reject'] as const)('leave what the guard calls %s to people, for good', async (overall) => {
    await run(verdict(overall))
    const rounds = startProcess()
    await rounds.run()
    expect((await items()).map(({ state, guard_decides }) => [state, guard_decides])).toEqual([['open', 'declined']])
    await run({ query: test.db.sql.updateTable('guard_verdicts').set({ overall: 'adoptable' }) })
    await rounds.run()
    expect((await items()).map(({ state }) => state)).toEqual(['open'])
  })

  it('wait for the guard, and leave to people what it does not judge at all, or somebody has claimed', async () => {
    await run(verdict(null))
    const rounds = startProcess()
    await rounds.run()
    const [item] = await items()
    expect(item).toMatchObject({ state: 'open', guard_decides: 'waiting' })
    await run(claimReview(context(), item!.id, { person: 'key:ann', name: 'Ann' }))
    await run({ query: test.db.sql.updateTable('guard_verdicts').set({ state: 'judged', overall: 'adoptable', finished_at_ms: 3 }) })
    await rounds.run()
    expect((await items()).map(({ state }) => state)).toEqual(['claimed'])
    await run(advanceReview(context(), { id: item!.id, person: 'key:ann', approvals: 0, approves: false, state: 'rejected' }))
    await rounds.run()
    expect((await items()).map(({ state }) => state)).toEqual(['rejected'])
  })

  it('tell once among several that a review is overdue', async () => {
    const processes = [startProcess(), startProcess()]
    await processes[0]!.run()
    test.clock.advance(24 * 60 * 60 * 1000)
    await Promise.all(processes.map((rounds) => rounds.run()))
    await Promise.all(processes.map((rounds) => rounds.run()))
    expect((await events()).filter((type) => type === 'review.overdue')).toHaveLength(1)
  })
})
