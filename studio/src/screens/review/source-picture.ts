import { queryOptions } from '@tanstack/react-query'
import { darkroom } from '../../api/darkroom.ts'

/** Where the picture that was edited can be read; null where it is kept no more, or came from elsewhere and was never kept. */
export function sourceQuery(imageId: string, generationId: string) {
  return queryOptions({
    queryKey: ['review-source', imageId],
    queryFn: async ({ signal }) => {
      const lineage = await darkroom.images.lineage(imageId, { signal })
      const source = lineage.made_from.find(({ role }) => role === 'image')
      if (source === undefined || source.deleted_at !== null) return null
      if (source.image !== null) return `/v2/images/${source.image.id}`
      const { request_shape: asked } = await darkroom.generations.get(generationId, { signal })
      const file = asked.input_images.find(({ role, source: from }) => role === 'image' && from === 'file')
      return file?.source_ref ? `/v1/files/${file.source_ref}/content` : null
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
}
