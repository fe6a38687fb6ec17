import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import type { api } from '#sdk'
import { darkroom } from './darkroom.ts'

/** Who is signed in, and whether people may sign in here. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => darkroom.session.read({ signal }),
  staleTime: 60_000,
})

/** The session of the browser, on screens that are shown to people who are signed in alone. */
export function useSession(): api.BrowserSession {
  return useSuspenseQuery(sessionQuery).data.session ?? nobody
}

/** For the moment between the end of a session and the sign-in screen. */
const nobody: api.BrowserSession = {
  role: 'key',
  project: { id: '', name: '' },
  key_id: null,
  expires_at: new Date(0).toISOString(),
  play_money: true,
  version: '',
}
