/** Who serves, on what contract: routes as configured, what each may be asked for, and which one is asked. */

export { type CapabilityRow, capabilitiesInForce, capabilityNames } from './capability-row.ts'
export { checkBatches, checkCapabilities, checkOperation } from './check-capabilities.ts'
export { MissingKeyError, officialRoute, type RouteRow, routeFromRow, routeSchema, sandboxRoute } from './config.ts'
export type { RouteCall, RouteCallEnd, RouteNeed, RouteVerdict, Unavailable, UnavailableReason } from './health/route-call.ts'
export { RouteHealth, type RouteHealthCard, type RouteHealthChange, type RouteNews } from './health/route-health.ts'
export { missingFacts } from './missing-facts.ts'
export { type RoutePreset, routePresets } from './presets.ts'
export { refusedKinds } from './refused-kinds.ts'
export { routeCard } from './route-card.ts'
export {
  billingIsStated,
  frozenContract,
  type RouteContract,
  type RouteGrade,
  type RouteKind,
  type RouteLimits,
  type RouteStatements,
  type RouteTerms,
  routeConfigSha256,
} from './route-contract.ts'
export { RouteLatencies } from './route-latencies.ts'
export { type RouteProtocol, routeProtocols } from './route-protocol.ts'
export { indispensableFacts, type PresetName, presetNames } from './route-row.ts'
export { type RouteChoice, RouteTable } from './route-table.ts'
export { secretName } from './secret-name.ts'
export { secretsOf, withStoredKeys } from './stored-keys.ts'
