import type { GateName, GateResult, GateVerdict, ProbeLine, Restriction } from '../contract/gate-replies.ts'
import type { ContractFacts, GatedRoute } from './gated-route.ts'
import { judgeBilling, judgeOutputRights, judgeOwner } from './judge-contract-gates.ts'
import { judgeModelMapping, judgeObservability, undecidedProbes } from './judge-probe-gates.ts'
import { nextGateAction } from './next-gate-action.ts'
import type { ProbeResult } from './probe.ts'
import { probeLines } from './probe-lines.ts'
import { SIGNATURES_TO_REFUSE, signatureWords } from './signatures.ts'
import { credentialFault } from './weigh-credentials.ts'
import { balanceOf, type SignalBalance, weighSignals } from './weigh-signals.ts'

/** What a run of the gate comes to. */
export interface GateJudgement {
  verdict: GateVerdict
  /** What an unknown verdict lacks; empty otherwise. */
  missing: string[]
  restrictions: Restriction[]
  /** The five gates, in order. */
  gates: GateResult[]
  /** Every signal of every probe; a probe without one has a line all the same. */
  probes: ProbeLine[]
  /** Patterns of reverse routes, each once. */
  signatures: { name: string; words: string }[]
  next_action: string
}

/**
 * Judges a route by what it promised and how it answered. Signals are weighed together: one alone neither passes nor refuses a route.
 * Never throws, whatever a route answered.
 */
export function judgeGate(route: GatedRoute, facts: ContractFacts, results: readonly ProbeResult[]): GateJudgement {
  const weighed = weighSignals(route, results)
  const balance = balanceOf(weighed.flatMap(({ signals }) => signals))
  const fault = credentialFault(route, results)
  const undecided = undecidedProbes(route, results)
  const gates = [
    judgeOwner(route, facts),
    judgeModelMapping(balance, { undecided, credentialFault: fault }),
    judgeBilling(route, facts, results),
    judgeOutputRights(facts),
    judgeObservability(route, results),
  ]
  const verdict = verdictOf(gates, balance, fault)
  return {
    verdict,
    missing: verdict === 'unknown' ? missingFor(gates, undecided) : [],
    restrictions: gates.flatMap(({ consequence }) => consequence ?? []),
    gates,
    probes: probeLines(weighed),
    signatures: balance.signatures.map(({ name }) => ({ name, words: signatureWords[name] })),
    next_action: nextGateAction({ verdict, gates, undecided, credentialFault: fault, unstated: facts.missing }),
  }
}

function verdictOf(gates: readonly GateResult[], { signatures }: SignalBalance, credentialFault: string | null): GateVerdict {
  const ended = (name: GateName, result: GateResult['result']) => gates.some((gate) => gate.name === name && gate.result === result)
  if (signatures.length >= SIGNATURES_TO_REFUSE && signatures.some(({ isStrong }) => isStrong)) return 'refused'
  if (ended('owner', 'fail') || ended('model_mapping', 'fail') || ended('observability', 'fail')) return 'manual-test'
  if (ended('model_mapping', 'missing') || ended('observability', 'missing')) return 'unknown'
  const isWhole = ended('billing', 'pass') && ended('output_rights', 'pass') && credentialFault === null
  return isWhole ? 'production' : 'fallback'
}

/** Probes without an answer; where all have one, the gates that could not be decided by them. */
function missingFor(gates: readonly GateResult[], undecided: readonly string[]): string[] {
  if (undecided.length > 0) return [...undecided]
  return gates
    .filter(({ name, result }) => result === 'missing' && (name === 'model_mapping' || name === 'observability'))
    .map(({ why }) => why)
}
