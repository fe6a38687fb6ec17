import type { GateList, GateVerdict, Restriction, RouteStandingGrade } from '../contract/gate-replies.ts'
import type { RouteGrantRow, RouteWatchRow } from '../db/index.ts'
import { isoTime } from '../primitives/clock.ts'
import { type GatedRoute, needsNoGate } from './gated-route.ts'
import type { GateRun } from './run-statements.ts'

/** What a route's standing depends on beside what was found out about it. */
export interface StandingRoute extends Pick<GatedRoute, 'id' | 'owner' | 'kind' | 'isOfficialHost'> {
  /** Hash of its present configuration; whatever was found out under another says nothing. */
  configSha256: string
}

/** Which traffic a route may carry now, and why. */
export interface Standing {
  grade: RouteStandingGrade
  restrictions: Restriction[]
  /** One or two sentences. */
  why: string
  /** Of the latest run under the present configuration; null = there was none. */
  gate_verdict: GateVerdict | null
  /** ISO 8601; null without a run. */
  valid_until: string | null
  /** Pictures in a row did not match: the gate must run again. */
  reopened: boolean
  /** Manual tests of a refused route are granted. */
  granted: boolean
}

/**
 * Says how a route stands. Without a run under its present configuration that still holds, everything but the model maker's own host and the
 * sandbox is for manual tests; a refusal does not expire. Rows of another route or configuration count as none.
 * @param grant one that may be in force; it counts only for a refused route
 */
export function standing(
  route: StandingRoute,
  latestRun: GateRun | null,
  watch: RouteWatchRow | null,
  grant: RouteGrantRow | null,
  nowMs: number,
): Standing {
  const run = latestRun?.routeId === route.id && latestRun.configSha256 === route.configSha256 ? latestRun : null
  const watched = watch !== null && isOf(route, watch) ? watch : null
  const found = {
    gate_verdict: run?.report.verdict ?? null,
    valid_until: run && isoTime(run.validUntilMs),
    reopened: watched?.reopened_at_ms != null,
  }
  if (needsNoGate(route)) return { ...found, grade: 'production', restrictions: [], granted: false, why: exemptWords(route, watched) }
  return { ...found, restrictions: run?.report.restrictions ?? [], ...judged(route, { run, watched, grant, nowMs }) }
}

function isOf(route: StandingRoute, row: { route_id: string; config_sha256: string }): boolean {
  return row.route_id === route.id && row.config_sha256 === route.configSha256
}

/** They may be marked, never lowered: there is nothing more trustworthy to send the traffic to. */
function exemptWords({ kind }: StandingRoute, watched: RouteWatchRow | null): string {
  const whose = kind === 'sandbox' ? 'The built-in sandbox needs no gate.' : "The model maker's own host needs no gate."
  if (watched?.reopened_at_ms == null) return whose
  return `${whose} Pictures in a row were not what was asked all the same: ${watched.reopened_reason}.`
}

interface Found {
  run: GateRun | null
  watched: RouteWatchRow | null
  grant: RouteGrantRow | null
  nowMs: number
}

function judged(route: StandingRoute, { run, watched, grant, nowMs }: Found): Pick<Standing, 'grade' | 'why' | 'granted'> {
  const manual = (why: string, granted = false) => ({ grade: 'manual-test', why, granted }) as const
  if (run === null) return manual('The gate has not run under this configuration.')
  const { verdict, missing, ran_at: ranAt, next_action: nextAction } = run.report
  if (verdict === 'refused') {
    const isGranted = grant !== null && isOf(route, grant) && grant.revoked_at_ms === null && grant.until_ms > nowMs
    if (!isGranted) return { grade: 'refused', why: `The gate refused it on ${ranAt}. ${nextAction}`, granted: false }
    return manual(`Refused by the gate; manual tests are granted until ${isoTime(grant.until_ms)}: ${grant.reason}`, true)
  }
  if (run.validUntilMs <= nowMs) return manual(`The last run of the gate held until ${isoTime(run.validUntilMs)}.`)
  if (watched?.reopened_at_ms != null) {
    return manual(`Pictures in a row were not what was asked, so the gate must run again: ${watched.reopened_reason}.`)
  }
  if (verdict === 'unknown') return manual(`The gate could not decide: ${missing.join('; ') || 'too little came back'}.`)
  if (verdict === 'manual-test') return manual(failedWords(run))
  return { grade: verdict, why: `The gate found it fit for ${verdict} on ${ranAt}.`, granted: false }
}

function failedWords({ report }: GateRun): string {
  const failed = report.gates.filter(({ result }) => result === 'fail').map(({ name, why }) => `${name}: ${why}`)
  return `The gate was not passed. ${failed.join(' ')}`
}

/** A route's line in the list of standings. */
export function standingEntry(
  route: StandingRoute,
  now: Standing,
  run: GateRun | null,
  watch: RouteWatchRow | null,
): GateList['routes'][number] {
  const watched = watch !== null && isOf(route, watch) ? watch : null
  return {
    route_id: route.id,
    route_owner: route.owner,
    config_sha256: route.configSha256,
    ...now,
    ran_at: now.gate_verdict === null || run === null ? null : run.report.ran_at,
    pictures_watched: watched?.pictures_total ?? 0,
    mismatches: watched?.mismatches_total ?? 0,
  }
}
