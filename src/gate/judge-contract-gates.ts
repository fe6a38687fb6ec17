import type { GateResult } from '../contract/gate-replies.ts'
import { type ContractFacts, type GatedRoute, needsNoGate } from './gated-route.ts'
import type { ProbeResult } from './probe.ts'
import { shownText } from './shown-text.ts'
import { hasUsage } from './weigh-picture.ts'

const passed = (name: GateResult['name'], why: string): GateResult => ({ name, result: 'pass', why, consequence: null })

/** Who answers for endpoint, account, support and abuse. Unstated, the gate is failed: a route without an owner carries no production. */
export function judgeOwner(route: GatedRoute, { accountOwner, support, abuse }: ContractFacts): GateResult {
  const owner = shownText(route.owner)
  if (needsNoGate(route)) {
    const account = accountOwner === null ? ' In whose name the account stands is not stated (account_owner).' : ''
    return passed('owner', `${owner} answers for endpoint, support and abuse on its own host.${account}`)
  }
  const unstated = Object.entries({ account_owner: accountOwner, support, abuse }).flatMap(([name, fact]) => (fact === null ? [name] : []))
  if (owner.trim() === '') unstated.unshift('owner')
  if (unstated.length === 0) return passed('owner', `${owner} answers for it; account, support and abuse are stated.`)
  const why = `Nobody stated ${unstated.join(', ')}.`
  return { name: 'owner', result: 'fail', why, consequence: 'no_production' }
}

const failures = ['timeout', 'policy', 'retry'] as const

/** What failed calls cost, which card prices the route, and whether its bills can be checked. */
export function judgeBilling(route: GatedRoute, { failedCalls, priceCard }: ContractFacts, results: readonly ProbeResult[]): GateResult {
  const gate = (result: 'fail' | 'missing', why: string): GateResult => ({ name: 'billing', result, why, consequence: 'no_cost_promise' })
  const charged = results.filter(({ ended, costNanos }) => ended === 'refused' && costNanos > 0n).map(({ probe }) => probe)
  if (charged.length > 0) return gate('fail', `A refused call was charged: ${charged.join(', ')}.`)
  const pictures = results.filter(({ ended }) => ended === 'picture')
  const isByTokens = route.priceKind === 'tokens'
  if (isByTokens && pictures.some((result) => !hasUsage(result)))
    return gate('fail', 'The price is by tokens and a picture came without usage.')
  const unstated = failures.filter((name) => failedCalls?.[name] == null).map((name) => `failed_calls.${name}`)
  if (unstated.length > 0) return gate('missing', `Nobody stated ${unstated.join(', ')}.`)
  const unknown = failures.filter((name) => failedCalls?.[name] === 'unknown').map((name) => `failed_calls.${name}`)
  if (unknown.length > 0) return gate('missing', `Stated as unknown: ${unknown.join(', ')}.`)
  if (route.priceKind === null || priceCard === null) return gate('missing', 'No price card prices the route (price_card).')
  if (isByTokens && pictures.length === 0) return gate('missing', 'No picture came whose usage could be read.')
  const bills = isByTokens ? 'every picture came with usage' : 'the price is by the call'
  return passed('billing', `Card ${shownText(priceCard)} prices it, failed calls are stated, ${bills}.`)
}

const rightNames = ['store', 'commercial', 'delete', 'redistribute'] as const

/** What may be done with the pictures. A right to delete or to pass on may be denied; without keeping and using there is no asset. */
export function judgeOutputRights({ rights, terms }: ContractFacts): GateResult {
  const gate = (result: 'fail' | 'missing', why: string): GateResult => ({ name: 'output_rights', result, why, consequence: 'no_inputs' })
  const denied = (['store', 'commercial'] as const).filter((name) => rights?.[name] === false).map((name) => `rights.${name}`)
  if (denied.length > 0) return gate('fail', `Denied: ${denied.join(', ')}.`)
  const unstated = rightNames.filter((name) => rights?.[name] == null).map((name) => `rights.${name}`)
  if (unstated.length > 0) return gate('missing', `Nobody stated ${unstated.join(', ')}.`)
  const read = terms === null ? '' : `, by its terms as ${shownText(terms.by)} read them on ${shownText(terms.read_on)}`
  return passed('output_rights', `All four rights are stated${read}.`)
}
