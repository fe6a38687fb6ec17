import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'
import { readJobsSearch } from './jobs-search.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const jobsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/jobs',
  loader: () => loadTexts('jobs'),
  validateSearch: readJobsSearch,
  component: lazyRouteComponent(() => import('./jobs-screen.tsx'), 'JobsScreen'),
})
