import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rolloutLanguages, rolloutSchema, rolloutSteps } from '../contract/rollout-replies.ts'
import { statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import {
  advanceRollout,
  findRollout,
  listRollouts,
  presentRollout,
  recordRollout,
  renderRollout,
  rolloutTexts,
  type Walk,
} from './index.ts'
import { checkCodes, nextCodes } from './walk.ts'

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

/** A walk in which every check of every step was looked at, as it comes out and as it does not. */
function fullWalk(result: 'pass' | 'fail' | 'left_out'): Walk {
  const facts = { code: '<b>code</b>', message: 'm', request_id: 'req_1' }
  return {
    routeOwner: 'acme <script>',
    model: 'gpt-image-2',
    isPlayMoney: true,
    final: { size: '1536x1024', quality: 'medium', output_format: 'webp', output_compression: 80 },
    maxCostNanos: '50000000',
    maxLatencyMs: 60_000,
    plannedNanos: '1',
    reserveNanos: '2',
    steps: rolloutSteps.map((name) => ({
      name,
      state: result === 'fail' ? 'failed' : 'passed',
      startedAtMs: 1,
      finishedAtMs: 2,
      plannedNanos: '1',
      costNanos: '1000000',
      checks: checkCodes[name].map((code) => ({ code, result, facts })),
      evidence: [{ kind: 'request_id', value: 'req_<1>' }],
    })),
    next: { code: 'verify_organisation', facts: {} },
  }
}

describe('reports', () => {
  it('say the same in every language: each check and each next thing, with the same facts', () => {
    for (const language of rolloutLanguages) {
      const { checks, next, steps } = rolloutTexts[language]
      expect(Object.keys(steps)).toEqual([...rolloutSteps])
      expect(Object.keys(next).sort()).toEqual([...nextCodes].sort())
      for (const code of Object.values(checkCodes).flat())
        for (const result of ['pass', 'fail', 'leftOut'] as const)
          expect(placeholders(checks[code][result] ?? '')).toEqual(placeholders(rolloutTexts.en.checks[code][result] ?? ''))
      for (const code of nextCodes) expect(placeholders(next[code])).toEqual(placeholders(rolloutTexts.en.next[code]))
    }
  })

  it.each(rolloutLanguages)('in %s are JSON of their schema and a page that shows every text as text', (language) => {
    for (const result of ['pass', 'fail', 'left_out'] as const) {
      const report = presentRollout({ row: null, route_id: 'acme', config_sha256: 'f', actor: 'admin' }, fullWalk(result), language)
      expect(rolloutSchema.parse(report)).toEqual(report)
      const page = renderRollout(report, { stylesheetUrl: '/assets/page.css' })
      expect(page).toContain(`<html lang="${language}">`)
      expect(page).toContain('acme &#60;script&#62;')
      expect(page).not.toMatch(/<script|<b>|undefined|\[object/)
      expect(page).not.toMatch(/\{\w+\}/)
    }
  })
})

describe.each(engines)('walks on $name', (engine) => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await engine.open()
    await test.db.transact([{ query: test.db.sql.insertInto('projects').values(testRows.project()) }])
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it('stand as they were last noted, end once, and read as abandoned when their process has ended', async () => {
    const context = () => statementContext(test.db, test.clock, test.newId)
    const node = {
      role: 'all',
      folder_id: 'f',
      version: '1',
      state: 'live',
      beats: 1,
      started_at_ms: 1,
      seen_at_ms: 1,
      ended_at_ms: null,
    } as const
    await test.db.transact([{ query: test.db.sql.insertInto('nodes').values({ id: 'boot', ...node }) }])
    const walk = fullWalk('pass')
    const begun = { routeId: 'acme', configSha256: 'f'.repeat(64), projectId: 'prj', actor: 'admin', budgetNanos: 5n, walk }
    await test.db.transact([
      recordRollout(context(), { id: 'a', owner: 'boot', ...begun }),
      recordRollout(context(), { id: 'b', owner: 'gone', ...begun, routeId: 'other' }),
    ])
    expect(await findRollout(test.db, 'a')).toMatchObject({ state: 'running', isAbandoned: false, budget_nanos: 5n })
    expect(await findRollout(test.db, 'b')).toMatchObject({ state: 'running', isAbandoned: true })
    const shown = presentRollout(
      { row: await findRollout(test.db, 'b'), route_id: 'other', config_sha256: 'f', actor: 'admin' },
      walk,
      'en',
    )
    expect(shown).toMatchObject({ state: 'interrupted', next_action: { code: 'begin_again' } })

    const [waits] = await test.db.transact([advanceRollout(context(), { id: 'a', walk, state: 'waiting' })])
    const [ended] = await test.db.transact([advanceRollout(context(), { id: 'a', walk, state: 'passed', from: ['waiting'] })])
    const [again] = await test.db.transact([advanceRollout(context(), { id: 'a', walk, state: 'failed', from: ['waiting'] })])
    expect([waits!.changes, ended!.changes, again!.changes]).toEqual([1, 1, 0])
    expect(await findRollout(test.db, 'a')).toMatchObject({ state: 'passed', isAbandoned: false })
    expect((await listRollouts(test.db, { before: null, limit: 9 })).map(({ id }) => id)).toEqual(['b', 'a'])
    expect((await listRollouts(test.db, { routeId: 'acme', before: null, limit: 9 })).map(({ id }) => id)).toEqual(['a'])
  })
})
