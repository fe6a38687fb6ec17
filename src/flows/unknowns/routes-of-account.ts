import type { RouteContract } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** The routes whose calls stand in one count: those with the same key, or at the same address where the whole account is counted. */
export function routesOfAccount({ routes }: Pick<GatewayParts, 'routes'>, { baseUrl, key, usageApi }: RouteContract): string[] {
  const isOfAccount = (other: RouteContract) =>
    other.baseUrl === baseUrl && (usageApi?.apiKeyId == null || other.key?.reveal() === key?.reveal())
  return routes.list().flatMap((other) => (isOfAccount(other) ? [other.id] : []))
}
