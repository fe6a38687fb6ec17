import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'
import { readLibrarySearch } from './library-search.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
const gridRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/library',
  loader: () => loadTexts('library'),
  validateSearch: readLibrarySearch,
  component: lazyRouteComponent(() => import('./library-screen.tsx'), 'LibraryScreen'),
})

/** The record of a generation, over the pictures. */
const recordRoute = createRoute({
  getParentRoute: () => gridRoute,
  path: '$id',
  component: lazyRouteComponent(() => import('./record-dialog.tsx'), 'RecordDialog'),
})

export const libraryRoute = gridRoute.addChildren([recordRoute])
