import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const reviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/review',
  loader: () => loadTexts('review'),
  component: lazyRouteComponent(() => import('./review-screen.tsx'), 'ReviewScreen'),
})
