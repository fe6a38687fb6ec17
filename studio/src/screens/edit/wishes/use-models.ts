import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { api } from '#sdk'
import { darkroom } from '../../../api/darkroom.ts'

/** A model that edits pictures. */
export type EditModel = api.ModelsV2['models'][number]

/** Models that are served and priced here. */
export function useModels(): UseQueryResult<readonly EditModel[]> {
  return useQuery({
    queryKey: ['models'],
    queryFn: ({ signal }) => darkroom.call('GET /v2/models', {}, { signal }),
    select: ({ models }) => models.filter(isUsable),
  })
}

function isUsable({ state, routes, capabilities }: EditModel): boolean {
  return state !== 'retired' && capabilities.max_input_images > 0 && routes.some(({ price_card }) => price_card !== null)
}
