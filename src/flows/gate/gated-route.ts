import type { ModelRow } from '../../contract/model-row.ts'
import type { ContractFacts, GatedCapabilities, GatedRoute } from '../../gate/index.ts'
import type { PriceCard } from '../../pricing/index.ts'
import { type CapabilityRow, capabilitiesInForce, missingFacts, type RouteChoice, type RouteContract } from '../../routes/index.ts'
import { providerOf } from '../call-upstream.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { isOfficialHost } from '../route-standings.ts'

/** A route as the gate sees it, with the model that it is asked for. */
export function gatedRoute(parts: GatewayParts, choice: RouteChoice, model: ModelRow, card: PriceCard | null): GatedRoute {
  const { route, modelSent } = choice
  const provider = providerOf(parts, choice)
  const row = capabilitiesInForce(route.capabilities, [modelSent, model.id, ...model.aliases], parts.clock.nowMs())
  return {
    id: route.id,
    owner: route.owner,
    kind: route.kind,
    isOfficialHost: isOfficialHost(route),
    protocol: route.protocol,
    modelAsked: model.id,
    modelSent,
    model,
    operations: provider.operations,
    capabilities: row && capabilities(row),
    priceKind: card?.kind ?? null,
    speaksUnknownKeys: provider.carries.unknownKeys,
    namesSize: provider.carries.sizes,
  }
}

function capabilities({
  sizes,
  qualities,
  formats,
  transparency,
  streaming,
  edits,
  mask,
  contentCredentials,
}: CapabilityRow): GatedCapabilities {
  return { sizes, qualities, formats, transparency, streaming, edits, mask, contentCredentials }
}

/** What the owner of a route promised, as far as the gate asks. */
export function contractFacts(route: RouteContract, card: PriceCard | null): ContractFacts {
  const { accountOwner, support, abuse, terms, failedCalls, rights } = route
  return { accountOwner, support, abuse, terms, failedCalls, rights, priceCard: card?.id ?? null, missing: missingFacts(route) }
}

/**
 * The model that a route is asked for: the first one it maps, else the first that its capabilities name, else the one that is asked for
 * most. Undefined when the catalogue knows none of them.
 */
export function probedModel(parts: GatewayParts, route: RouteContract): ModelRow | undefined {
  const named = [...Object.keys(route.models), ...route.capabilities.flatMap(({ models }) => models ?? []), 'gpt-image-2']
  const found = named.map((id) => parts.catalogue.find(id, parts.clock.nowMs())).filter((model) => model !== undefined)
  return found.find(({ retired }) => !retired)?.row
}
