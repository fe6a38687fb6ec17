import { type InfiniteData, infiniteQueryOptions, type QueryClient } from '@tanstack/react-query'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import type { PictureQuery } from './library-search.ts'

const PAGE = 100

export type PicturePages = InfiniteData<{ images: api.FoundPicture[]; next_cursor: string | null }, string | null>

/** Pictures that are kept, the newest first, page by page. Pages never change: comparing a hundred thousand pictures with each page that comes would stop the scrolling. */
export const picturesQuery = (query: PictureQuery) =>
  infiniteQueryOptions({
    queryKey: ['library', 'pictures', query],
    queryFn: ({ signal, pageParam }) =>
      darkroom.images.search({ ...query, limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    structuralSharing: false,
    staleTime: Number.POSITIVE_INFINITY,
    // Pages that were read are read again on demand alone.
    refetchOnMount: (asked) => (asked.state.data?.pages.length ?? 0) <= 1 && 'always',
  })

/** Takes a picture that was deleted out of what is shown. */
export function forgetPicture(client: QueryClient, ids: ReadonlySet<string>): void {
  client.setQueriesData<PicturePages>(
    { queryKey: ['library', 'pictures'] },
    (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, images: page.images.filter(({ id }) => !ids.has(id)) })) },
  )
}
