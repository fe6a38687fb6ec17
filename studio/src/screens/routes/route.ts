import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'
import { type RoutesTab, routesTabs } from './routes-tabs.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const routesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/routes',
  validateSearch: ({ tab, walk }: Record<string, unknown>): { tab?: RoutesTab; walk?: string } => ({
    ...(routesTabs.includes(tab as RoutesTab) ? { tab: tab as RoutesTab } : {}),
    ...(typeof walk === 'string' ? { walk } : {}),
  }),
  loader: () => loadTexts('routes'),
  component: lazyRouteComponent(() => import('./routes-screen.tsx'), 'RoutesScreen'),
})
