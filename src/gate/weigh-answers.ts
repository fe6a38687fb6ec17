import type { GatedRoute } from './gated-route.ts'
import { type ProbeResult, pictureProbes } from './probe.ts'
import { shownText } from './shown-text.ts'
import { transparencyExpected } from './suitable-probes.ts'
import { saysNothing, speaksAgainst, speaksFor, type WeighedSignal } from './weighed-signal.ts'

/** True for a probe that upstream answered with a picture or a refusal. */
export function wasAnswered({ ended }: ProbeResult): boolean {
  return ended === 'picture' || ended === 'refused'
}

/** Refusals of the key, the account or its limits, and of calls that came too early or too late. */
const besidesTheRequest = [401, 402, 403, 408, 425, 429]

/** True for a refusal of the request itself: not of the key, the account, its limits or the prompt. */
export function isRefusalOfRequest({ probe, ended, httpStatus, errorCode }: ProbeResult): boolean {
  if (ended !== 'refused' || errorCode === 'moderation_blocked') return false
  // Gateways say it in their own ways: 403 for a model that the key may not use, 503 for one that no channel serves.
  if (probe === 'nonsense_model' && (httpStatus === 403 || errorCode === 'model_not_found')) return true
  return httpStatus !== null && httpStatus >= 400 && httpStatus < 500 && !besidesTheRequest.includes(httpStatus)
}

/** True when a probe has the answer that it was made for. */
export function isDecided(result: ProbeResult): boolean {
  return result.ended === 'picture' || isRefusalOfRequest(result)
}

/** What the answer to a probe says of the route, whatever stands in it. Never throws. */
export function weighAnswer(route: GatedRoute, result: ProbeResult): WeighedSignal[] {
  if (!wasAnswered(result)) return []
  return [...refusal(route, result), requestId(result)]
}

function refusal(route: GatedRoute, result: ProbeResult): WeighedSignal[] {
  const { probe, asked } = result
  const words = refusalWords(result)
  if (result.ended === 'refused' && !isRefusalOfRequest(result)) return [saysNothing('legal_request', `${words}: not about the request`)]
  const isRefused = result.ended === 'refused'
  if (probe === 'nonsense_model') {
    const model = shownText(asked.model ?? '')
    if (isRefused) return [speaksFor('nonsense_model', `the model ${model}, which does not exist, was refused: ${words}`)]
    return [speaksAgainst('nonsense_model', `the model ${model}, which does not exist, was drawn`, 'any_model_accepted')]
  }
  if (probe === 'illegal_size' || probe === 'unknown_key') {
    const what = probe === 'illegal_size' ? `the illegal size ${shownText(asked.size ?? '')}` : 'an unknown parameter'
    return [isRefused ? speaksFor(probe, `${what} was refused: ${words}`) : speaksAgainst(probe, `${what} was accepted`)]
  }
  if (!isRefused || !pictureProbes.includes(probe)) return []
  if (probe === 'transparent') return [transparencyRefused(route, words)]
  return [speaksAgainst('legal_request', `a request that the route declares was refused: ${words}`)]
}

function transparencyRefused(route: GatedRoute, words: string): WeighedSignal {
  const expected = transparencyExpected(route)
  if (expected === 'refusal') return speaksFor('background', `a transparent background was refused, as declared: ${words}`)
  if (expected === 'either')
    return saysNothing('background', `a transparent background was refused, which the contract leaves open: ${words}`)
  return speaksAgainst('background', `a transparent background was refused although the route declares it: ${words}`)
}

/** A refusal in a few words. */
export function refusalWords({ httpStatus, errorCode }: ProbeResult): string {
  return [httpStatus ?? 'no status', errorCode === null ? 'without a code' : shownText(errorCode)].join(' ')
}

function requestId({ requestId: id }: ProbeResult): WeighedSignal {
  if (id === null || id === '') return speaksAgainst('request_id', 'no request id', 'request_id_missing')
  if (id.startsWith('req_')) return speaksFor('request_id', 'a request id in the official form')
  return saysNothing('request_id', 'a request id in a form of its own')
}
