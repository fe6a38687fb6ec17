import { queryOptions } from '@tanstack/react-query'
import { darkroom } from '../../api/darkroom.ts'

export const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: ({ signal }) => darkroom.keys.list({ signal }) })
export const budgetsQuery = queryOptions({ queryKey: ['budgets'], queryFn: ({ signal }) => darkroom.budgets.list({}, { signal }) })
export const webhooksQuery = queryOptions({ queryKey: ['webhooks'], queryFn: ({ signal }) => darkroom.webhooks.list({}, { signal }) })
export const holdsQuery = queryOptions({
  queryKey: ['legal-holds'],
  queryFn: ({ signal }) => darkroom.legalHolds.list({ limit: 1000 }, { signal }),
})
