import { createRouter } from '@tanstack/react-router'
import { onSessionEnded, queryClient } from '../api/query-client.ts'
import { sessionQuery } from '../api/session.ts'
import { editRoute } from '../screens/edit/route.ts'
import { jobsRoute } from '../screens/jobs/route.ts'
import { libraryRoute } from '../screens/library/route.ts'
import { makeRoute } from '../screens/make/route.ts'
import { moneyRoute } from '../screens/money/route.ts'
import { reviewRoute } from '../screens/review/route.ts'
import { routesRoute } from '../screens/routes/route.ts'
import { settingsRoute } from '../screens/settings/route.ts'
import { FailedScreen } from './failed-screen.tsx'
import { homeRoute, rootRoute, shellRoute, signInRoute } from './frame-routes.ts'
import { WaitingScreen } from './waiting-screen.tsx'

const screens = [makeRoute, editRoute, jobsRoute, libraryRoute, reviewRoute, moneyRoute, routesRoute, settingsRoute] as const

/** Every address of the studio. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute, signInRoute, shellRoute.addChildren(screens)]),
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: WaitingScreen,
  defaultErrorComponent: FailedScreen,
  scrollRestoration: true,
})

// The gateway does not know the session any more: whatever was shown belongs to nobody.
onSessionEnded(() => {
  const next = router.state.location.href
  if (next.startsWith('/sign-in')) return
  queryClient.setQueryData(sessionQuery.queryKey, (standing) => standing && { ...standing, session: null })
  void router.navigate({ to: '/sign-in', search: { next, ended: true } })
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
