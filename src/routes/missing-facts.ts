import { capabilityNames } from './capability-row.ts'
import type { RouteContract } from './route-contract.ts'

const billed = ['timeout', 'policy', 'retry']
const rights = ['store', 'commercial', 'delete', 'redistribute']
const words = {
  account_owner: 'accountOwner',
  support: 'support',
  abuse: 'abuse',
  retention: 'retention',
  limits: 'limits',
  usage_api: 'usageApi',
} as const

/**
 * What nobody stated of a route, by the names of darkroom.yaml: `rights.store`, `terms`, `capabilities[0].mask`. A missing fact is
 * shown as missing everywhere; nothing takes its place.
 */
export function missingFacts(route: RouteContract): string[] {
  const single = Object.entries(words).filter(([, name]) => route[name] === null)
  return [
    ...missingCapabilities(route),
    ...billed.filter((name) => route.failedCalls?.[name] === undefined).map((name) => `failed_calls.${name}`),
    ...rights.filter((name) => route.rights?.[name] === undefined).map((name) => `rights.${name}`),
    ...(route.terms === null ? ['terms'] : []),
    ...single.map(([name]) => name),
  ]
}

function missingCapabilities({ capabilities }: RouteContract): string[] {
  if (capabilities.length === 0) return ['capabilities']
  return capabilities.flatMap((row, index) => {
    const names = [
      ...capabilityNames.filter((name) => row[name] === null),
      ...(row.contentCredentials === null ? ['content_credentials'] : []),
    ]
    return names.map((name) => `capabilities[${index}].${name}`)
  })
}
