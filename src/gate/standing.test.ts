import { describe, expect, it } from 'vitest'
import { type GateVerdict, gateListSchema } from '../contract/record.ts'
import type { RouteGrantRow, RouteWatchRow } from '../db/index.ts'
import { answered, contractFacts, gatedRoute, twists } from './gate-test-kit.ts'
import { type GateRun, gateReport, gateValidForMs, judgeGate, type StandingRoute, standing, standingEntry } from './index.ts'

const nowMs = Date.UTC(2026, 10, 20, 12)
const configSha256 = 'c'.repeat(64)
const route: StandingRoute = { id: 'studio-api', owner: 'Studio API Ltd', kind: 'provider', isOfficialHost: false, configSha256 }
const official: StandingRoute = { ...route, kind: 'official', isOfficialHost: true }
const sandbox: StandingRoute = { ...route, kind: 'sandbox' }

const judgements = {
  production: judgeGate(gatedRoute(), contractFacts(), answered(gatedRoute())),
  fallback: judgeGate(gatedRoute(), contractFacts({ rights: null }), answered(gatedRoute())),
  'manual-test': judgeGate(gatedRoute(), contractFacts(), answered(gatedRoute(), [twists.ignoresSize])),
  refused: judgeGate(gatedRoute(), contractFacts(), answered(gatedRoute(), [twists.drawsAutoArea, twists.saysAuto])),
  unknown: judgeGate(gatedRoute(), contractFacts(), answered(gatedRoute(), [twists.isUnreachable])),
}

function runOf(verdict: GateVerdict, changes: Partial<GateRun> = {}): GateRun {
  const ranAtMs = nowMs - 1000
  const judgement = judgements[verdict]
  expect(judgement.verdict).toBe(verdict)
  const money = { cost: 1n, costCeiling: 1n, plannedCost: 1n }
  const report = gateReport({ route, configSha256, judgement, skipped: [], ranAtMs, ...money, dryRun: false })
  return {
    id: 'gate_1',
    routeId: route.id,
    configSha256,
    ranAtMs,
    validUntilMs: ranAtMs + gateValidForMs,
    report,
    cost: 1n,
    actor: 'admin',
    ...changes,
  }
}

const watch: RouteWatchRow = {
  route_id: route.id,
  config_sha256: configSha256,
  mismatches_in_a_row: 3,
  mismatches_total: 5,
  pictures_total: 90,
  last_mismatch_at_ms: nowMs - 500,
  last_mismatch_generation_id: 'gen_1',
  last_mismatch_reason: 'asked webp, got png',
  reopened_at_ms: nowMs - 500,
  reopened_reason: 'asked webp, got png',
}
const grant: RouteGrantRow = {
  id: 'grant_1',
  route_id: route.id,
  config_sha256: configSha256,
  reason: 'comparing pictures',
  actor: 'admin',
  granted_at_ms: nowMs - 1000,
  until_ms: nowMs + 1000,
  revoked_at_ms: null,
}

describe('standing', () => {
  it.each([
    ['production', 'production', []],
    ['fallback', 'fallback', ['no_inputs']],
    ['manual-test', 'manual-test', ['unknown_wrapper']],
    ['refused', 'refused', ['unknown_wrapper']],
    ['unknown', 'manual-test', ['unknown_wrapper', 'no_cost_promise', 'manual_only']],
  ] as const)('of a route whose gate said %s is %s', (verdict, grade, restrictions) => {
    expect(standing(route, runOf(verdict), null, null, nowMs)).toMatchObject({
      grade,
      restrictions,
      gate_verdict: verdict,
      valid_until: '2026-12-20T11:59:59.000Z',
      reopened: false,
      granted: false,
    })
  })

  it('is manual-test without a run, under another configuration, and from the moment a run expires', () => {
    const production = runOf('production')
    const other = { ...production, configSha256: 'd'.repeat(64) }
    expect(standing(route, null, null, null, nowMs)).toMatchObject({ grade: 'manual-test', gate_verdict: null, valid_until: null })
    expect(standing(route, other, null, null, nowMs)).toMatchObject({ grade: 'manual-test', gate_verdict: null })
    expect(standing(route, production, null, null, production.validUntilMs - 1).grade).toBe('production')
    expect(standing(route, production, null, null, production.validUntilMs)).toMatchObject({
      grade: 'manual-test',
      gate_verdict: 'production',
    })
  })

  it('is manual-test once pictures in a row did not match, and says why', () => {
    const now = standing(route, runOf('production'), watch, null, nowMs)
    expect(now).toMatchObject({ grade: 'manual-test', reopened: true, why: expect.stringContaining('asked webp, got png') })
    expect(standing(route, runOf('production'), { ...watch, config_sha256: 'd'.repeat(64) }, null, nowMs).grade).toBe('production')
  })

  it('of a refused route is manual-test while a grant for this configuration is in force, and refused after it, also when the run expired', () => {
    const refused = runOf('refused')
    expect(standing(route, refused, null, grant, nowMs)).toMatchObject({ grade: 'manual-test', granted: true })
    const useless = [
      { ...grant, revoked_at_ms: nowMs },
      { ...grant, until_ms: nowMs },
      { ...grant, config_sha256: 'd'.repeat(64) },
      { ...grant, route_id: 'x' },
    ]
    for (const other of useless) expect(standing(route, refused, null, other, nowMs)).toMatchObject({ grade: 'refused', granted: false })
    expect(standing(route, refused, null, null, refused.validUntilMs + 1).grade).toBe('refused')
  })

  it('is not raised by a grant for a route that was not refused', () => {
    expect(standing(route, null, null, grant, nowMs)).toMatchObject({ grade: 'manual-test', granted: false })
  })

  it.each([
    ["the maker's own host", official],
    ['the sandbox', sandbox],
  ])('of %s is production without a gate, whatever a run or its pictures said, and is only marked', (_, exempt) => {
    expect(standing(exempt, null, null, null, nowMs)).toMatchObject({ grade: 'production', reopened: false, gate_verdict: null })
    expect(standing(exempt, runOf('refused'), watch, null, nowMs)).toMatchObject({
      grade: 'production',
      restrictions: [],
      reopened: true,
      gate_verdict: 'refused',
      why: expect.stringContaining('asked webp, got png'),
    })
  })

  it('is a line of the list of routes', () => {
    const run = runOf('production')
    const routes = [
      standingEntry(route, standing(route, run, watch, null, nowMs), run, watch),
      standingEntry(official, standing(official, null, null, null, nowMs), null, null),
    ]
    expect(gateListSchema.parse({ routes })).toEqual({ routes })
    expect(routes[0]).toMatchObject({ ran_at: run.report.ran_at, pictures_watched: 90, mismatches: 5 })
    expect(routes[1]).toMatchObject({ ran_at: null, pictures_watched: 0, mismatches: 0 })
  })
})
