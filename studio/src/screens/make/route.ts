import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const makeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/make',
  loader: () => loadTexts('make'),
  component: lazyRouteComponent(() => import('./make-screen.tsx'), 'MakeScreen'),
})
