import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const libraryRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/library',
  loader: () => loadTexts('library'),
  component: lazyRouteComponent(() => import('./library-screen.tsx'), 'LibraryScreen'),
})
