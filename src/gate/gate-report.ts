import type { GateReport, GateVerdict } from '../contract/gate-replies.ts'
import { isoTime } from '../primitives/clock.ts'
import { moneyJson, type Nanos } from '../primitives/money.ts'
import type { GatedRoute } from './gated-route.ts'
import type { GateJudgement } from './judge-gate.ts'
import type { SkippedProbe } from './probe.ts'

/** How long a run holds: 30 days. */
export const gateValidForMs = 30 * 24 * 60 * 60 * 1000

/** What each verdict means, one sentence. */
export const verdictWords: Readonly<Record<GateVerdict, string>> = {
  production: 'May carry production traffic.',
  fallback: 'May stand in where no production route can serve.',
  'manual-test': 'Serves only calls that name it in x-darkroom-route.',
  refused: 'Serves nothing: several patterns of routes that relay a subscription were found together.',
  unknown: 'Not decided: probes that decide have no answer. Until then it serves only calls that name it in x-darkroom-route.',
}

/** What no gate can prove, on every report. */
export const gateNotes: readonly string[] = [
  'C2PA here means: signature intact, signer as it names itself; no trust list offline.',
  'The version in a claim generator proves nothing about the model, and /v1/models proves nothing about who draws: neither is weighed.',
  'Probes show how a route answered that day. A route that answers otherwise later is found by the pictures it delivers, not by this run.',
]

/** Everything a report says beside the judgement. */
export interface GateRunFacts {
  route: Pick<GatedRoute, 'id' | 'owner'>
  configSha256: string
  judgement: GateJudgement
  skipped: readonly SkippedProbe[]
  ranAtMs: number
  cost: Nanos
  costCeiling: Nanos
  plannedCost: Nanos
  /** Nothing was sent. */
  dryRun: boolean
}

/** The report of one run, as it is kept and shown. */
export function gateReport(run: GateRunFacts): GateReport {
  const { route, judgement, ranAtMs } = run
  return {
    route_id: route.id,
    route_owner: route.owner,
    config_sha256: run.configSha256,
    ran_at: isoTime(ranAtMs),
    valid_until: isoTime(ranAtMs + gateValidForMs),
    ...judgement,
    skipped: run.skipped.map(({ name, reason }) => ({ name, reason })),
    cost: moneyJson(run.cost),
    cost_ceiling: moneyJson(run.costCeiling),
    planned_cost: moneyJson(run.plannedCost),
    dry_run: run.dryRun,
    notes: [...gateNotes],
  }
}
