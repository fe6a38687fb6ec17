import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'

const PAGE = 50
/** What no event tells of is looked at again after so long. */
const LOOK_MS = 30_000

/** Jobs that stand so, or all of them, page by page. */
export const jobsQuery = (state: api.Job['state'] | undefined) =>
  infiniteQueryOptions({
    queryKey: ['jobs', 'list', state ?? 'all'],
    queryFn: ({ signal, pageParam }) =>
      darkroom.jobs.list({ limit: PAGE, ...(state && { state }), ...(pageParam !== null && { cursor: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
    refetchInterval: LOOK_MS,
  })

/** One job. */
export const jobQuery = (id: string) =>
  queryOptions({ queryKey: ['jobs', 'one', id], queryFn: ({ signal }) => darkroom.jobs.get(id, { signal }) })

/** Bulks, the newest first. */
export const bulksQuery = queryOptions({
  queryKey: ['jobs', 'bulks'],
  queryFn: ({ signal }) => darkroom.jobs.bulks({ limit: 100 }, { signal }),
  refetchInterval: (query) => (query.state.data?.bulks.some(isGoingOn) ? 3000 : LOOK_MS),
})

/** How a bulk stands. */
export const bulkQuery = (id: string) =>
  queryOptions({
    queryKey: ['jobs', 'bulk', id],
    queryFn: ({ signal }) => darkroom.jobs.openBulk(id).get({ signal }),
    refetchInterval: (query) => (query.state.data && isGoingOn(query.state.data) ? 1500 : false),
  })

/** What came of its items, page by page. */
export const bulkItemsQuery = (id: string, state: api.BulkItem['state'] | undefined) =>
  infiniteQueryOptions({
    queryKey: ['jobs', 'bulk', id, 'items', state ?? 'all'],
    queryFn: ({ signal, pageParam }) => {
      const query = { limit: PAGE, ...(state && { state }), ...(pageParam !== null && { cursor: pageParam }) }
      return darkroom.call('GET /v2/jobs/bulk/{id}/items', { path: { id }, query }, { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  })

/** Whether something of it is still to come. */
function isGoingOn({ state, counts }: api.Bulk): boolean {
  return state === 'running' || counts.queued + counts.running > 0
}

/** Calls whose outcome nobody knows. */
export const unknownsQuery = queryOptions({
  queryKey: ['jobs', 'unknowns'],
  queryFn: ({ signal }) => darkroom.unknowns.list({}, { signal }),
  refetchInterval: LOOK_MS,
})

/** Jobs that were put aside. */
export const deadLettersQuery = queryOptions({
  queryKey: ['jobs', 'aside'],
  queryFn: ({ signal }) => darkroom.call('GET /v2/dead-letters', {}, { signal }),
})

/** Everything on this screen is read anew. */
export const readAnew = (client: QueryClient) => client.invalidateQueries({ queryKey: ['jobs'] })
