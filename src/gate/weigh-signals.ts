import type { GatedRoute } from './gated-route.ts'
import { type ProbeResult, pictureProbes } from './probe.ts'
import { type SignalKind, type SignalName, STRONG_WEIGHT, signalWeights } from './signal-weights.ts'
import { type ReverseSignature, reverseSignatures } from './signatures.ts'
import { weighAnswer } from './weigh-answers.ts'
import { weighCredentials } from './weigh-credentials.ts'
import { hasUsage, weighPicture } from './weigh-picture.ts'
import { saysNothing, speaksAgainst, speaksFor, type WeighedSignal } from './weighed-signal.ts'

/** A probe and everything that its answer tells. */
export interface WeighedResult {
  result: ProbeResult
  signals: WeighedSignal[]
}

/** Weighs the answer of every probe, in their order. Never throws, whatever a route answered. */
export function weighSignals(route: GatedRoute, results: readonly ProbeResult[]): WeighedResult[] {
  return results.map((result) => ({ result, signals: signalsOf(route, result, results) }))
}

function signalsOf(route: GatedRoute, result: ProbeResult, all: readonly ProbeResult[]): WeighedSignal[] {
  const answer = weighAnswer(route, result)
  if (result.ended !== 'picture') return answer
  const credentials = weighCredentials(route, result)
  if (!pictureProbes.includes(result.probe)) return [...answer, ...credentials]
  return [...weighPicture(route, result), ...(result.probe === 'quality' ? [qualityUsage(result, all)] : []), ...credentials, ...answer]
}

/** Holds the tokens of the higher quality to those of the lowest at the same size. */
function qualityUsage(higher: ProbeResult, all: readonly ProbeResult[]): WeighedSignal {
  const lower = all.find(({ probe, ended }) => (probe === 'unusual_size' || probe === 'plain_picture') && ended === 'picture')
  if (!lower || !hasUsage(lower) || !hasUsage(higher)) return saysNothing('quality_usage', 'no two usages to compare')
  const isSameSize = lower.got?.width === higher.got?.width && lower.got?.height === higher.got?.height
  if (!isSameSize) return saysNothing('quality_usage', 'the two pictures are not of one size')
  const [low, high] = [lower.usage!.imageOut!, higher.usage!.imageOut!]
  const words = `${low} tokens at the lowest quality, ${high} at the next, at the same size`
  if (high <= low) return speaksAgainst('quality_usage', `${words}: quality is ignored`)
  // Two models may cost the same at their lowest quality and not at the next: the odd one is found here.
  if (lower.usageOnFormula === true && higher.usageOnFormula === false)
    return speaksAgainst('quality_usage', `${words}: only the first is what the declared model uses`)
  const isOff = lower.usageOnFormula === false || higher.usageOnFormula === false
  return isOff ? saysNothing('quality_usage', `${words}; they are not on the formula`) : speaksFor('quality_usage', words)
}

/** What signals come to when they are taken together. */
export interface SignalBalance {
  /** For each thing a signal is about: the worst against, else the best for. Many probes that say the same say it once. */
  sum: number
  /** Kinds of signals that speak for the route. */
  kindsFor: readonly SignalKind[]
  /** Signals that speak against it by themselves. */
  strong: readonly WeighedSignal[]
  /** Each pattern of reverse routes that was found, once. */
  signatures: readonly { name: ReverseSignature; isStrong: boolean }[]
}

/** Takes signals together. */
export function balanceOf(signals: readonly WeighedSignal[]): SignalBalance {
  const byName = new Map<SignalName, number>()
  for (const { name, weight } of signals) byName.set(name, worse(byName.get(name) ?? 0, weight))
  const forIt = [...byName].filter(([, weight]) => weight > 0)
  return {
    sum: [...byName.values()].reduce((total, weight) => total + weight, 0),
    kindsFor: [...new Set(forIt.map(([name]) => signalWeights[name].kind))],
    strong: signals.filter(({ weight }) => weight <= STRONG_WEIGHT),
    signatures: reverseSignatures
      .map((name) => ({ name, shown: signals.filter(({ signature }) => signature === name) }))
      .filter(({ shown }) => shown.length > 0)
      .map(({ name, shown }) => ({ name, isStrong: shown.some(({ weight }) => weight <= STRONG_WEIGHT) })),
  }
}

function worse(one: number, other: number): number {
  return one < 0 || other < 0 ? Math.min(one, other) : Math.max(one, other)
}
