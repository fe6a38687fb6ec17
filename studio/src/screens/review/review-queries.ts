import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import type { ReviewShow } from './review-search.ts'

const PAGE = 50
/** Of those that are claimed there are as many as people at work. */
const CLAIMED = 200
/** Others decide meanwhile, claims end, time runs out. */
const AGAIN_MS = 10_000

/** All that the screen knows of reviews. */
export const reviewsKey = ['reviews'] as const

/** The queue, page by page, the longest waiting first. */
export function queueQuery(show: ReviewShow, image: string | undefined) {
  return infiniteQueryOptions({
    queryKey: [...reviewsKey, 'queue', show, image ?? null],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => readPage(show, image, pageParam, signal),
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: AGAIN_MS,
  })
}

async function readPage(show: ReviewShow, image: string | undefined, cursor: string | null, signal: AbortSignal): Promise<api.Reviews> {
  const page = { limit: PAGE, ...(cursor === null ? {} : { cursor }) }
  const list = (query: Parameters<typeof darkroom.reviews.list>[0]) => darkroom.reviews.list({ ...page, ...query }, { signal })
  if (image !== undefined) return list({ image_id: image })
  if (show === 'all') return list({})
  if (show === 'overdue') return list({ overdue: 'true' })
  if (show !== 'waiting') return list({ state: show })
  if (cursor !== null) return list({ state: 'open' })
  const [open, claimed] = await Promise.all([list({ state: 'open' }), list({ state: 'claimed', limit: CLAIMED })])
  const reviews = [...open.reviews, ...claimed.reviews].sort((one, other) => one.opened_at.localeCompare(other.opened_at))
  return { reviews, next_cursor: open.next_cursor }
}

/** One review as it stands. */
export function reviewQuery(id: string) {
  return queryOptions({
    queryKey: [...reviewsKey, 'one', id],
    queryFn: ({ signal }) => darkroom.reviews.get(id, { signal }),
    refetchInterval: AGAIN_MS,
  })
}
