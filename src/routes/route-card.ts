import { missingFacts } from './missing-facts.ts'
import { routePresets } from './presets.ts'
import { type RouteContract, routeConfigSha256, wireStatements } from './route-contract.ts'

/** The contract of a route as people read it: everything stated, the names of what is missing, and nothing about its key. */
export function routeCard(route: RouteContract) {
  const preset = route.preset === null ? null : { name: route.preset, ...routePresets[route.preset] }
  return {
    id: route.id,
    owner: route.owner,
    kind: route.kind,
    protocol: route.protocol,
    base_url: route.baseUrl,
    grade: route.grade,
    price_card: route.priceCard,
    ...wireStatements(route),
    preset: preset && { name: preset.name, source: preset.source, read_on: preset.readOn, remarks: [...preset.remarks] },
    missing: missingFacts(route),
    config_sha256: routeConfigSha256(route),
  }
}
