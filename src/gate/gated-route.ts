import type { Operation } from '../contract/image-request.ts'
import type { ModelRow } from '../contract/model-row.ts'

/** What the row in force says may be asked for; null = nobody said. */
export interface GatedCapabilities {
  /** Values that may be named: `model` = whatever the model takes, an empty list = none may be named. */
  sizes: 'model' | readonly string[] | null
  qualities: 'model' | readonly string[] | null
  formats: 'model' | readonly string[] | null
  transparency: boolean | null
  streaming: boolean | null
  edits: boolean | null
  mask: boolean | null
  /** Whether pictures arrive with the content credentials they were signed with. */
  contentCredentials: 'kept' | 'stripped' | null
}

/** A route as the gate sees it. */
export interface GatedRoute {
  id: string
  owner: string
  kind: 'official' | 'provider' | 'wrapper' | 'self-hosted' | 'sandbox'
  /** The model maker's own host. */
  isOfficialHost: boolean
  protocol: string
  /** The id as callers write it, and as it is sent. */
  modelAsked: string
  modelSent: string
  /** What the declared model draws: probes must be legal for it. */
  model: Pick<ModelRow, 'sizes' | 'qualities' | 'outputFormats' | 'transparent'>
  /** What the protocol serves here. */
  operations: readonly Operation[]
  /** The capability row in force; null = none is. */
  capabilities: GatedCapabilities | null
  /** How the price card charges; null = no card prices the route. */
  priceKind: 'tokens' | 'per_call' | null
  /** Members of a body that nobody knows reach the upstream. */
  speaksUnknownKeys: boolean
  /** The protocol can carry explicit sizes. */
  namesSize: boolean
}

type Said<Name extends string, Value> = Readonly<Partial<Record<Name, Value | null>>> | null

/** What the owner of a route promised, as far as the gate asks. A fact nobody stated is null or left out. */
export interface ContractFacts {
  accountOwner: string | null
  support: string | null
  abuse: string | null
  terms: { url: string; read_on: string; by: string } | null
  /** `charged | free | unknown`. */
  failedCalls: Said<'timeout' | 'policy' | 'retry', string>
  /** True, false, or the condition in words. */
  rights: Said<'store' | 'commercial' | 'delete' | 'redistribute', string | boolean>
  /** Id of the card that prices the route. */
  priceCard: string | null
  /** Every unstated fact by its name in darkroom.yaml. */
  missing: readonly string[]
}

/** True for routes that need no gate to carry production traffic: the model maker's own host and the built-in sandbox. */
export function needsNoGate({ kind, isOfficialHost }: Pick<GatedRoute, 'kind' | 'isOfficialHost'>): boolean {
  return isOfficialHost || kind === 'sandbox'
}
