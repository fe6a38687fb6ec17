import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  loader: () => loadTexts('settings'),
  component: lazyRouteComponent(() => import('./settings-screen.tsx'), 'SettingsScreen'),
})
