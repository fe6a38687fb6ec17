import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { loadTexts } from '../../i18n/translations.ts'
import { shellRoute } from '../../shell/frame-routes.ts'

/** Where the screen is; the screen itself comes when somebody goes there. */
export const moneyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/money',
  loader: () => loadTexts('money'),
  component: lazyRouteComponent(() => import('./money-screen.tsx'), 'MoneyScreen'),
})
