import type { GateResult } from '../contract/gate-replies.ts'
import type { GatedRoute } from './gated-route.ts'
import type { ProbeName, ProbeResult } from './probe.ts'
import { MAPPING_KINDS, MAPPING_THRESHOLD } from './signal-weights.ts'
import { decidingProbes } from './suitable-probes.ts'
import { isDecided, wasAnswered } from './weigh-answers.ts'
import { hasUsage } from './weigh-picture.ts'
import type { SignalBalance } from './weigh-signals.ts'

/** Probes without which there is no verdict and that have no answer, in words. */
export function undecidedProbes(route: GatedRoute, results: readonly ProbeResult[]): string[] {
  return decidingProbes(route)
    .filter((name) => !results.some((result) => result.probe === name && isDecided(result)))
    .map((name) => `${name}: ${whyUndecided(name, results)}`)
}

function whyUndecided(name: ProbeName, results: readonly ProbeResult[]): string {
  const result = results.find(({ probe }) => probe === name)
  if (!result || result.ended === 'not_run') return 'not made'
  return result.ended === 'failed' ? 'no answer that says anything' : 'refused for another reason'
}

/** Whether the declared model is reached: signals weighed together, never one alone for it. */
export function judgeModelMapping(
  balance: SignalBalance,
  { undecided, credentialFault }: { undecided: readonly string[]; credentialFault: string | null },
): GateResult {
  const { sum, kindsFor, strong, signatures } = balance
  const gate = (result: 'fail' | 'missing', why: string): GateResult => ({
    name: 'model_mapping',
    result,
    why,
    consequence: 'unknown_wrapper',
  })
  if (signatures.length > 0) return gate('fail', `Patterns of reverse routes: ${signatures.map(({ name }) => name).join(', ')}.`)
  if (strong.length > 0) return gate('fail', `Strongly against it: ${[...new Set(strong.map(({ detail }) => detail))].join('; ')}.`)
  if (sum < 0) return gate('fail', `The signals against it outweigh those for it (${sum} points).`)
  if (undecided.length > 0) return gate('missing', `Probes that decide have no answer: ${undecided.join('; ')}.`)
  const needed = `${MAPPING_THRESHOLD} points from ${MAPPING_KINDS} kinds of signals`
  const found = `${sum} ${sum === 1 ? 'point' : 'points'} from ${kindsFor.length} (${kindsFor.join(', ') || 'none'})`
  if (sum < MAPPING_THRESHOLD || kindsFor.length < MAPPING_KINDS)
    return gate('missing', `Too little speaks for it: ${found}, needed ${needed}.`)
  const limit = credentialFault === null ? '' : ` No more than a fallback: ${credentialFault}.`
  return { name: 'model_mapping', result: 'pass', why: `${found}; nothing strong against it.${limit}`, consequence: null }
}

/** Whether calls can be traced and told apart: request ids, errors in the envelope, usage. */
export function judgeObservability(route: GatedRoute, results: readonly ProbeResult[]): GateResult {
  const gate = (result: 'fail' | 'missing', why: string): GateResult => ({ name: 'observability', result, why, consequence: 'manual_only' })
  const answered = results.filter(wasAnswered)
  if (answered.length === 0) return gate('missing', 'No probe was answered.')
  const lacks = [
    ...(answered.some(({ requestId }) => requestId === null || requestId === '') ? ['answers without a request id'] : []),
    ...(answered.some(({ ended, errorIsEnvelope }) => ended === 'refused' && !errorIsEnvelope)
      ? ['refusals outside the error envelope']
      : []),
    ...(route.priceKind === 'tokens' && answered.some((result) => result.ended === 'picture' && !hasUsage(result))
      ? ['pictures without usage although the price is by tokens']
      : []),
  ]
  if (lacks.length > 0) return gate('fail', `There were ${lacks.join(', ')}.`)
  const usage = route.priceKind === 'tokens' ? ', pictures their usage' : ''
  return {
    name: 'observability',
    result: 'pass',
    why: `Every answer had its request id, refusals their code${usage}.`,
    consequence: null,
  }
}
