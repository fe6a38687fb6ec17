import { findMainModelCard, type MainModelPriceCard } from '../../pricing/index.ts'
import type { RouteChoice } from '../../routes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** The card of the main model as the route calls it; a snapshot costs what its model costs. Null = unpriced. */
export function mainModelCard(parts: GatewayParts, { route, modelSent }: RouteChoice): MainModelPriceCard | null {
  const atMs = parts.clock.nowMs()
  const model = parts.mainModels.find(modelSent, atMs)?.row.id ?? modelSent
  return findMainModelCard(parts.mainModelCards, { model, owner: route.owner, atMs })
}
