import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReviewSearch } from './review-search.ts'

/** What the address says is looked at, and a way to change it; `undefined` takes a part away. */
export function useReviewSearch(): {
  search: ReviewSearch
  go: (change: { [Part in keyof ReviewSearch]: ReviewSearch[Part] | undefined }) => void
} {
  const search: ReviewSearch = useSearch({ strict: false })
  const navigate = useNavigate()
  const go = (change: object) => {
    const next = Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined)
    void navigate({ to: '/review', search: Object.fromEntries(next) as ReviewSearch, replace: true })
  }
  return { search, go }
}
