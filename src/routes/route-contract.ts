import { createHash } from 'node:crypto'
import type { Secret } from '../primitives/secret.ts'
import type { CapabilityRow } from './capability-row.ts'
import { missingFacts } from './missing-facts.ts'
import type { RouteProtocol } from './route-protocol.ts'
import type { PresetName } from './route-row.ts'

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

/** What the account behind a route may do; null = nobody said. */
export interface RouteLimits {
  /** Calls at one time. */
  concurrency: number | null
  imagesPerMinute: number | null
  tokensPerMinute: number | null
}

/** How to ask what the account behind a route was counted for. What is counted there is used by this route and nothing else. */
export interface RouteUsageApi {
  key: Secret
  /** Where the key came from, as in `RouteContract`. */
  keySource: string
  /** Upstream's id of the route's own key; null = all that the account used. */
  apiKeyId: string | null
}

/** How messages of the upstream are known to be its own. */
export interface RouteWebhook {
  secret: Secret
  /** Name of the environment variable the secret came from. */
  secretSource: string
}

/** What an owner promised of a route, beside who they are and where it is. A fact nobody stated is null. */
export interface RouteStatements {
  /** The preset whose facts fill what the row left out. */
  preset: PresetName | null
  /** Model ids asked → sent. An id that is not listed is sent as asked. */
  models: Readonly<Record<string, string>>
  /** What the route can do, by dated rows; empty = nobody said. */
  capabilities: readonly CapabilityRow[]
  /** Id of the price card; null = the card found by model and owner. */
  priceCard: string | null
  /** Transparent backgrounds on models that list them as preview are sent on instead of refused. */
  transparentPreview: boolean
  /** What a call costs that timed out, was refused by policy or was sent again: charged, free or unknown. Stated members only. */
  failedCalls: Readonly<Record<string, string>> | null
  /** What may be done with its pictures: store, commercial, delete, redistribute. Stated members only. */
  rights: Readonly<Record<string, string | boolean>> | null
  terms: RouteTerms | null
  /** In whose name the account behind the key stands. */
  accountOwner: string | null
  support: string | null
  /** Where abuse is reported. */
  abuse: string | null
  retention: string | null
  limits: RouteLimits | null
  /** How to ask what the account was counted for; null = nobody said, or something else uses the account, too. */
  usageApi: RouteUsageApi | null
  /** Null = the upstream tells nothing by itself. */
  webhook: RouteWebhook | null
}

/**
 * A configured way to an upstream with everything its owner promised. A fact nobody stated is null and is shown as
 * missing: it is never filled in by a default.
 */
export interface RouteContract extends RouteStatements {
  id: string
  /** Who answers for the route; reports never mix two owners in one line. */
  owner: string
  kind: RouteKind
  protocol: RouteProtocol
  /** Origin and path prefix, no trailing slash. */
  baseUrl: string
  key: Secret | null
  /** The environment variable the key came from, or `secret:` and the name of a secret; the only thing about it that is ever shown. */
  keySource: string | null
  grade: RouteGrade
}

/** A route of which nothing was stated. */
export const unstatedFacts: RouteStatements = {
  preset: null,
  models: {},
  capabilities: [],
  priceCard: null,
  transparentPreview: false,
  failedCalls: null,
  rights: null,
  terms: null,
  accountOwner: null,
  support: null,
  abuse: null,
  retention: null,
  limits: null,
  usageApi: null,
  webhook: null,
}

/** The contract as it is frozen into each record: the names of the wire, and no key. */
export function frozenContract(route: RouteContract, priceCard: string): Record<string, unknown> {
  return {
    version: 1,
    route_id: route.id,
    owner: route.owner,
    kind: route.kind,
    protocol: route.protocol,
    base_url: route.baseUrl,
    price_card: priceCard,
    billing: billingIsStated(route) ? 'stated' : null,
    ...wireStatements(route),
    grade: route.grade,
    missing: missingFacts(route),
  }
}

/** What was stated, by the names that records and contract cards have for it. */
export function wireStatements(route: RouteContract) {
  return {
    preset: route.preset,
    models: route.models,
    capabilities: route.capabilities.map(({ contentCredentials, imagesMax, batch, source, ...row }) => ({
      ...row,
      // Left out where nobody said: the hash of routes that say nothing of it stays what it was.
      ...(imagesMax !== null && { images_max: imagesMax }),
      ...(batch !== null && { batch }),
      content_credentials: contentCredentials,
      source,
    })),
    transparent_preview: route.transparentPreview,
    failed_call_billing: route.failedCalls,
    output_rights: route.rights,
    terms: route.terms,
    account_owner: route.accountOwner,
    support: route.support,
    abuse: route.abuse,
    retention: route.retention,
    limits: route.limits && {
      concurrency: route.limits.concurrency,
      images_per_minute: route.limits.imagesPerMinute,
      tokens_per_minute: route.limits.tokensPerMinute,
    },
    usage_api: route.usageApi && { api_key_id: route.usageApi.apiKeyId, exclusive: true },
  }
}

/** Whether somebody said what timeouts, refusals and repeats cost: without all three there is no promise of cost. */
export function billingIsStated({ failedCalls }: Pick<RouteContract, 'failedCalls'>): boolean {
  return ['timeout', 'policy', 'retry'].every((name) => Object.hasOwn(failedCalls ?? {}, name) && failedCalls?.[name] !== 'unknown')
}

/**
 * SHA-256, in hex, of everything the configuration says of a route but the key itself. What was found out about a route under one hash
 * says nothing about it under another.
 */
export function routeConfigSha256(route: RouteContract): string {
  const { id, owner, kind, protocol, baseUrl, keySource, priceCard } = route
  const configured = {
    id,
    owner,
    kind,
    protocol,
    baseUrl,
    keySource,
    priceCard,
    ...wireStatements(route),
    usageKeySource: route.usageApi?.keySource ?? null,
  }
  return createHash('sha256')
    .update(JSON.stringify(sorted(configured)))
    .digest('hex')
}

/** Members by name, so that the order in which a file writes them means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  )
}
