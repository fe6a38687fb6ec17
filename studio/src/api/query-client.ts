import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { AuthenticationError } from '#sdk'

type Listener = () => void
let whenSessionEnded: Listener = () => undefined

/** Says what is to happen when the gateway does not know the session any more. */
export function onSessionEnded(listener: Listener): void {
  whenSessionEnded = listener
}

function onError(error: unknown): void {
  if (error instanceof AuthenticationError) whenSessionEnded()
}

/** What the pages know of the gateway. The client of the gateway repeats what is free to repeat, so that nothing is repeated here. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: { retry: false, staleTime: 5_000, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
})
