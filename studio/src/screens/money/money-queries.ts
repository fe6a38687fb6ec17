import { queryOptions } from '@tanstack/react-query'
import type { api } from '#sdk'
import { darkroom } from '../../api/darkroom.ts'
import type { MoneyGroup } from './money-search.ts'

const PAGE = 1000

/** What was booked since a day, by day and one group; every page of it. */
export const ledgerQuery = (from: string, group: Exclude<MoneyGroup, 'quality'> | 'project,key') =>
  queryOptions({
    queryKey: ['ledger', from, group],
    queryFn: async ({ signal }): Promise<api.Ledger> => {
      const rows: api.Ledger['rows'] = []
      for (let cursor: string | undefined; ; ) {
        const query = { from, group: `day,${group}`, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) }
        const page = await darkroom.ledger.sum(query, { signal })
        rows.push(...page.rows)
        if (page.next_cursor === null) return { ...page, rows }
        cursor = page.next_cursor
      }
    },
  })

/** What calls were expected to cost and did, since a day. */
export const callsQuery = (from: string, group: 'day' | 'day,quality') =>
  queryOptions({
    queryKey: ['ledger', 'calls', from, group],
    queryFn: ({ signal }) => darkroom.ledger.calls({ from, group }, { signal }),
  })

export const routesQuery = queryOptions({ queryKey: ['routes'], queryFn: ({ signal }) => darkroom.routes.list({ signal }) })
export const budgetsQuery = queryOptions({ queryKey: ['budgets'], queryFn: ({ signal }) => darkroom.budgets.list({}, { signal }) })
export const unknownsQuery = queryOptions({
  queryKey: ['unknowns'],
  queryFn: ({ signal }) => darkroom.unknowns.list({ limit: 20 }, { signal }),
})
