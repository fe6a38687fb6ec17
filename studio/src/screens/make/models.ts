import type { api } from '#sdk'

/** A model as the gateway lists it. */
export type Model = api.ModelsV2['models'][number]

/** Can be called: not retired, and some route has a price for it. */
export function isOffered({ state, routes }: Model): boolean {
  return state !== 'retired' && routes.some(({ price_card }) => price_card !== null)
}

/** The model that was chosen, or the first that can be had where it has gone. */
export function modelOf(models: readonly Model[], id: string): Model {
  const offered = models.filter(isOffered)
  return models.find((model) => model.id === id) ?? offered.find(({ state }) => state === 'current') ?? offered[0] ?? models[0]!
}
