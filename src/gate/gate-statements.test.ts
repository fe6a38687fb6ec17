import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type GateVerdict, gateReportSchema, routeGrantSchema } from '../contract/record.ts'
import { type RouteWatchRow, StatementError, statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { answered, contractFacts, gatedRoute } from './gate-test-kit.ts'
import {
  countWatchedPictures,
  findRouteWatch,
  gateHistory,
  gateReport,
  grantsInForce,
  isFreshlyReopened,
  judgeGate,
  latestGateRun,
  latestGateRuns,
  presentRouteGrant,
  recordGateRun,
  recordRouteGrant,
  revokeRouteGrants,
  type WatchedPictures,
  watchedRoutes,
} from './index.ts'

const [oneHash, otherHash] = ['1'.repeat(64), '2'.repeat(64)]

describe.each(engines)('what the gate keeps on $name', (engine) => {
  let test: TestDatabase
  const context = () => statementContext(test.db, test.clock, test.newId)

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(() => test.clear())
  afterAll(() => test[Symbol.asyncDispose]())

  const reportOf = (verdict: GateVerdict, { id = 'studio-api', configSha256 = oneHash } = {}) => ({
    ...gateReport({
      route: gatedRoute({ id }),
      configSha256,
      judgement: judgeGate(gatedRoute(), contractFacts(), answered(gatedRoute())),
      skipped: [],
      ranAtMs: test.clock.nowMs(),
      cost: 20_030_000n,
      costCeiling: 1_000_000_000n,
      plannedCost: 20_000_000n,
      dryRun: false,
    }),
    verdict,
  })
  const run = (verdict: GateVerdict, where?: { id?: string; configSha256?: string }) =>
    test.db.transact(recordGateRun(context(), { report: reportOf(verdict, where), actor: 'admin' }))

  describe('runs', () => {
    it('come back as they were kept, for the configuration they were made under alone', async () => {
      const report = reportOf('production')
      await test.db.transact(recordGateRun(context(), { report, actor: 'admin' }))
      const found = await latestGateRun(test.db, { routeId: 'studio-api', configSha256: oneHash })
      expect(found).toMatchObject({ report, cost: 20_030_000n, actor: 'admin', ranAtMs: test.clock.nowMs() })
      expect(found!.validUntilMs - found!.ranAtMs).toBe(30 * 86_400_000)
      expect(gateReportSchema.parse(found!.report)).toEqual(report)
      expect(await latestGateRun(test.db, { routeId: 'studio-api', configSha256: otherHash })).toBeNull()
      expect(await latestGateRun(test.db, { routeId: 'other', configSha256: oneHash })).toBeNull()
    })

    it('are found by the latest, also of two in one millisecond', async () => {
      await run('production')
      await run('unknown')
      test.clock.advance(1000)
      await run('fallback', { configSha256: otherHash })
      await run('refused', { id: 'another' })
      const found = await latestGateRuns(test.db)
      expect(found.map(({ routeId, configSha256, report }) => [routeId, configSha256, report.verdict])).toEqual([
        ['another', oneHash, 'refused'],
        ['studio-api', otherHash, 'fallback'],
        ['studio-api', oneHash, 'unknown'],
      ])
      const history = await gateHistory(test.db, { routeId: 'studio-api', limit: 2 })
      expect(history.map(({ report }) => report.verdict)).toEqual(['fallback', 'unknown'])
    })

    it.each(['not json', '{}'])('whose report reads %s count as none', async (json) => {
      await run('production')
      await test.db.transact([{ query: test.db.sql.updateTable('gate_runs').set({ report_json: json }) }])
      expect(await latestGateRun(test.db, { routeId: 'studio-api', configSha256: oneHash })).toBeNull()
      expect(await latestGateRuns(test.db)).toEqual([])
    })
  })

  describe('grants', () => {
    const request = { routeId: 'studio-api', configSha256: oneHash, reason: 'comparing pictures', actor: 'admin' }

    it('are in force until their time is over', async () => {
      const { grant, statement } = recordRouteGrant(context(), { ...request, untilMs: test.clock.nowMs() + 1000 })
      await test.db.transact([statement])
      expect(await grantsInForce(test.db, { nowMs: test.clock.nowMs() })).toEqual([grant])
      expect(routeGrantSchema.parse(presentRouteGrant(grant))).toMatchObject({ until: '2026-11-20T12:00:01.000Z', revoked_at: null })
      expect(await grantsInForce(test.db, { nowMs: test.clock.nowMs() + 1000 })).toEqual([])
    })

    it('end when they are revoked, once', async () => {
      await test.db.transact([recordRouteGrant(context(), { ...request, untilMs: test.clock.nowMs() + 1000 }).statement])
      const revoke = () => test.db.transact([revokeRouteGrants(context(), { routeId: 'studio-api' })])
      expect((await revoke())[0]!.changes).toBe(1)
      expect((await revoke())[0]!.changes).toBe(0)
      expect(await grantsInForce(test.db, { nowMs: test.clock.nowMs() })).toEqual([])
    })

    it('without a reason, or for a time that is over, are not taken', async () => {
      const grant = (changes: object) =>
        test.db.transact([recordRouteGrant(context(), { ...request, untilMs: test.clock.nowMs() + 1000, ...changes }).statement])
      await expect(grant({ reason: '' })).rejects.toThrow(StatementError)
      await expect(grant({ untilMs: test.clock.nowMs() })).rejects.toThrow(StatementError)
    })
  })

  describe('watched pictures', () => {
    const count = async (pictures: number, mismatched: number, changes: Partial<WatchedPictures> = {}) => {
      const reason = mismatched > 0 ? 'asked 1168x656, got 1672x941' : null
      const watched = { routeId: 'studio-api', configSha256: oneHash, pictures, mismatched, generationId: 'gen_1', reason, ...changes }
      const [result] = await test.db.transact([countWatchedPictures(context(), watched)])
      const row = result!.rows[0] as unknown as RouteWatchRow
      return { row, isFresh: isFreshlyReopened(row, watched, test.clock.nowMs()) }
    }
    const streaks = async (...attempts: [number, number][]) => {
      const rows: number[] = []
      for (const [pictures, mismatched] of attempts) rows.push((await count(pictures, mismatched)).row.mismatches_in_a_row)
      return rows
    }

    it('count mismatches in a row, and a picture that is as asked ends the row', async () => {
      expect(await streaks([1, 1], [1, 1], [1, 0], [1, 1], [4, 1], [0, 0])).toEqual([1, 2, 0, 1, 0, 0])
      expect(await findRouteWatch(test.db, { routeId: 'studio-api' })).toMatchObject({
        mismatches_total: 4,
        pictures_total: 8,
        last_mismatch_reason: 'asked 1168x656, got 1672x941',
        reopened_at_ms: null,
      })
    })

    it('re-open the gate at the third in a row, and say so once', async () => {
      const fresh: boolean[] = []
      for (let attempt = 0; attempt < 5; attempt++) {
        fresh.push((await count(1, 1)).isFresh)
      }
      expect(fresh).toEqual([false, false, true, false, false])
      test.clock.advance(1000)
      expect((await count(1, 0)).row).toMatchObject({ mismatches_in_a_row: 0, reopened_at_ms: test.clock.nowMs() - 1000 })
      expect((await count(3, 3)).isFresh).toBe(false)
    })

    it('re-open it with one attempt of several pictures, known or new', async () => {
      expect(await count(4, 4)).toMatchObject({
        isFresh: true,
        row: { mismatches_in_a_row: 4, reopened_reason: 'asked 1168x656, got 1672x941' },
      })
      await count(1, 0, { routeId: 'known' })
      expect(await count(3, 3, { routeId: 'known' })).toMatchObject({ isFresh: true })
      expect(await count(4, 3, { routeId: 'mixed' })).toMatchObject({
        isFresh: false,
        row: { mismatches_in_a_row: 0, mismatches_total: 3 },
      })
      expect((await watchedRoutes(test.db)).map(({ route_id }) => route_id)).toEqual(['known', 'mixed', 'studio-api'])
    })

    it('begin anew under another configuration', async () => {
      await count(3, 3)
      const { row } = await count(2, 0, { configSha256: otherHash })
      expect(row).toEqual({
        route_id: 'studio-api',
        config_sha256: otherHash,
        mismatches_in_a_row: 0,
        mismatches_total: 0,
        pictures_total: 2,
        last_mismatch_at_ms: null,
        last_mismatch_generation_id: null,
        last_mismatch_reason: null,
        reopened_at_ms: null,
        reopened_reason: null,
      })
      expect(await count(3, 3)).toMatchObject({ isFresh: true, row: { pictures_total: 3, config_sha256: oneHash } })
    })

    it('have the gate closed again by a new run, in the transaction that keeps it', async () => {
      await count(3, 3)
      await count(3, 3, { routeId: 'another' })
      await run('production')
      expect(await findRouteWatch(test.db, { routeId: 'studio-api' })).toMatchObject({
        mismatches_in_a_row: 0,
        mismatches_total: 3,
        reopened_at_ms: null,
      })
      expect(await findRouteWatch(test.db, { routeId: 'another' })).toMatchObject({ mismatches_in_a_row: 3 })
      expect((await count(3, 3)).isFresh).toBe(true)
    })

    it('lose none when many attempts end at once', async () => {
      await Promise.all(Array.from({ length: 40 }, (_, index) => count(2, index % 2)))
      expect(await findRouteWatch(test.db, { routeId: 'studio-api' })).toMatchObject({ pictures_total: 80, mismatches_total: 20 })
    })
  })
})
