import { queryOptions } from '@tanstack/react-query'
import { darkroom } from './darkroom.ts'

/** Projects that the caller may see, with what they allow. */
export const projectsQuery = queryOptions({ queryKey: ['projects'], queryFn: ({ signal }) => darkroom.projects.list({ signal }) })
