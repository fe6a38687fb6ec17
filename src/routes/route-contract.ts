import type { Secret } from '../primitives/secret.ts'

/** What kind of owner stands behind a route. Account pools and session relays are no kind: they are refused by configuration. */
export type RouteKind = 'official' | 'provider' | 'wrapper' | 'self-hosted' | 'sandbox'

/**
 * Which traffic a route may carry. The official host and the sandbox start as `production`;
 * anything else is for manual tests, named by `x-darkroom-route`, until its gate has passed it.
 */
export type RouteGrade = 'production' | 'manual-test'

/** Who read a provider's terms, where and when. */
export interface RouteTerms {
  url: string
  read_on: string
  by: string
}

/**
 * A configured way to an upstream with everything its owner promised. A fact nobody stated is null and is shown as
 * missing: it is never filled in by a default.
 */
export interface RouteContract {
  id: string
  /** Who answers for the route; reports never mix two owners in one line. */
  owner: string
  kind: RouteKind
  protocol: 'openai'
  /** Origin and path prefix, no trailing slash. */
  baseUrl: string
  key: Secret | null
  /** Name of the environment variable the key came from; the only thing about it that is ever shown. */
  keySource: string | null
  /** Model ids asked → sent. An id that is not listed is sent as asked. */
  models: Readonly<Record<string, string>>
  /** Id of the price card; null = the card found by model and owner. */
  priceCard: string | null
  /** Transparent backgrounds on models that list them as preview are sent on instead of refused. */
  transparentPreview: boolean
  failedCalls: Readonly<Record<string, string>> | null
  rights: Readonly<Record<string, string | boolean>> | null
  terms: RouteTerms | null
  accountOwner: string | null
  support: string | null
  retention: string | null
  grade: RouteGrade
}

/** The contract as it is frozen into each record: the names of the wire, and no key. */
export function frozenContract(route: RouteContract, priceCard: string): Record<string, unknown> {
  return {
    version: 1,
    route_id: route.id,
    kind: route.kind,
    protocol: route.protocol,
    base_url: route.baseUrl,
    price_card: priceCard,
    billing: route.failedCalls ? 'stated' : null,
    failed_call_billing: route.failedCalls,
    output_rights: route.rights,
    terms: route.terms,
    account_owner: route.accountOwner,
    support: route.support,
    retention: route.retention,
    grade: route.grade,
  }
}
