import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router'
import { sessionQuery } from '../api/session.ts'
import { MissingScreen } from './missing-screen.tsx'
import { ShellLayout } from './shell-layout.tsx'
import { SignInScreen } from './sign-in-screen.tsx'

/** What surrounds every address. */
export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({ notFoundComponent: MissingScreen })

/** The frame of all screens: for people who are signed in. Screens name it as their parent. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  component: ShellLayout,
  notFoundComponent: MissingScreen,
  beforeLoad: async ({ context, location }) => {
    const { session } = await context.queryClient.ensureQueryData(sessionQuery)
    if (session === null) throw redirect({ to: '/sign-in', search: { next: location.href } })
  },
})

/** The address of the gateway itself. */
export const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/make', replace: true })
  },
})

/** Where people sign in. */
export const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: SignInScreen,
  validateSearch: (search: Record<string, unknown>): { next?: string; ended?: boolean } => ({
    ...(isOwnAddress(search['next']) ? { next: search['next'] } : {}),
    ...(search['ended'] === true ? { ended: true } : {}),
  }),
})

/** Never leads away from this gateway, whoever wrote the link. */
function isOwnAddress(next: unknown): next is string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next)
}
