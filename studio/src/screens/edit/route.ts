import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const editRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/edit',
  loader: () => loadTexts('edit'),
  component: lazyRouteComponent(() => import('./edit-screen.tsx'), 'EditScreen'),
})
