/** The acceptance gate: what is asked of a route before it may carry production traffic, and what its answers are worth. */

export { type GateRunFacts, gateNotes, gateReport, gateValidForMs, verdictWords } from './gate-report.ts'
export { type ContractFacts, type GatedCapabilities, type GatedRoute, needsNoGate } from './gated-route.ts'
export { type GrantRequest, grantsInForce, presentRouteGrant, recordRouteGrant, revokeRouteGrants } from './grant-statements.ts'
export { type GateJudgement, judgeGate } from './judge-gate.ts'
export { type ProbePlan, planProbes } from './plan-probes.ts'
export type { Probe, ProbeCredentials, ProbeExpectation, ProbeName, ProbeResult, SkippedProbe } from './probe.ts'
export { renderGateReport } from './render-gate-report.ts'
export { type GateRun, gateHistory, latestGateRun, latestGateRuns, recordGateRun } from './run-statements.ts'
export { type Standing, type StandingRoute, standing, standingEntry } from './standing.ts'
export {
  countWatchedPictures,
  findRouteWatch,
  isFreshlyReopened,
  MISMATCHES_TO_REOPEN,
  type WatchedPictures,
  watchedRoutes,
} from './watch-statements.ts'
